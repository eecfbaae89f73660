"""A participant leaves: withdrawn, taken back, or moved to another course."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import (
    NoSeat,
    books_of,
    last_in_line,
    locked_course,
    locked_participant,
    nothing_to_do,
    on_it_already,
    seats_held,
    takes_nobody,
)
from courses.commands.enrol import add_participant, person_of, place_on
from courses.commands.ticks import expect_contact
from courses.commands.waiting import move_up
from courses.models import Course, Enrolment, Meeting
from courses.policies import enrolments_visible_to
from courses.queries import standing as queries
from courses.rules.seats import WhenFull, lack
from courses.states import (
    ENROLMENT_MOVES,
    LIVE,
    MEETING_MOVES,
    CourseState,
    EnrolmentState,
    MeetingState,
    WithdrawReason,
)
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal

_LEFT = ("left_at", "left_reason", "left_note")
# What goes with her when she moves on; what was marked stays where she was.
_CARRIED = ("planned_quit_on", "actual_quit_on", "note")


@transaction.atomic
def withdraw(
    enrolment: Enrolment,
    *,
    reason: WithdrawReason,
    note: str = "",
    by: Actor,
    at: dt.datetime,
) -> Enrolment:
    """She leaves the course or its waiting list; her seat goes to the next who waits, and what one
    had agreed with her alone is cancelled.

    Raises Refusal when she has left already, or is no longer one's own to change.
    """
    enrolment, hers = held_to_leave(enrolment, by=by, at=at)
    enrolment.left_at, enrolment.left_reason, enrolment.left_note = at, reason, note[:300]
    to = EnrolmentState.WITHDRAWN
    lifecycle.move(enrolment, ENROLMENT_MOVES, to=to, at=at, facts=_LEFT)
    _seat_is_free(enrolment, hers, by=by, at=at)
    record(
        "enrolment.withdrawn",
        enrolment,
        by=by,
        at=at,
        persons=[enrolment.citizen_id],
        reason=enrolment.get_left_reason_display(),
    )
    return enrolment


def held_to_leave(
    enrolment: Enrolment, *, by: Actor, at: dt.datetime
) -> tuple[Enrolment, list[Meeting]]:
    """Her course, what one has agreed with her alone, and she, as they are now and locked in that
    order. Part of a command. Raises Refusal as `withdraw` does."""
    _lock(enrolment.course, by=by)
    hers = _appointments_ahead(enrolment, by, at)
    return _taking_part(enrolment, by), hers


@transaction.atomic
def take_back(
    enrolment: Enrolment,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    by: Actor,
    at: dt.datetime,
) -> Enrolment:
    """A withdrawal that was a mistake is none; whoever waited stands where she stood.

    Raises NoSeat when her seat has been given to another, and Refusal when she is not withdrawn, is
    on the course again, or the course has ended.
    """
    person = person_of(enrolment.citizen_id, by)
    _lock(enrolment.course, by=by)
    enrolment = locked_participant(enrolment, by)
    if enrolment.state != EnrolmentState.WITHDRAWN:
        raise Refusal(_("Borgeren er ikke frameldt. Genindlæs siden."))
    if enrolment.course.state != CourseState.PUBLISHED:
        raise takes_nobody(enrolment.course)
    with books_of(enrolment.course, by) as host:
        there = enrolments_visible_to(host).filter(course=enrolment.course, state__in=LIVE)
        if there.filter(citizen__in=person.rows).exists():
            raise on_it_already()
        to = _where_to(enrolment, host, when_full, at)
    enrolment.left_at, enrolment.left_reason, enrolment.left_note = None, "", ""
    with seats_held():
        facts = [*_LEFT, "waiting_since"]
        lifecycle.move(enrolment, ENROLMENT_MOVES, to=to, at=at, facts=facts)
    with books_of(enrolment.course, by):
        move_up(enrolment.course, at=at)
    record("enrolment.taken_back", enrolment, by=by, at=at, persons=[enrolment.citizen_id])
    return enrolment


@transaction.atomic
def transfer(
    enrolment: Enrolment,
    to: Course,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    by: Actor,
    at: dt.datetime,
) -> Enrolment:
    """Moves her on to another course, whoever holds it; the new enrolment.

    What was marked stays on the old one, which says where she went. Raises NoSeat when there is no
    place, and Refusal when she has left already, is on it, or it takes nobody.
    """
    if to.pk == enrolment.course_id:
        raise Refusal(_("Borgeren er allerede på det forløb. Vælg et andet."), field="to")
    person = person_of(enrolment.citizen_id, by)
    _lock(enrolment.course, to, by=by)
    hers = _appointments_ahead(enrolment, by, at)
    enrolment = _taking_part(enrolment, by)
    placed = place_on(to, person, when_full=when_full, by=by, at=at)
    carried: dict[str, Any] = {one: getattr(enrolment, one) for one in _CARRIED}
    made = add_participant(to, enrolment.referral_id, person, placed, by=by, at=at, **carried)
    enrolment.moved_to, enrolment.left_at = made, at
    facts = ["moved_to", "left_at"]
    lifecycle.move(enrolment, ENROLMENT_MOVES, to=EnrolmentState.MOVED, at=at, facts=facts)
    _seat_is_free(enrolment, hers, by=by, at=at)
    expect_contact(made, by=by, at=at)
    record("enrolment.moved", enrolment, by=by, at=at, persons=person.rows)
    return made


def _lock(*courses: Course, by: Actor) -> None:
    """Locks courses in one order, whoever locks which: two that swap wait for each other."""
    for course in sorted(courses, key=lambda one: one.pk):
        with books_of(course, by):
            locked_course(course)


def _taking_part(enrolment: Enrolment, by: Actor) -> Enrolment:
    enrolment = locked_participant(enrolment, by)
    if enrolment.state not in LIVE:
        raise Refusal(
            _("Borgeren er her ikke længere: %(state)s. Genindlæs siden.")
            % {"state": enrolment.get_state_display()}
        )
    return enrolment


def _appointments_ahead(enrolment: Enrolment, by: Actor, at: dt.datetime) -> list[Meeting]:
    """What one has agreed with her alone and has not been; locked before she is."""
    with books_of(enrolment.course, by):
        hers = Meeting.objects.filter(
            appointed__enrolment=enrolment, state=MeetingState.PLANNED, starts_at__gt=at
        )
        return list(hers.order_by("pk").select_for_update(of=("self",), no_key=True))


def _seat_is_free(
    enrolment: Enrolment, hers: Sequence[Meeting], *, by: Actor, at: dt.datetime
) -> None:
    nothing_to_do(enrolment, by, at)
    seat_goes_on(enrolment, hers, by=by, at=at)


def seat_goes_on(
    enrolment: Enrolment, hers: Sequence[Meeting], *, by: Actor, at: dt.datetime
) -> None:
    """Her counsellor's time is free again, and the next who waits moves up. Part of a command by
    which she has left."""
    with books_of(enrolment.course, by):
        for meeting in hers:
            meeting.cancel_reason = _("Deltageren er stoppet på forløbet")
            to = MeetingState.CANCELLED
            lifecycle.move(meeting, MEETING_MOVES, to=to, at=at, facts=["cancel_reason"])
        move_up(enrolment.course, at=at)


def _where_to(
    enrolment: Enrolment, host: Actor, when_full: WhenFull, at: dt.datetime
) -> EnrolmentState:
    """Where somebody who had left comes back to: her seat if there is one, else the line."""
    if enrolment.enrolled_at is None:
        return EnrolmentState.WAITING
    course = locked_course(enrolment.course)
    if not (missing := lack(queries.standing(host, course, at))):
        return EnrolmentState.ENROLLED
    if when_full is not WhenFull.WAIT:
        raise NoSeat(missing)
    enrolment.waiting_since = last_in_line(course, at)
    return EnrolmentState.WAITING
