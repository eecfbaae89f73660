"""A citizen is enrolled in a course, her own municipality's or another's."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.books import (
    NoSeat,
    books_of,
    last_in_line,
    locked_course,
    on_it_already,
    seats_held,
    takes_nobody,
)
from courses.commands.staffing import staff_course
from courses.commands.ticks import expect_contact
from courses.commands.waiting import ask_for_counsellor, move_up
from courses.models import Course, Enrolment
from courses.queries import standing as queries
from courses.rules.seats import WhenFull, lack
from courses.states import LIVE, CourseState, EnrolmentState
from referrals.commands.cases import handled
from referrals.commands.people import add_residence
from referrals.models import Citizen, Referral, Residence
from referrals.policies import citizens_visible_to, referrals_visible_to
from referrals.states import ReferralState
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone, said, whose

__all__ = ["NoSeat", "WhenFull", "add_participant", "enrol", "person_of", "place_on"]


@transaction.atomic
def enrol(
    course: Course,
    referral: Referral,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    walked_in: bool = False,
    counsellor: User | None = None,
    once: uuid.UUID | None = None,
    by: Actor,
    at: dt.datetime,
) -> Enrolment:
    """Enrols the citizen of an open case that one handles; the same form twice is one enrolment.

    `when_full` says what is wanted when there is no place. `walked_in`: she stands in the room, and
    it is no matter that the last meeting has begun. `counsellor` is put on all coming meetings
    first, by whoever holds the course. Raises NoSeat; AlreadySent when the form came before and
    said something else; and Refusal when the case is closed or no longer one's own, the course
    takes nobody, she is on it already, or the counsellor cannot come.
    """
    mark, said_now = uuid.uuid4(), said(course=course, referral=referral)
    if once:
        mark = whose(once, by, "enrolment")
        if known := _sent_before(mark, said_now, by):
            return known
    case = handled(referral, by)
    if case.state == ReferralState.CLOSED:
        raise Refusal(_("Sagen er afsluttet. Genåbn den, før borgeren kan tilmeldes."))
    person = person_of(case.citizen_id, by)
    if counsellor:
        staff_course(course, counsellor, by=by, at=at)
    state = place_on(course, person, when_full=when_full, late=walked_in, by=by, at=at)
    facts = {"walked_in": walked_in, "once": mark, "request_sha256": said_now}
    made = add_participant(course, case.pk, person, state, by=by, at=at, **facts)
    expect_contact(made, by=by, at=at)
    record("enrolment.added", made, by=by, at=at, persons=person.rows)
    return made


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen as the case knows her, and all rows that are her; `kept` is the one that counts."""

    citizen: uuid.UUID
    kept: uuid.UUID
    rows: Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Placed:
    """Whether there was a seat, and since when she waits where there was none."""

    state: EnrolmentState
    waiting_since: dt.datetime | None = None


def person_of(citizen: uuid.UUID, by: Actor) -> Person:
    """All rows of one's own that are this citizen, locked in the order of a merge; part of a
    command."""
    visible = citizens_visible_to(by)
    kept = visible.filter(pk=citizen).values_list("merged_into", flat=True).first()
    root = kept if kept and visible.filter(pk=kept).exists() else citizen
    same = Q(pk__in=[citizen, root]) | Q(merged_into=root)
    locked = visible.filter(same).order_by("pk").select_for_update(of=("self",), no_key=True)
    return Person(citizen, root, list(locked.values_list("pk", flat=True)))


