"""The addresses of courses: hold/, moede/, steder/, kalender/."""

from django.urls import URLPattern, path

from courses.views import course

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("hold/<uuid:pk>/", course.course_page, name="course"),
]
