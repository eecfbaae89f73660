"""Who holds the meetings: put on, taken off, swapped; who can and who is busy."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction

from courses.commands.booking import Taken
from courses.commands.meetings import add_meeting, lay_meetings
from courses.commands.staffing import (
    staff_course,
    staff_meeting,
    swap_counsellor,
    unstaff,
    unstaff_course,
)
from courses.models import Course, Enrolment, Meeting, Room, Staffing
from courses.queries.clashes import Want, clashes
from courses.queries.staffing import candidates
from courses.rules.planning import Slot
from courses.states import EnrolmentState, StaffRole
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make
from tests.conftest import setup_connection
from tests.threads import PATIENCE, at_once

pytestmark = pytest.mark.django_db
AT = make.MONDAY
HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(weeks=1)


def slot(hours: float, length: float = 2) -> Slot:
    begins = AT + HOUR * hours
    return Slot(begins, begins + HOUR * length)


def person(of: Actor) -> User:
    return User.objects.get(pk=of.person)


def colleague(of: Actor, name: str = "Bente Ravn") -> User:
    return make.grant(organisation=make.home(of), person=make.user(name=name)).user


@pytest.fixture
def by() -> Actor:
    return make.actor()


def world(by: Actor, *staff: User, active: int = 0, start: float = 24, **given: Any) -> Course:
    """A course of three weekly meetings from tomorrow."""
    course = make.course(by, **{"capacity": 20, "seats_taken": active, **given})
    with acting(by):
        slots = [slot(start + 168 * week) for week in range(3)]
        lay_meetings(course, slots, [one.pk for one in staff or (person(by),)], at=AT)
    return course


def first(course: Course) -> Meeting:
    return course.all_meetings.earliest("starts_at")


def crew(meeting: Meeting) -> set[str]:
    return {one.counsellor.name for one in meeting.staff.select_related("counsellor")}


def do(command: Any, *args: Any, by: Actor, **given: Any) -> Any:
    with acting(by):
        return command(*args, **given, by=by, at=AT)


def test_a_second_counsellor_is_put_on_once(by: Actor) -> None:
    meeting, other = first(world(by)), colleague(by)
    made = do(staff_meeting, meeting, other, by=by)
    assert do(staff_meeting, meeting, other, by=by) == made
    assert crew(meeting) == {by.name, "Bente Ravn"}


def test_a_substitute_takes_the_place_in_one_step(by: Actor) -> None:
    meeting, other = first(world(by, active=12)), colleague(by)
    row = do(staff_meeting, meeting, other, instead_of=person(by), by=by)
    assert (row.role, row.instead_of_id) == (StaffRole.SUBSTITUTE, by.person)
    assert crew(meeting) == {"Bente Ravn"}


def test_a_substitutes_substitute_stands_in_for_the_first(by: Actor) -> None:
    meeting, other, third = first(world(by)), colleague(by), colleague(by, "Carl Holm")
    do(staff_meeting, meeting, other, instead_of=person(by), by=by)
    row = do(staff_meeting, meeting, third, instead_of=other, by=by)
    assert row.instead_of_id == by.person
    back = do(staff_meeting, meeting, person(by), instead_of=third, by=by)
    assert (back.role, back.instead_of) == (StaffRole.COUNSELLOR, None)


def test_nobody_stands_in_for_herself(by: Actor) -> None:
    meeting = first(world(by))
    with pytest.raises(Refusal, match="Vælg en anden som vikar") as refused:
        do(staff_meeting, meeting, person(by), instead_of=person(by), by=by)
    assert (refused.value.field, crew(meeting)) == ("counsellor", {by.name})


def test_nobody_stands_in_for_who_is_not_there(by: Actor) -> None:
    other = colleague(by)
    with pytest.raises(Refusal, match="er ikke længere på mødegangen"):
        do(staff_meeting, first(world(by)), colleague(by, "Carl Holm"), instead_of=other, by=by)


def test_the_only_counsellor_stays_where_somebody_is_enrolled(by: Actor) -> None:
    meeting = first(world(by, active=1))
    with pytest.raises(Refusal, match="den eneste rådgiver"):
        do(unstaff, meeting, person(by), by=by)
    assert crew(meeting) == {by.name}


def test_a_course_nobody_is_enrolled_in_may_wait_for_its_counsellor(by: Actor) -> None:
    meeting = first(world(by))
    do(unstaff, meeting, person(by), by=by)
    assert crew(meeting) == set()


@pytest.mark.parametrize(("active", "goes"), [(12, True), (13, False)])
def test_with_thirteen_one_of_two_cannot_leave(by: Actor, active: int, *, goes: bool) -> None:
    other = colleague(by)
    meeting = first(world(by, person(by), other, active=active))
    if goes:
        do(unstaff, meeting, other, by=by)
    else:
        with pytest.raises(Refusal, match="13 deltagere, og aftalen siger to rådgivere"):
            do(unstaff, meeting, other, by=by)
    assert len(crew(meeting)) == 1 + (not goes)
    do(staff_meeting, meeting, colleague(by, "Carl Holm"), instead_of=person(by), by=by)


def test_who_has_been_there_may_be_corrected_afterwards(by: Actor) -> None:
    course = world(by, active=1)
    with acting(by):
        unstaff(first(course), person(by), by=by, at=AT + WEEK)
    assert crew(first(course)) == set()


def test_nobody_is_at_two_meetings(by: Actor) -> None:
    other = colleague(by)
    world(by, other, name="Det første")
    with pytest.raises(Taken, match=r"Bente Ravn er optaget .* \(«Det første»\)"):
        do(staff_meeting, first(world(by, start=25)), other, by=by)


def test_a_whole_course_is_staffed_or_nothing_of_it(by: Actor) -> None:
    other = colleague(by)
    busy = make.course(by, name="Formiddag")
    with acting(by):
        lay_meetings(busy, [slot(24 + 168)], [other.pk], at=AT)
    course = world(by)
    with pytest.raises(Taken, match="Formiddag"):
        do(staff_course, course, other, by=by)
    assert not Staffing.objects.filter(counsellor=other, meeting__course=course).exists()
    done = do(staff_course, course, other, only_free=True, by=by)
    assert (len(done.meetings), len(done.left_out)) == (2, 1)


def test_meetings_that_have_been_are_left_alone(by: Actor) -> None:
    course, other = world(by), colleague(by)
    with acting(by):
        staff_course(course, other, by=by, at=AT + WEEK)
        unstaff_course(course, other, by=by, at=AT + 2 * WEEK)
    assert [len(crew(one)) for one in course.all_meetings.all()] == [1, 2, 1]


def test_when_somebody_is_ill_another_takes_all_her_meetings(by: Actor) -> None:
    courses = [world(by), world(by, start=48)]
    other = colleague(by)
    case = make.enrolment(courses[0], make.referral(by), by)
    appointment = make.appointment(case, AT + 30 * HOUR, by)
    do(staff_meeting, appointment, person(by), by=by)
    away = {"from_on": AT.date(), "until_on": (AT + 3 * 24 * HOUR).date()}
    done = do(swap_counsellor, person(by), other, **away, by=by)
    assert len(done.meetings) == 3
    assert crew(appointment) == {"Bente Ravn"}
    hers = Staffing.objects.filter(counsellor=by.person)
    assert hers.count() == 4
    rest = do(swap_counsellor, person(by), other, from_on=AT.date(), course=courses[0], by=by)
    assert len(rest.meetings) == 2


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"from_on": AT.date() + dt.timedelta(days=100)}, "har ingen mødegange"),
        (
            {"from_on": AT.date(), "until_on": AT.date() - dt.timedelta(days=1)},
            "Slutdatoen skal ligge",
        ),
    ],
)
def test_a_swap_of_nothing_is_refused(by: Actor, days: dict[str, dt.date], said: str) -> None:
    world(by)
    with pytest.raises(Refusal, match=said):
        do(swap_counsellor, person(by), colleague(by), **days, by=by)
    with pytest.raises(Refusal, match="Vælg en anden"):
        do(swap_counsellor, person(by), person(by), from_on=AT.date(), by=by)


def test_a_second_counsellor_gives_the_thirteenth_a_seat(by: Actor) -> None:
    course = world(by)
    for _ in range(12):
        make.enrolment(course, make.referral(by), by)
    waits = make.enrolment(
        course,
        make.referral(by),
        by,
        state=EnrolmentState.WAITING,
        waiting_since=AT,
        enrolled_at=None,
    )
    do(staff_meeting, first(course), colleague(by), by=by)
    with acting(by):
        assert Enrolment.objects.get(pk=waits.pk).state == EnrolmentState.WAITING
    do(staff_course, course, User.objects.get(name="Bente Ravn"), by=by)
    with acting(by):
        waits.refresh_from_db()
    assert waits.state == EnrolmentState.ENROLLED


def test_who_can_hold_a_meeting_and_what_she_has_already(by: Actor) -> None:
    leaving = make.grant(organisation=make.home(by), person=make.user(name="Åse Dam"))
    leaving.until_on = AT.date()
    leaving.save()
    colleague(by, "Ærø Lund")
    world(by, name="Formiddag")
    make.grant()
    with acting(by):
        found = candidates(by, [Want(slot(25))], on=AT.date())
    assert [(one.name, one.free, one.away) for one in found] == [
        (by.name, False, False),
        ("Ærø Lund", True, False),
        ("Åse Dam", False, True),
    ]
    assert "(«Formiddag»)" in found[0].busy[0]
    assert not found[1].qualified


def test_her_own_meeting_makes_nobody_busy(by: Actor) -> None:
    meeting = first(world(by))
    with acting(by):
        [found] = candidates(by, [Want(slot(24), meeting=meeting.pk)], on=AT.date())
    assert found.free


# ---- at the same moment ----

THREADS = 10


@transaction.atomic
def shared() -> tuple[User, list[Actor], list[Course]]:
    """One who works for two municipalities, somebody of each who plans with her, and courses of
    each in turn."""
    both = make.user(name="Anne Olsen")
    towns = [make.municipality(), make.municipality()]
    for town in towns:
        make.grant(organisation=town, person=both)
    planners = [make.actor(make.grant(organisation=town)) for town in towns]
    return both, planners, [make.course(planners[n % 2]) for n in range(THREADS)]


@transaction.atomic
def one_room() -> tuple[Actor, Room, list[Course]]:
    """A room that all courses of a municipality want."""
    by = make.actor()
    room = make.venue(make.home(by)).rooms.get()
    return by, room, [make.course(by) for _ in range(THREADS)]


@pytest.mark.django_db(transaction=True)
def test_one_of_ten_gets_the_counsellor_that_two_municipalities_want() -> None:
    both, towns, courses = shared()

    def book(n: int) -> None:
        one = towns[n % 2]
        with acting(one):
            add_meeting(courses[n], slot(24), counsellors=[both.pk], by=one, at=AT)

    wrong = at_once(*(partial(book, n) for n in range(THREADS)))
    assert [type(one) for one in wrong] == [Taken] * (THREADS - 1)
    assert Staffing.objects.filter(counsellor=both).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_ten_gets_the_room_that_two_courses_want() -> None:
    by, room, courses = one_room()

    def book(n: int) -> None:
        with acting(by):
            add_meeting(courses[n], slot(24), counsellors=[], room=room, by=by, at=AT)

    wrong = at_once(*(partial(book, n) for n in range(THREADS)))
    assert [type(one) for one in wrong] == [Taken] * (THREADS - 1)
    assert Meeting.objects.filter(room=room).count() == 1


@contextmanager
def without(table: str, constraint: str) -> Iterator[None]:
    """The database as it would be if it did not refuse a clash."""
    with setup_connection() as inside:
        [[said]] = inside.execute(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [constraint]
        ).fetchall()
        inside.execute(f"alter table {table} drop constraint {constraint}")
        try:
            yield
        finally:
            inside.execute(f"truncate {table} cascade")
            inside.execute(f"alter table {table} add constraint {constraint} {said}")


@pytest.mark.django_db(transaction=True)
def test_control_with_neither_lock_nor_constraint_all_ten_get_her() -> None:
    both, towns, courses = shared()
    with transaction.atomic():
        meetings = [make.meeting(one, AT + 24 * HOUR) for one in courses]
    together = Barrier(THREADS, timeout=PATIENCE)

    def book(n: int) -> None:
        with acting(towns[n % 2]), transaction.atomic():
            assert clashes(towns[n % 2], [Want(slot(24), counsellors=(both.pk,))]) == []
            together.wait()
            Staffing.objects.create(
                meeting=meetings[n], counsellor=both, starts_at=AT, ends_at=AT + HOUR
            )

    with without("courses_staffing", "counsellor_free"):
        assert at_once(*(partial(book, n) for n in range(THREADS))) == []
        assert Staffing.objects.filter(counsellor=both).count() == THREADS


@pytest.mark.django_db(transaction=True)
def test_control_what_is_asked_first_does_not_hold_the_database_does() -> None:
    by, room, courses = one_room()
    together = Barrier(2, timeout=PATIENCE)

    def book(course: Course) -> None:
        with acting(by), transaction.atomic():
            assert clashes(by, [Want(slot(24), room.pk)]) == []
            together.wait()
            times = {"starts_at": AT, "ends_at": AT + HOUR, "planned_at": AT}
            Meeting.objects.create(course=course, room=room, **times, state_since=AT, created_at=AT)

    wrong = at_once(*(partial(book, one) for one in courses[:2]))
    # Two that write in the same instant may wait for each other: the server ends one of them.
    assert len(wrong) == 1
    assert isinstance(wrong[0], IntegrityError | OperationalError)
    assert Meeting.objects.filter(room=room).count() == 1