def place_on(
    course: Course,
    person: Person,
    *,
    when_full: WhenFull,
    late: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Placed:
    """A seat on a course or a place in its waiting list; the course stays locked.

    Part of a command. Those who wait get the free seats first. `late`: its last meeting may have
    begun. Raises NoSeat, and Refusal when the course takes nobody or has her already.
    """
    if not policies.courses_visible_to(by).filter(pk=course.pk).exists():
        raise Refusal(_("Forløbet er ikke åbent for jer. Find et andet."))
    with books_of(course, by) as host:
        course = locked_course(course)
        _open_to_all(course, host, late=late, at=at)
        on_it = policies.enrolments_visible_to(host).filter(course=course, state__in=LIVE)
        if on_it.filter(citizen__in=person.rows).exists():
            raise on_it_already()
        move_up(course, at=at)
        course.refresh_from_db(fields=["seats_taken", "waiting"])
        now = queries.standing(host, course, at)
        if not (missing := lack(now)):
            return Placed(EnrolmentState.ENROLLED)
        if when_full is not WhenFull.WAIT:
            raise NoSeat(missing)
        ask_for_counsellor(course, replace(now, waiting=now.waiting + 1), at=at)
        return Placed(EnrolmentState.WAITING, last_in_line(course, at))


def add_participant(
    course: Course,
    referral: uuid.UUID,
    person: Person,
    placed: Placed,
    *,
    by: Actor,
    at: dt.datetime,
    **facts: Any,
) -> Enrolment:
    """The enrolment's row, behind the door that shows it to the host and to where she lives.

    Part of a command that has found a place; under one's own scope.
    """
    enrolled = placed.state == EnrolmentState.ENROLLED
    made = Enrolment(
        course=course,
        citizen_id=person.citizen,
        referral_id=referral,
        state=placed.state,
        state_since=at,
        waiting_since=placed.waiting_since,
        enrolled_at=at if enrolled else None,
        created_at=at,
        created_by_id=by.person,
        **facts,
    )
    made.home_id = _open_door(made, person, by, clock.danish_date(at))
    with _where_she_is_seen(made, by), seats_held():
        made.save(force_insert=True)
    return made


def _sent_before(mark: uuid.UUID, said_now: bytes, by: Actor) -> Enrolment | None:
    """The enrolment that the form made before. Raises AlreadySent if it said something else."""
    alone("enrolment", mark)
    known = Enrolment.objects.filter(once=mark).select_related("course").first()
    if known and bytes(known.request_sha256 or b"") != said_now:
        raise AlreadySent(
            _(
                "Formularen er allerede brugt til en anden tilmelding. Åbn forløbet igen, hvis du"
                " vil tilmelde én til."
            )
        )
    return known


def _open_to_all(course: Course, host: Actor, *, late: bool, at: dt.datetime) -> None:
    if late and course.state == CourseState.PUBLISHED:
        return
    if not queries.takes_participants(host, course, at):
        raise takes_nobody(course)


@contextlib.contextmanager
def _where_she_is_seen(made: Enrolment, by: Actor) -> Iterator[None]:
    """A new row is read back. Who moves somebody on to a third municipality's course does not see
    her there: then it is that course's books that take her in."""
    if referrals_visible_to(by).filter(pk=made.referral_id).exists():
        yield
    else:
        with books_of(made.course, by):
            yield


def _open_door(made: Enrolment, person: Person, by: Actor, on: dt.date) -> uuid.UUID | None:
    """Lets the host and her home see it; answers where she lives. A host sees the row that counts
    too, with the numbers that work, and where she lives is known of both."""
    if person.kept != person.citizen:
        _same_home(person, on)
        _opened(made, person.kept, on)
    return _opened(made, person.citizen, on)


def _opened(made: Enrolment, citizen: uuid.UUID, on: dt.date) -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select enrolment_open(%s, %s, %s, %s)", [made.pk, citizen, made.course_id, on]
        )
        home: uuid.UUID | None = cursor.fetchone()[0]
    return home


def _same_home(person: Person, on: dt.date) -> None:
    lives = Residence.objects.filter(citizen=person.kept, from_on__lte=on)
    latest = lives.select_related("municipality").order_by("-from_on").first()
    if latest:
        add_residence(Citizen(pk=person.citizen), latest.municipality, on)
