"""The addresses of deadlines kept, staff and closing days; included in the namespace "desk"."""

from django.urls import path

from roegfri.desk.views import closing, deadlines, staff

_ROLE = "medarbejdere/<uuid:pk>/"
urlpatterns = [
    path("frister/", deadlines.deadlines, name="deadlines"),
    path("medarbejdere/", staff.staff, name="staff"),
    path("medarbejdere/ny/", staff.invite, name="staff_invite"),
    path(f"{_ROLE}invitation/", staff.renew, name="staff_renew"),
    path(f"{_ROLE}slut/", staff.end, name="staff_end"),
    path(f"{_ROLE}behold/", staff.keep, name="staff_keep"),
    path("lukkedage/", closing.calendar, name="closing_days"),
    path("lukkedage/<int:pk>/fjern/", closing.remove, name="closing_day_remove"),
]
