"""The waiting list: who is next, why not yet, and what never happens however one goes on."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from courses.commands.books import books_of
from courses.commands.enrol import NoSeat, WhenFull, enrol
from courses.commands.leaving import take_back, transfer, withdraw
from courses.commands.tasks import finish_task
from courses.commands.waiting import move_up, promote
from courses.models import Course, Enrolment, Task
from courses.queries.participants import participants
from courses.rules.seats import Why
from courses.states import CourseState, EnrolmentState, TaskKind, TaskResult, WithdrawReason
from courses.tasks import look_at_lines
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.refusal import Refusal
from tests import make
from tests.courses.world import (
    AT,
    WEEK,
    Towns,
    books,
    coming,
    counted,
    do,
    fresh,
    put,
    staff,
    state,
    towns,
    wait,
)

pytestmark = pytest.mark.django_db
ENROLLED, WAITING = EnrolmentState.ENROLLED, EnrolmentState.WAITING


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def two() -> Towns:
    return towns()


def changed(course: Course, **columns: Any) -> None:
    """What the host has changed, and then looks whether somebody moves up."""
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(**columns)
    with acting(make.SYSTEM), books_of(course, make.SYSTEM):
        move_up(course, at=AT)
    course.refresh_from_db()


def whys(viewer: Actor, course: Course) -> list[tuple[int, Why | None]]:
    course.refresh_from_db()
    with acting(viewer):
        return [(one.rank, one.why) for one in participants(viewer, course).waiting]


def test_a_larger_room_takes_in_as_many_as_it_holds_in_order(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    line = [wait(course, by) for by in (two.a, two.b, two.a)]
    changed(course, capacity=3)
    assert [state(one) for one in line] == [ENROLLED, ENROLLED, WAITING]
    assert books(course) == counted(course) == (3, 1)


def test_each_is_told_why_she_waits(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    wait(course, two.b)
    wait(course, two.a)
    assert whys(two.b, course) == [(1, Why.FULL), (2, Why.FULL)]
    assert whys(two.a, course) == [(2, Why.FULL)]  # her place, though she sees nobody before her
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(capacity=3)
    assert whys(two.b, course) == [(1, Why.NEXT), (2, Why.OTHERS)]
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(
            state=CourseState.CANCELLED, cancelled_at=AT, cancel_reason="For få"
        )
    assert whys(two.b, course) == [(1, Why.CANCELLED), (2, Why.CANCELLED)]


def test_a_second_counsellor_lets_the_line_move_and_the_task_is_done() -> None:
    two = towns(two_counsellors_from="2")
    course = coming(two.b)
    staff(course, 1, two.b)
    put(course, two.b)
    line = [wait(course, two.a), wait(course, two.b)]
    assert whys(two.b, course) == [(1, Why.COUNSELLOR), (2, Why.COUNSELLOR)]
    staff(course, 1, two.b)
    changed(course)
    assert [state(one) for one in line] == [ENROLLED, ENROLLED]
    with acting(two.b):
        assert Task.objects.get(kind=TaskKind.COUNSELLOR).result == "not_needed"


@pytest.mark.parametrize(
    "columns",
    [
        {"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "For få"},
        {"state": CourseState.FINISHED, "finished_at": AT},
        {"state": CourseState.DRAFT},
        {"last_at": AT - WEEK},
    ],
)
def test_nobody_moves_up_where_nothing_is_to_come(two: Towns, columns: dict[str, Any]) -> None:
    course = coming(two.b, capacity=1)
    first, second = put(course, two.b), wait(course, two.a)
    changed(course, **columns)
    do(two.b, withdraw, first, reason=WithdrawReason.ILLNESS)
    assert state(second) == WAITING


# ---- out of order --------------------------------------------------------------------------------


def test_the_host_gives_a_seat_out_of_order_with_a_reason(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    first, second = wait(course, two.b), wait(course, two.a)
    with pytest.raises(NoSeat):
        do(two.b, promote, second, reason="Gravid")
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(capacity=2)
    for empty in ("", "   "):
        with pytest.raises(Refusal, match="Skriv, hvorfor"):
            do(two.b, promote, second, reason=empty)
    do(two.b, promote, second, reason="Gravid i 30. uge")
    assert (state(first), state(second)) == (WAITING, ENROLLED)
    with acting(make.SYSTEM):
        assert AuditEvent.objects.get(act="enrolment.promoted").reason == "Gravid i 30. uge"
    with acting(two.a):
        assert Task.objects.filter(kind=TaskKind.TELL_SEAT, enrolment=second).exists()


def test_nobody_but_the_host_passes_the_line(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    mine = wait(course, two.a)
    with pytest.raises(Refusal, match="værtskommunen"):
        do(two.a, promote, mine, reason="Haster")


def test_who_does_not_wait_is_not_promoted(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    with pytest.raises(Refusal, match="ikke længere på ventelisten"):
        do(two.b, promote, made, reason="x")


# ---- fifty steps, whatever they are --------------------------------------------------------------


class History:
    """What two municipalities do with two courses, one thing after the other."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.two = towns(two_counsellors_from="4")
        self.courses = [coming(self.two.b, capacity=2), coming(self.two.a, capacity=3)]
        for course, by in zip(self.courses, (self.two.b, self.two.a), strict=True):
            staff(course, 1, by)
        self.made: list[tuple[Enrolment, Actor]] = []
        self.refused = 0

    def step(self) -> None:
        act = self.dice.choice(
            [self.enrol, self.enrol, self.enrol, self.withdraw, self.back, self.move, self.grow]
        )
        try:
            act()
        except Refusal:
            self.refused += 1

    def enrol(self) -> None:
        by = self.dice.choice([self.two.a, self.two.b])
        wish = self.dice.choice(list(WhenFull))
        course = self.dice.choice(self.courses)
        self.made.append((do(by, enrol, course, make.referral(by), when_full=wish), by))

    def withdraw(self) -> None:
        made, by = self.somebody()
        do(by, withdraw, made, reason=WithdrawReason.ILLNESS)

    def back(self) -> None:
        made, by = self.somebody()
        do(by, take_back, made, when_full=self.dice.choice(list(WhenFull)))

    def move(self) -> None:
        made, by = self.somebody()
        wish = self.dice.choice(list(WhenFull))
        moved = do(by, transfer, made, self.dice.choice(self.courses), when_full=wish)
        self.made.append((moved, by))

    def grow(self) -> None:
        course = self.dice.choice(self.courses)
        course.refresh_from_db()
        changed(course, capacity=max(course.seats_taken, 1) + self.dice.randint(0, 1))

    def somebody(self) -> tuple[Enrolment, Actor]:
        if not self.made:
            raise Refusal("nobody yet")
        made, by = self.dice.choice(self.made)
        return fresh(made), by

    def holds(self) -> None:
        """What is always so: the books are right, no seat too many, nobody waits for a free one."""
        for course in self.courses:
            assert books(course) == counted(course)
            assert course.seats_taken <= course.capacity
            two_needed = course.seats_taken + 1 >= 4
            if course.waiting and not two_needed:
                assert course.seats_taken == course.capacity


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_however_one_goes_on_the_books_are_right_and_the_order_holds(seed: int) -> None:
    history = History(seed)
    before: dict[Any, list[Any]] = {}
    for _ in range(50):
        history.step()
        history.holds()
        for course in history.courses:
            with acting(make.SYSTEM):
                rows = Enrolment.objects.filter(course=course, state=WAITING)
                line = list(rows.order_by("waiting_since", "pk").values_list("pk", flat=True))
            still = [one for one in before.get(course.pk, []) if one in line]
            assert [one for one in line if one in still] == still  # nobody passes anybody
            before[course.pk] = line
    assert len(history.made) > 10
    assert history.refused > 3


