"""The addresses of courses: hold/, moede/, steder/, kalender/."""

from django.urls import URLPattern

app_name = "courses"
urlpatterns: list[URLPattern] = []
