"""What of a course itself is typed into STOPbasen."""

import datetime as dt
from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from courses.models import Course
from courses.queries.course import Head, Noted
from courses.queries.pack.order import COURSE, typing_order
from courses.queries.pack.values import Value
from courses.states import Flag
from roegfri import clock
from roegfri.actor import Actor
from roegfri.refusal import Words

# Named as in data/stopbasen/pakke.csv: the words of the screen, and where the value is.
_FACTS: Mapping[str, tuple[Words, Callable[[Course, Head], object]]] = {
    "enhed": (_("Enhedsnummer"), lambda _course, head: _flag(head).unit),
    "navn": (_("Holdets navn"), lambda course, _head: course.name),
    "koncept": (_("Koncept"), lambda course, _head: course.concept),
    "slags": (_("Slags"), lambda course, _head: str(course.get_kind_display())),
    "målgruppe": (_("Målgruppe"), lambda course, _head: str(course.get_target_display())),
    "første": (_("Første mødegang"), lambda course, _head: _day(course.first_at)),
    "sidste": (_("Sidste mødegang"), lambda course, _head: _day(course.last_at)),
    "mødegange": (_("Mødegange"), lambda course, _head: course.meetings),
    "rådgivere": (_("Rådgivere"), lambda _course, head: ", ".join(head.counsellors)),
    "sted": (_("Sted"), lambda course, _head: _place(course)),
}


def course_values(viewer: Actor, course: Course, head: Head, *, on: dt.date) -> list[Value]:
    """In the order STOPbasen asks for them, as on a day."""
    return [
        Value(name, words, of(course, head))
        for name in typing_order(viewer, COURSE, on)
        for words, of in [_FACTS[name]]
    ]


def created(viewer: Actor, head: Head) -> Noted:
    """Whether, when and by whom it was noted as created in STOPbasen; empty to outsiders."""
    return _flag(head) if viewer.is_system or viewer.rights else Noted(Flag.STOPBASE)


def _flag(head: Head) -> Noted:
    found = (one for one in head.flags if one.flag == Flag.STOPBASE)
    return next(found, Noted(Flag.STOPBASE))


def _day(at: dt.datetime | None) -> dt.date | None:
    return clock.danish_date(at) if at else None


def _place(course: Course) -> str:
    if course.room is None:
        return ""
    venue = course.room.venue
    return f"{venue.name}, {venue.street}, {venue.postcode} {venue.town}"
