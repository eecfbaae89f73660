"""The waiting list: who is next gets the seat that is free, and is told by whoever has her case."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import (
    NoSeat,
    books_of,
    handler_of,
    locked_course,
    locked_participant,
    seats_held,
    takes_nobody,
)
from courses.commands.tasks import drop_tasks, make_task
from courses.models import Course, Enrolment
from courses.queries import standing as queries
from courses.rules.seats import Lack, Standing, lack
from courses.states import ENROLMENT_MOVES, EnrolmentState, TaskKind
from roegfri import clock, lifecycle
from roegfri.actor import Actor, acting, current, hosting
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


def move_up(course: Course, *, at: dt.datetime) -> list[Enrolment]:
    """Gives the seats that are free to those who wait, in their order; who got one.

    Part of a command that made a seat free, under `books_of` the course. Nobody is promoted to a
    course that takes no participants. Each is told by phone: a task where her case is handled.
    """
    course = locked_course(course)
    now = queries.standing(current(), course, at)
    promoted = []
    for first in queries.line(current(), course).select_for_update(of=("self",), no_key=True):
        if lack(now) or not now.is_open:
            break
        give_seat(first, at=at)
        tell_handler(first, course, now, at=at)
        promoted.append(first)
        now = replace(now, taken=now.taken + 1, waiting=now.waiting - 1)
    ask_for_counsellor(course, now, at=at)
    return promoted


@transaction.atomic
def look_at_line(course: Course, *, by: Actor, at: dt.datetime) -> list[Enrolment]:
    """Gives what seats time has made free: the one meeting that lacked a counsellor has been, say.

    Who got one. Twice is once; where nothing is free, nothing is asked for again.
    """
    with books_of(course, by) as host:
        now = queries.standing(host, locked_course(course), at)
        if now.is_open and lack(now):
            return []
        return move_up(course, at=at)


@transaction.atomic
def promote(enrolment: Enrolment, *, reason: str = "", by: Actor, at: dt.datetime) -> Enrolment:
    """Gives a seat that is free to one person, by the course's host; past others with a reason.

    Raises NoSeat when there is none, and Refusal when she does not wait, for anybody but the host,
    and when others are before her and nothing is said of why.
    """
    if not by.is_system and by.organisation_id != enrolment.course.host_id:
        raise Refusal(_("Det er værtskommunen, der giver plads uden for rækkefølgen."))
    with books_of(enrolment.course, by) as host:
        course = locked_course(enrolment.course)
        enrolment = locked_participant(enrolment, host)
        if enrolment.state != EnrolmentState.WAITING:
            raise Refusal(_("Borgeren står ikke længere på ventelisten. Genindlæs siden."))
        first = queries.line(host, course).first()
        if first and first.pk != enrolment.pk and not reason.strip():
            raise Refusal(
                _("Andre har ventet længere. Skriv, hvorfor borgeren skal foran."), field="reason"
            )
        now = _seat_for_one(course, host, at)
        give_seat(enrolment, reason=reason, at=at)
        tell_handler(enrolment, course, now, at=at)
    return enrolment


def give_seat(enrolment: Enrolment, *, reason: str = "", at: dt.datetime) -> None:
    """From the waiting list to a seat; part of a command that has found one, under `books_of`."""
    enrolment.enrolled_at = at
    with seats_held():
        lifecycle.move(
            enrolment,
            ENROLMENT_MOVES,
            to=EnrolmentState.ENROLLED,
            at=at,
            facts=["enrolled_at"],
        )
    drop_tasks(kind=TaskKind.PLACE, enrolment=enrolment, at=at)
    record(
        "enrolment.promoted",
        enrolment,
        by=current(),
        at=at,
        persons=[enrolment.citizen_id],
        reason=reason[:200],
    )


def tell_handler(
    enrolment: Enrolment,
    course: Course,
    now: Standing,
    *,
    kind: TaskKind = TaskKind.TELL_SEAT,
    note: str = "",
    handler: UUID | None = None,
    at: dt.datetime,
) -> None:
    """Whoever handles her case phones her: that there is a seat, or what the note says; part of a
    command. `handler` where the course's host has nothing to do with who asks."""
    handler = handler or handler_of(enrolment) or course.host_id
    with acting(hosting(current(), handler)):
        make_task(
            kind,
            organisation_id=handler,
            course=course,
            enrolment=enrolment,
            due_at=_soon(now, at),
            at=at,
            note=note or _("Har fået plads fra ventelisten: ring og fortæl det."),
        )


def ask_for_counsellor(course: Course, now: Standing, *, at: dt.datetime) -> None:
    """The host is told when a second counsellor is all that is missing for who waits, and no longer
    when it is not; part of a command, under `books_of`."""
    if now.waiting and now.is_open and lack(now) is Lack.COUNSELLOR:
        due_at = _soon(now, at)
        make_task(TaskKind.COUNSELLOR, course=course, due_at=due_at, at=at)
    else:
        drop_tasks(kind=TaskKind.COUNSELLOR, course=course, at=at)


def _seat_for_one(course: Course, host: Actor, at: dt.datetime) -> Standing:
    now = queries.standing(host, course, at)
    if not now.is_open:
        raise takes_nobody(course)
    if missing := lack(now):
        raise NoSeat(missing)
    return now


def _soon(now: Standing, at: dt.datetime) -> dt.datetime:
    """The end of the next workday, and before they meet next."""
    soon = clock.end_of_day(clock.add_workdays(clock.danish_date(at), 1))
    return min(soon, now.next_at) if now.next_at else soon
