"""Laying, adding, moving, cancelling and restoring the meetings of a course."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from courses.commands.booking import employed, taking
from courses.models import Course, Meeting, Room, Staffing
from courses.queries.clashes import Want
from courses.rules.planning import Slot, first_overlap
from courses.states import MeetingForm
from roegfri.refusal import Refusal
from roegfri.ui.spans import span_words


def lay_meetings(
    course: Course,
    slots: Sequence[Slot],
    counsellors: Sequence[UUID],
    *,
    at: dt.datetime,
    **facts: object,
) -> list[Meeting]:
    """The meetings of a course at these times, in order, in its room and with its counsellors; part
    of a command that has locked the course.

    `facts` are other values of every meeting (room, form, extra, intake). Raises Refusal when a
    time ends before it begins, two of them overlap, a counsellor does not work there then, or a
    room or a counsellor is taken (booking.Taken).
    """
    slots = _in_turn(slots)
    room = facts.setdefault("room", course.room)
    people = tuple(dict.fromkeys(counsellors))
    employed(course, people, [one.starts_at for one in slots], at=at)
    made = [_meeting(course, one, at, facts) for one in slots]
    place = room.pk if isinstance(room, Room) else None
    wanted = [Want(one, place, people, course.pk) for one in slots]
    with taking(wanted):
        Meeting.objects.bulk_create(made)
        Staffing.objects.bulk_create(
            Staffing(
                meeting=one, counsellor_id=person, starts_at=one.starts_at, ends_at=one.ends_at
            )
            for one in made
            for person in people
        )
    return made


def _in_turn(slots: Sequence[Slot]) -> list[Slot]:
    for one in slots:
        if one.ends_at <= one.starts_at:
            words = _("Mødegangen %(when)s skal slutte, efter at den er begyndt.")
            raise Refusal(words % {"when": span_words(one.starts_at, one.ends_at)})
    if twice := first_overlap(slots):
        words = _("To mødegange ligger oven i hinanden: %(one)s og %(other)s. Ret den ene.")
        both = [span_words(one.starts_at, one.ends_at) for one in twice]
        raise Refusal(words % {"one": both[0], "other": both[1]})
    return sorted(slots)


def _meeting(course: Course, slot: Slot, at: dt.datetime, facts: dict[str, object]) -> Meeting:
    return Meeting(
        course=course,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        planned_at=slot.starts_at,
        state_since=at,
        created_at=at,
        **{"form": MeetingForm.IN_PERSON, **facts},
    )
