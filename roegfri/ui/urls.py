"""Addresses under no app in particular."""

from django.urls import path

from roegfri.ui import views

app_name = "ui"
urlpatterns = [
    path("sprog/", views.language, name="language"),
    path("udkast/", views.draft, name="draft"),
    path("udkast/kasser/", views.discard, name="discard"),
]
