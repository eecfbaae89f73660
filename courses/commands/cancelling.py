"""A course that is not held: its participants are moved to others, or their cases given a task."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.books import books_of, handler_of, locked_course, takes_nobody
from courses.commands.enrol import person_of
from courses.commands.leaving import transfer, withdraw
from courses.commands.planning.ending import seen_until
from courses.commands.tasks import drop_tasks, make_task
from courses.commands.waiting import tell_handler
from courses.models import Course, Enrolment
from courses.queries.standing import standing, takes_participants
from courses.rules.ending import SEEN_AFTER
from courses.rules.seats import WhenFull
from courses.states import (
    COURSE_MOVES,
    LIVE,
    MEETING_MOVES,
    CourseState,
    EnrolmentState,
    Mark,
    MeetingState,
    TaskKind,
    WithdrawReason,
)
from roegfri import clock, lifecycle
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Emptied:
    """Where the participants of a cancelled course are: so many have a seat elsewhere, so many wait
    for one, and for so many another course is to be found."""

    moved: int = 0
    waiting: int = 0
    left: int = 0


@transaction.atomic
def cancel_course(
    course: Course,
    *,
    reason: str,
    move_to: Course | None = None,
    choices: Mapping[UUID, Course | None] | None = None,
    by: Actor,
    at: dt.datetime,
) -> Emptied:
    """Cancels a course and its coming meetings; room and counsellors are free.

    Its participants move to `move_to`, or each to what is chosen for her (`choices`, by enrolment;
    None: to none). Who finds no seat there waits for one; who has no course is withdrawn.
    Whoever handles her case has to phone her where she is now, or to find her another. What has
    been held stays.

    The same reason sent twice cancels once. Raises Refusal when nothing is said of why, it is
    finished or another municipality's, or a course to move to takes nobody.
    """
    reason = reason.strip()[:300]
    choices = choices or {}
    rows = _participants(course, by)
    for citizen in sorted({one.citizen_id for one in rows}):
        person_of(citizen, by)
    course = _locked(course, [move_to, *choices.values()], by, at)
    if course.state == CourseState.CANCELLED and course.cancel_reason == reason:
        return Emptied()
    if not reason:
        raise Refusal(_("Skriv, hvorfor forløbet aflyses."), field="reason")
    if {one.pk for one in _participants(course, by)} != {one.pk for one in rows}:
        raise Refusal(_("Nogen er blevet tilmeldt eller frameldt i det samme. Prøv igen."))
    course.cancelled_at, course.cancel_reason = at, reason
    facts = ["cancelled_at", "cancel_reason"]
    lifecycle.move(course, COURSE_MOVES, to=CourseState.CANCELLED, at=at, facts=facts)
    _cancel_meetings(course, reason, at)
    drop_tasks(at=at, course=course)
    done = Emptied()
    for one in rows:
        target = choices.get(one.pk, move_to)
        done = _sent_on(one, course, target, done, by=by, at=at)
    seen_until(course, clock.danish_date(at) + dt.timedelta(days=SEEN_AFTER))
    persons = [one.citizen_id for one in rows]
    record("course.cancelled", course, by=by, at=at, persons=persons, reason=reason)
    return done


def _participants(course: Course, by: Actor) -> list[Enrolment]:
    """Who takes part and who waits; those with a seat first, in the order they came."""
    rows = policies.enrolments_worked_with_by(by).filter(course=course, state__in=LIVE)
    in_order = rows.order_by("state", "enrolled_at", "waiting_since", "pk")
    return list(in_order.select_related("course__host"))


def _locked(course: Course, targets: Iterable[Course | None], by: Actor, at: dt.datetime) -> Course:
    """The course as it is now; with it those that are moved to are locked, in one order whoever
    locks which."""
    if course.host_id != by.organisation_id:
        raise Refusal(_("Kun værtskommunen kan aflyse forløbet."))
    wanted = {one.pk: one for one in targets if one}
    if course.pk in wanted:
        raise Refusal(_("Vælg et andet forløb at flytte deltagerne til."), field="move_to")
    found = {}
    for pk, one in sorted({**wanted, course.pk: course}.items()):
        with books_of(one, by) as host:
            found[pk] = locked_course(one)
            if pk in wanted and not takes_participants(host, found[pk], at):
                raise takes_nobody(found[pk])
    return found[course.pk]


def _cancel_meetings(course: Course, reason: str, at: dt.datetime) -> None:
    """Those still to come, appointments too."""
    rows = course.all_meetings.filter(state=MeetingState.PLANNED, ends_at__gt=at)
    for one in rows.select_for_update(of=("self",), no_key=True).order_by("starts_at", "pk"):
        if not one.attendances.filter(mark=Mark.ATTENDED).exists():
            one.cancel_reason = reason[:200]
            facts = ["cancel_reason"]
            lifecycle.move(one, MEETING_MOVES, to=MeetingState.CANCELLED, at=at, facts=facts)


def _sent_on(
    one: Enrolment,
    course: Course,
    target: Course | None,
    done: Emptied,
    *,
    by: Actor,
    at: dt.datetime,
) -> Emptied:
    """To the course chosen for her; or off this one, with something to do where her case is."""
    why, handler = "", handler_of(one) or course.host_id
    if target:
        try:
            made = transfer(one, target, when_full=WhenFull.WAIT, by=by, at=at)
        except Refusal as refusal:
            why = f"{target.name}: {refusal}"
        else:
            _tell(made, course, target, handler, by=by, at=at)
            waits = made.state == EnrolmentState.WAITING
            return replace(done, moved=done.moved + (not waits), waiting=done.waiting + waits)
    reason, note = WithdrawReason.CANCELLED, course.cancel_reason
    withdraw(one, reason=reason, note=note, by=by, at=at)
    soon = clock.end_of_day(clock.add_workdays(clock.danish_date(at), 1))
    with acting(hosting(by, handler)):
        make_task(
            TaskKind.MOVE,
            organisation_id=handler,
            course=course,
            enrolment=one,
            due_at=soon,
            at=at,
            note=why,
        )
    return replace(done, left=done.left + 1)


def _tell(
    made: Enrolment, course: Course, target: Course, handler: UUID, *, by: Actor, at: dt.datetime
) -> None:
    """Whoever handles her case phones her that the course is off, and where she is now."""
    with books_of(target, by) as host:
        now = standing(host, target, at)
    if made.state == EnrolmentState.WAITING:
        kind = TaskKind.MOVE
        note = _("Forløbet «%(old)s» er aflyst. På venteliste til «%(new)s»: ring og fortæl det.")
    else:
        kind = TaskKind.TELL_SEAT
        note = _("Forløbet «%(old)s» er aflyst. Flyttet til «%(new)s»: ring og fortæl det.")
    said = note % {"old": course.name, "new": target.name}
    tell_handler(made, target, now, kind=kind, note=said, handler=handler, at=at)
