"""The addresses of courses: hold/, moede/, steder/, kalender/."""

from django.urls import URLPattern, path

from courses.views import calendar, course, feeds, tasks

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("hold/", calendar.index, name="list"),
    path("hold/uge/", calendar.week, name="week"),
    path("hold/maaned/", calendar.month, name="month"),
    path("hold/ugenet/", calendar.grid, name="grid"),
    path("hold/<uuid:pk>/kalender/", feeds.course_calendar, name="course_calendar"),
    path("min-kalender/", feeds.my_calendar, name="my_calendar"),
    path("kalender/<str:secret>.ics", feeds.calendar, name="calendar"),
    path("hold/<uuid:pk>/", course.course_page, name="course"),
    path("opgave/<uuid:pk>/", tasks.task, name="task"),
]
