"""The addresses of the shelf, under dokumenter/."""

from django.urls import path

from roegfri.collaboration import views

app_name = "collaboration"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("nyt/", views.new, name="document_new"),
    path("<uuid:pk>/udgave/", views.edition, name="document_edition"),
    path("<uuid:pk>/hylde/", views.take_down, name="document_shelf"),
    path("udgave/<uuid:pk>/", views.file, name="document_file"),
]
