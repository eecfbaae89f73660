"""Every address of the house."""

from django.urls import include, path

urlpatterns = [
    path("", include("roegfri.desk.urls")),
    path("henvisninger/", include("referrals.urls")),
    path("konto/", include("roegfri.accounts.urls")),
]
