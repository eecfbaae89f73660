"""Every address of the house."""

from django.urls import include, path

from courses.urls import find, framed
from referrals.urls import sending, signup
from roegfri.desk.admin_site import site

urlpatterns = [
    path("", include("roegfri.desk.urls")),
    path("henvisninger/", include("referrals.urls")),
    path("", include("courses.urls")),
    path("henvis/", include(sending)),
    path("tilmeld/", include(signup)),
    path("find-hold/", include(find)),
    path("indlejr/", include(framed)),
    path("offentlig-tilmelding/", include("roegfri.public.urls")),
    path("dokumenter/", include("roegfri.collaboration.urls")),
    path("konto/", include("roegfri.accounts.urls")),
    path("", include("roegfri.ui.urls")),
    path("api/", include("roegfri.api.urls")),
    path("administration/", site.urls),
]
handler400 = "roegfri.ui.views.bad_request"
handler500 = "roegfri.ui.views.server_error"
