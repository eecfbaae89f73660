"""A course's books: its row locked, its participants counted. Parts of commands.

Whoever enrols, withdraws or moves somebody does this in the scope of the course's host
(`actor.hosting`), because she may not change another municipality's course nor see who else takes
part. Locked in this order everywhere: citizen, referral, course, meeting, enrolment, attendance.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import policies
from courses.commands.tasks import drop_tasks
from courses.models import Course, Enrolment
from courses.queries.standing import line
from courses.rules.seats import Lack
from courses.states import CourseState, TaskKind
from roegfri.actor import Actor, acting, current, hosting
from roegfri.refusal import Refusal, Words
from roegfri.walls.constraints import broken

_LACKS: dict[Lack, Words] = {
    Lack.SEAT: gettext_lazy(
        "Der er ikke flere pladser. Vælg ventelisten, eller find et andet forløb."
    ),
    Lack.COUNSELLOR: gettext_lazy(
        "Med én deltager mere skal der være to rådgivere på hver mødegang, og det er der ikke."
        " Vælg ventelisten, eller tilføj en rådgiver."
    ),
}
_CLOSED: dict[str, Words] = {
    CourseState.DRAFT: gettext_lazy(
        "Forløbet er en kladde. Offentliggør det, før nogen tilmeldes."
    ),
    CourseState.PUBLISHED: gettext_lazy("Alle mødegange er holdt. Find et andet forløb."),
    CourseState.FINISHED: gettext_lazy("Forløbet er afsluttet. Find et andet."),
    CourseState.CANCELLED: gettext_lazy("Forløbet er aflyst. Find et andet."),
}


class NoSeat(Refusal):
    """There is no place for one participant more; `lacks` says what is missing."""

    def __init__(self, lacks: Lack) -> None:
        super().__init__(_LACKS[lacks])
        self.lacks = lacks


@contextlib.contextmanager
def books_of(course: Course, by: Actor) -> Iterator[Actor]:
    """Everything inside happens in the scope of the course's host, whoever acts."""
    with acting(hosting(by, course.host_id, course.host.name)) as host:
        yield host


def locked_course(course: Course) -> Course:
    """The row as it is now, locked; inside `books_of`."""
    own = policies.courses_hosted_by(current())
    return (
        own.select_for_update(of=("self",), no_key=True)
        .select_related("host", "agreement")
        .get(pk=course.pk)
    )


def locked_participant(enrolment: Enrolment, by: Actor) -> Enrolment:
    """The row as it is now, locked. Raises Refusal when it is no longer one's own to change."""
    own = policies.enrolments_worked_with_by(by).select_for_update(of=("self",), no_key=True)
    return _one_of(own, enrolment)


def own_participant(enrolment: Enrolment, by: Actor) -> Enrolment:
    """The same without a lock, for what locks the citizen after it: she stands before."""
    return _one_of(policies.enrolments_worked_with_by(by), enrolment)


def _one_of(own: QuerySet[Enrolment], enrolment: Enrolment) -> Enrolment:
    row = own.select_related("course__host").filter(pk=enrolment.pk).first()
    if row is None:
        raise Refusal(_("Tilmeldingen er ikke længere jeres at ændre. Intet er ændret."))
    return row


def handler_of(enrolment: Enrolment) -> UUID | None:
    """The municipality that handles her case, which a host does not see; None when one may not
    know."""
    with connection.cursor() as cursor:
        cursor.execute("select enrolment_handler(%s)", [enrolment.pk])
        handler: UUID | None = cursor.fetchone()[0]
    return handler


def nothing_to_do(enrolment: Enrolment, by: Actor, at: dt.datetime) -> None:
    """What was to be done about a participant is not needed any more, in whichever municipality."""
    for one in {enrolment.course.host_id, handler_of(enrolment), by.organisation_id} - {None}:
        with acting(hosting(by, one)):
            drop_tasks(enrolment=enrolment, at=at)


def nothing_to_tell(enrolment: Enrolment, by: Actor, at: dt.datetime) -> None:
    """Nobody has to call a participant before her first meeting, nor tell her of a seat, any more,
    in whichever municipality; what is missing, and why she stayed away, is asked all the same."""
    for one in {enrolment.course.host_id, handler_of(enrolment)} - {None}:
        with acting(hosting(by, one)):
            for kind in (TaskKind.CONTACT_FIRST, TaskKind.TELL_SEAT):
                drop_tasks(kind=kind, enrolment=enrolment, at=at)


def takes_nobody(course: Course) -> Refusal:
    """Why a course that is not open takes no participants, in words."""
    return Refusal(_CLOSED[course.state])


@contextlib.contextmanager
def seats_held() -> Iterator[None]:
    """What the database refuses inside is said in words, and not one seat too many is given.

    Raises NoSeat, or Refusal for whoever is on the course already.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as wrong:
        name = broken(wrong)
        if name == "course_seats_are_there":
            raise NoSeat(Lack.SEAT) from wrong
        if name == "enrolled_once":
            raise on_it_already() from wrong
        raise


def on_it_already() -> Refusal:
    """She takes part, or waits to."""
    return Refusal(_("Borgeren er allerede på forløbet eller på dets venteliste."))


def last_in_line(course: Course, at: dt.datetime) -> dt.datetime:
    """When somebody who begins to wait now began: behind everybody who waits, whoever's watch is
    slow."""
    last = line(current(), course).values_list("waiting_since", flat=True).last()
    return max(at, last + dt.timedelta(microseconds=1)) if last else at