# ---- what time makes free ------------------------------------------------------------------------


@pytest.fixture
def alone_at_the_first() -> Course:
    """Two at most with one counsellor; at all meetings but the first there are two."""
    two = towns(two_counsellors_from="2")
    course = coming(two.b)
    staff(course, 2, two.b)
    with acting(hosting(make.SYSTEM, course.host_id)):
        first = course.all_meetings.earliest("starts_at")
        first.staff.earliest("pk").delete()
    put(course, two.b)
    return course


def test_a_meeting_that_has_been_lets_the_line_move(alone_at_the_first: Course) -> None:
    two_b = make.actor(make.grant(organisation=alone_at_the_first.host))
    waits = wait(alone_at_the_first, two_b)
    look_at_lines()
    assert state(waits) == WAITING
    with time_machine.travel(AT + WEEK + dt.timedelta(hours=3), tick=False):
        for _twice in range(2):
            look_at_lines()
            assert state(waits) == ENROLLED
            with acting(two_b):
                told = Task.objects.filter(kind=TaskKind.TELL_SEAT, done_at=None)
                assert [one.enrolment_id for one in told] == [waits.pk]
                assert not Task.objects.filter(kind=TaskKind.COUNSELLOR, done_at=None).exists()


def test_what_a_person_has_put_aside_is_not_asked_for_every_hour(
    alone_at_the_first: Course,
) -> None:
    two_b = make.actor(make.grant(organisation=alone_at_the_first.host))
    wait(alone_at_the_first, two_b)
    with acting(two_b):
        task = Task.objects.get(kind=TaskKind.COUNSELLOR)
    do(two_b, finish_task, task, result=TaskResult.NOT_NEEDED)
    look_at_lines()
    with acting(two_b):
        assert not Task.objects.filter(kind=TaskKind.COUNSELLOR, done_at=None).exists()
