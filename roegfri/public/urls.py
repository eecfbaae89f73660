"""The addresses of a coordinator's own texts, under offentlig-tilmelding/."""

from django.urls import path

from roegfri.public import views

app_name = "public"
urlpatterns = [
    path("", views.texts, name="texts"),
    path("<slug:code>/", views.text, name="text"),
]
