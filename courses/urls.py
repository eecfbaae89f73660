"""The addresses of courses: hold/, moede/, steder/, kalender/."""

from django.urls import URLPattern, path

from courses.views import (
    appointments,
    calendar,
    comers,
    course,
    feeds,
    opening,
    planning,
    tasks,
    venues,
)

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("hold/", calendar.index, name="list"),
    path("hold/uge/", calendar.week, name="week"),
    path("hold/maaned/", calendar.month, name="month"),
    path("hold/ugenet/", calendar.grid, name="grid"),
    path("hold/<uuid:pk>/kalender/", feeds.course_calendar, name="course_calendar"),
    path("min-kalender/", feeds.my_calendar, name="my_calendar"),
    path("kalender/<str:secret>.ics", feeds.calendar, name="calendar"),
    path("hold/nyt/", planning.plan, name="plan"),
    path("hold/<uuid:pk>/", course.course_page, name="course"),
    path("hold/<uuid:pk>/ret/", planning.edit, name="edit"),
    path("hold/<uuid:pk>/kopi/", planning.copy, name="copy"),
    path("hold/<uuid:pk>/offentliggoer/", opening.publish, name="publish"),
    path("hold/<uuid:pk>/kladde/", opening.unpublish, name="unpublish"),
    path("hold/<uuid:pk>/afslut/", opening.finish, name="finish"),
    path("hold/<uuid:pk>/genaabn/", opening.reopen, name="reopen"),
    path("hold/<uuid:pk>/flag/", opening.flag, name="flag"),
    path("steder/", venues.venues, name="venues"),
    path("steder/nyt/", venues.venue_new, name="venue_new"),
    path("steder/<uuid:pk>/", venues.venue, name="venue"),
    path("steder/<uuid:pk>/lokale/", venues.venue_room, name="venue_room"),
    path("steder/<uuid:pk>/luk/", venues.venue_close, name="venue_close"),
    path("lokale/<uuid:pk>/", venues.room, name="room"),
    path("opgave/<uuid:pk>/", tasks.task, name="task"),
    path("tilmelding/<uuid:pk>/punkt/", tasks.point, name="point"),
    path("tilmelding/<uuid:pk>/aftale/", appointments.make, name="appointment"),
    path("hvorfra/", comers.table, name="comers"),
]
