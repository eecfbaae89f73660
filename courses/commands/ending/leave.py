"""Kom & Kvit and individual courses end for one participant at a time; and begin again."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.books import (
    NoSeat,
    books_of,
    locked_course,
    locked_participant,
    nothing_to_tell,
    seats_held,
)
from courses.commands.leaving import held_to_leave, seat_goes_on
from courses.commands.waiting import ask_for_counsellor
from courses.models import Ending, Enrolment
from courses.queries import standing as queries
from courses.rules.seats import lack
from courses.states import ENROLMENT_MOVES, CourseKind, CourseState, EnrolmentState
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def end_participant(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> Enrolment:
    """The course is over for her alone: her seat goes to the next who waits, and what one had
    agreed with her is cancelled. Twice is once.

    Raises Refusal on a group, which ends for all at once; while she has neither an outcome nor a
    reason; and for whoever waits or has left.
    """
    if enrolment.course.kind == CourseKind.GROUP:
        raise Refusal(_("Et hold afsluttes for alle på én gang, under «Afslutning» på holdet."))
    try:
        enrolment, hers = held_to_leave(enrolment, by=by, at=at)
    except Refusal:
        if ended := _ended_already(enrolment, by):
            return ended
        raise
    if enrolment.state == EnrolmentState.WAITING:
        raise Refusal(_("Borgeren står på venteliste og er ikke begyndt. Frameld i stedet."))
    if not Ending.objects.filter(pk=enrolment.pk).exists():
        raise Refusal(
            _("Skriv resultatet først: om borgeren er røgfri, eller hvorfor borgeren stoppede."),
            field="smoke_free",
        )
    enrolment.left_at = at
    lifecycle.move(enrolment, ENROLMENT_MOVES, to=EnrolmentState.ENDED, at=at, facts=["left_at"])
    nothing_to_tell(enrolment, by, at)
    seat_goes_on(enrolment, hers, by=by, at=at)
    record("enrolment.ended", enrolment, by=by, at=at, persons=[enrolment.citizen_id])
    return enrolment


@transaction.atomic
def reopen_participant(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> Enrolment:
    """It is not over for her after all: she has a seat again, and her outcome stays as it is noted.
    Twice is once.

    Raises Refusal when there is no seat, she is on the course again, or the course has ended.
    """
    with books_of(enrolment.course, by):
        course = locked_course(enrolment.course)
    enrolment = locked_participant(enrolment, by)
    if enrolment.state == EnrolmentState.ENROLLED:
        return enrolment
    if enrolment.state != EnrolmentState.ENDED:
        raise Refusal(_("Borgeren er ikke afsluttet på forløbet. Genindlæs siden."))
    if course.state != CourseState.PUBLISHED:
        raise Refusal(_("Forløbet er afsluttet for alle. Genåbn det først."))
    with books_of(course, by) as host:
        now = queries.standing(host, course, at)
        if lack(now):
            raise _no_seat()
    enrolment.left_at = None
    try:
        with seats_held():
            to = EnrolmentState.ENROLLED
            lifecycle.move(enrolment, ENROLMENT_MOVES, to=to, at=at, facts=["left_at"])
    except NoSeat as full:
        raise _no_seat() from full
    with books_of(course, by) as host:
        ask_for_counsellor(course, queries.standing(host, course, at), at=at)
    record("enrolment.reopened", enrolment, by=by, at=at, persons=[enrolment.citizen_id])
    return enrolment


def _ended_already(enrolment: Enrolment, by: Actor) -> Enrolment | None:
    own = policies.enrolments_worked_with_by(by).select_related("course__host")
    return own.filter(pk=enrolment.pk, state=EnrolmentState.ENDED).first()


def _no_seat() -> Refusal:
    return Refusal(
        _(
            "Pladsen er givet til en anden. Gør plads på forløbet, eller tilmeld borgeren på ny: så"
            " kommer borgeren på ventelisten."
        )
    )
