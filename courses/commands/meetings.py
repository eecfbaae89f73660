"""Laying, adding, moving, cancelling and restoring the meetings of a course."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.booking import employed, taking
from courses.commands.hosted import enough_staff, meetings_changed, own_course, own_meeting
from courses.commands.tasks import drop_tasks
from courses.models import Course, Meeting, Room, Staffing
from courses.queries.clashes import Want
from courses.rules.planning import Slot, first_overlap
from courses.states import MEETING_MOVES, Mark, MeetingForm, MeetingState
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Conflict, Refusal
from roegfri.ui.spans import span_words

# Whatever is registered late or planned ahead, it is no further off: a year is wrong.
_YEARS = dt.timedelta(days=3 * 366)


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
    slots = _in_turn(slots, at)
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


def _in_turn(slots: Sequence[Slot], at: dt.datetime) -> list[Slot]:
    for one in slots:
        if abs(one.starts_at - at) > _YEARS:
            raise Refusal(_("Datoen ligger mange år herfra. Ret årstallet."), field="on")
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


@transaction.atomic
def add_meeting(
    course: Course,
    slot: Slot,
    *,
    counsellors: Sequence[UUID],
    room: Room | None = None,
    form: str = MeetingForm.IN_PERSON,
    extra: bool = True,
    intake: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Meeting:
    """One meeting more; the same form sent twice is one meeting.

    Raises Refusal as lay_meetings does, where the agreement asks for two counsellors and fewer are
    chosen, and when the course is finished, cancelled or another municipality's.
    """
    course = own_course(course, by)
    same = course.all_meetings.filter(
        starts_at=slot.starts_at, ends_at=slot.ends_at, room=room, form=form, appointment=False
    )
    if known := same.exclude(state=MeetingState.CANCELLED).first():
        return known
    _in_turn([slot], at)
    enough_staff(course, slot.starts_at, len(set(counsellors)), by)
    facts = {"room": room, "form": form, "extra": extra, "intake": intake}
    [made] = lay_meetings(course, [slot], counsellors, at=at, **facts)
    record("meeting.added", made, by=by, at=at)
    meetings_changed(course, by, at)
    return made


@transaction.atomic
def move_meeting(
    meeting: Meeting,
    slot: Slot,
    *,
    room: Room | None,
    form: str = MeetingForm.IN_PERSON,
    seen: int | None = None,
    by: Actor,
    at: dt.datetime,
) -> Meeting:
    """Another time, room or way of meeting; its counsellors come along. `revision` is counted up,
    so that a reminder is sent again.

    `seen` is the revision the form showed. Raises Conflict when somebody has moved it meanwhile;
    Refusal when it is held or cancelled, somebody is marked as having come, or a room, a counsellor
    or the course itself is taken then.
    """
    meeting = own_meeting(meeting, by)
    new = (slot.starts_at, slot.ends_at, room.pk if room else None, str(form))
    if new == (meeting.starts_at, meeting.ends_at, meeting.room_id, meeting.form):
        return meeting
    if seen is not None and seen != meeting.revision:
        raise _moved_meanwhile(meeting)
    _still_ahead(meeting)
    _in_turn([slot], at)
    people = tuple(meeting.staff.order_by("pk").values_list("counsellor_id", flat=True))
    employed(meeting.course, people, [slot.starts_at], at=at)
    group = None if meeting.appointment else meeting.course_id
    with taking([Want(slot, room.pk if room else None, people, group, meeting.pk)]):
        meeting.starts_at, meeting.ends_at = slot.starts_at, slot.ends_at
        meeting.room, meeting.form = room, form
        meeting.revision += 1
        meeting.save(update_fields=["starts_at", "ends_at", "room", "form", "revision"])
    record("meeting.moved", meeting, by=by, at=at)
    meetings_changed(meeting.course, by, at)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, reason: str, by: Actor, at: dt.datetime) -> Meeting:
    """It is not held: room and counsellors are free, the participants stay on the course.

    The same reason sent twice is said once. Raises Refusal when it is held, somebody is marked as
    having come, or nothing is said of why.
    """
    meeting = own_meeting(meeting, by)
    reason = reason.strip()[:200]
    if meeting.state == MeetingState.CANCELLED and meeting.cancel_reason == reason:
        return meeting
    if not reason:
        raise Refusal(_("Skriv, hvorfor mødegangen aflyses."), field="reason")
    _still_ahead(meeting)
    meeting.cancel_reason = reason
    facts = ["cancel_reason"]
    lifecycle.move(meeting, MEETING_MOVES, to=MeetingState.CANCELLED, at=at, facts=facts)
    drop_tasks(at=at, meeting=meeting)
    record("meeting.cancelled", meeting, by=by, at=at, reason=reason)
    meetings_changed(meeting.course, by, at)
    return meeting


@transaction.atomic
def restore_meeting(meeting: Meeting, *, by: Actor, at: dt.datetime) -> Meeting:
    """It is held after all, at its time, with its room and its counsellors.

    Raises Refusal when one of them is taken by now, or the agreement asks for two counsellors.
    """
    meeting = own_meeting(meeting, by)
    if meeting.state == MeetingState.PLANNED:
        return meeting
    people = tuple(meeting.staff.values_list("counsellor_id", flat=True))
    if not meeting.appointment:
        enough_staff(meeting.course, meeting.starts_at, len(people), by)
    slot = Slot(meeting.starts_at, meeting.ends_at)
    group = None if meeting.appointment else meeting.course_id
    with taking([Want(slot, meeting.room_id, people, group, meeting.pk)]):
        meeting.cancel_reason, meeting.revision = "", meeting.revision + 1
        facts = ["cancel_reason", "revision"]
        lifecycle.move(meeting, MEETING_MOVES, to=MeetingState.PLANNED, at=at, facts=facts)
    record("meeting.restored", meeting, by=by, at=at)
    meetings_changed(meeting.course, by, at)
    return meeting


def _still_ahead(meeting: Meeting) -> None:
    """Whether it can be moved or cancelled: nobody has been there."""
    if meeting.state == MeetingState.HELD:
        raise Refusal(_("Mødegangen er holdt. Genåbn den, hvis den er lukket ved en fejl."))
    if meeting.state == MeetingState.CANCELLED:
        raise Refusal(_("Mødegangen er aflyst. Genopret den først."))
    if meeting.attendances.filter(mark=Mark.ATTENDED).exists():
        raise Refusal(
            _("Der er registreret fremmøde på mødegangen. Ret fremmødet, hvis det er en fejl.")
        )


def _moved_meanwhile(meeting: Meeting) -> Conflict:
    words = _("Mødegangen er flyttet i mellemtiden og er nu %(when)s. Se, om det passer.")
    return Conflict(words % {"when": span_words(meeting.starts_at, meeting.ends_at)})
