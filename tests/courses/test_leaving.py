"""Leaving a course: withdrawn, taken back, come again, moved on."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from courses.commands.books import books_of, locked_course
from courses.commands.enrol import NoSeat, WhenFull
from courses.commands.leaving import take_back, transfer, withdraw
from courses.commands.participant import change_participant
from courses.models import Course, Enrolment, Task
from courses.models.noted import part_of, parts_of
from courses.states import CourseKind, CourseState, EnrolmentState, TaskKind, WithdrawReason
from referrals.commands.citizen import move_home
from referrals.models import CitizenAccess
from referrals.states import Ground
from roegfri.actor import acting, hosting
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision
from tests import make
from tests.courses.world import (
    AT,
    Towns,
    books,
    citizen,
    coming,
    counted,
    do,
    fresh,
    put,
    since,
    staff,
    state,
    towns,
    wait,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ENROLLED, WAITING = EnrolmentState.ENROLLED, EnrolmentState.WAITING
WITHDRAWN, MOVED = EnrolmentState.WITHDRAWN, EnrolmentState.MOVED
LATER = AT + dt.timedelta(hours=2)


@pytest.fixture
def two() -> Towns:
    return towns()


def out(enrolment: Enrolment, by: Any, **given: Any) -> Enrolment:
    usual = {"reason": WithdrawReason.ILLNESS, "at": LATER}
    left: Enrolment = do(by, withdraw, enrolment, **{**usual, **given})
    return left


# ---- withdrawn -----------------------------------------------------------------------------------


def test_a_withdrawal_says_why_and_the_next_gets_the_seat(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    first = put(course, two.b)
    second, third = wait(course, two.a), wait(course, two.b)
    out(first, two.b, reason=WithdrawReason.TIME, note="Nyt arbejde")
    row = fresh(first)
    assert (row.state, row.left_at, row.left_reason, row.left_note) == (
        WITHDRAWN, LATER, WithdrawReason.TIME, "Nyt arbejde",
    )  # fmt: skip
    assert (state(second), state(third)) == (ENROLLED, WAITING)
    assert fresh(second).enrolled_at == LATER
    assert books(course) == counted(course) == (1, 1)


def test_who_is_promoted_is_told_by_whoever_has_her_case(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    first, second = put(course, two.b), wait(course, two.a)
    out(first, two.b)
    with acting(two.a):
        told = Task.objects.get(kind=TaskKind.TELL_SEAT)
        assert (told.organisation_id, told.enrolment_id) == (two.a.organisation_id, second.pk)
        assert "plads" in told.note
        assert LATER <= told.due_at <= LATER + dt.timedelta(days=4)
    with acting(two.b):
        assert not Task.objects.filter(kind=TaskKind.TELL_SEAT).exists()


@pytest.mark.parametrize("whose", ["handler", "host"])
def test_both_the_handler_and_the_host_withdraw(two: Towns, whose: str) -> None:
    made = put(coming(two.b), two.a)
    out(made, two.a if whose == "handler" else two.b)
    assert state(made) == WITHDRAWN


def test_where_she_lives_only_looks_on(two: Towns) -> None:
    case = make.referral(two.b)
    do(two.b, move_home, citizen(case), make.home(two.a), from_on=AT.date())
    course = coming(two.b)
    made = put(course, two.b, case)
    with pytest.raises(Refusal, match="ikke længere jeres"):
        out(made, two.a)
    with pytest.raises(Refusal, match="ikke længere jeres"):
        do(two.a, transfer, made, coming(two.a))
    with pytest.raises(Refusal, match="ikke længere jeres"):
        do(two.a, change_participant, made, part_of(note="x"), seen=parts_of(made))
    assert state(made) == ENROLLED


def test_nobody_leaves_twice(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    out(made, two.a)
    with pytest.raises(Refusal, match="ikke længere: Frameldt"):
        out(made, two.b)


def test_what_was_to_be_done_about_her_is_not_any_more(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    tasks = [make.task(made, two.b, TaskKind.NO_SHOW), make.task(made, two.a, TaskKind.TELL_SEAT)]
    out(made, two.a)
    with acting(make.SYSTEM):
        done = Task.objects.filter(pk__in=[one.pk for one in tasks])
        assert {one.result for one in done} == {"not_needed"}


@pytest.mark.parametrize("how", ["withdraw", "transfer"])
def test_what_was_agreed_with_her_alone_is_cancelled(two: Towns, how: str) -> None:
    made = put(coming(two.b, kind=CourseKind.INDIVIDUAL), two.a)
    been, ahead = (
        make.appointment(made, LATER + dt.timedelta(days=days), two.b) for days in (-1, 1)
    )
    if how == "withdraw":
        out(made, two.a)
    else:
        do(two.a, transfer, made, coming(two.a), at=LATER)
    been.refresh_from_db()
    ahead.refresh_from_db()
    assert (been.state, ahead.state) == ("planned", "cancelled")
    assert ahead.cancel_reason


def test_somebody_who_waits_leaves_the_line(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    second, third = wait(course, two.a), wait(course, two.a)
    out(second, two.a)
    assert (state(third), books(course)) == (WAITING, (1, 1))


# ---- taken back, and come again ------------------------------------------------------------------


def test_a_mistake_is_taken_back_while_there_is_a_seat(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    made = put(course, two.a)
    out(made, two.a)
    do(two.a, take_back, made)
    row = fresh(made)
    assert (row.state, row.left_at, row.left_reason) == (ENROLLED, None, "")
    assert books(course) == counted(course) == (1, 0)


def test_a_seat_given_to_another_is_not_taken_back(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    made, other = put(course, two.a), wait(course, two.b)
    out(made, two.a)
    with pytest.raises(NoSeat):
        do(two.a, take_back, made)
    do(two.a, take_back, made, when_full=WhenFull.WAIT, at=LATER)
    assert (state(made), state(other)) == (WAITING, ENROLLED)
    assert books(course) == counted(course) == (1, 1)


def test_who_waited_stands_where_she_stood(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    second, third = wait(course, two.a), wait(course, two.a)
    out(second, two.a)
    do(two.a, take_back, second)
    assert since(second) < since(third)


def test_only_a_withdrawal_is_taken_back(two: Towns) -> None:
    course = coming(two.b)
    case = make.referral(two.a)
    made = put(course, two.a, case)
    with pytest.raises(Refusal, match="ikke frameldt"):
        do(two.a, take_back, made)
    out(made, two.a)
    again = put(course, two.a, case)
    assert again.pk != made.pk  # a new row: what was marked of the first stays with it
    with pytest.raises(Refusal, match="allerede på forløbet"):
        do(two.a, take_back, made)
    assert counted(course) == (1, 0)


def test_after_the_end_nothing_is_taken_back(two: Towns) -> None:
    course = coming(two.a)
    made = put(course, two.a)
    out(made, two.a)
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(state=CourseState.FINISHED, finished_at=AT)
    with pytest.raises(Refusal, match="afsluttet"):
        do(two.a, take_back, made)


# ---- moved on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CourseKind.GROUP, CourseKind.OPEN, CourseKind.INDIVIDUAL])
@pytest.mark.parametrize("whose", ["handler", "host"])
def test_she_moves_on_with_what_is_noted_of_her(two: Towns, kind: str, whose: str) -> None:
    mover = two.a if whose == "handler" else two.b
    left, to = coming(two.b, capacity=1), coming(two.a if whose == "host" else two.b, kind=kind)
    made, waiting = put(left, two.a), wait(left, two.b)
    noted = part_of(planned_quit_on=dt.date(2026, 4, 1), actual_quit_on=AT.date(), note="Ringer")
    do(mover, change_participant, made, noted, seen=parts_of(made))
    moved = do(mover, transfer, made, to, at=LATER)
    old, new = fresh(made), fresh(moved)
    assert (old.state, old.moved_to_id, old.left_at) == (MOVED, new.pk, LATER)
    assert (new.state, new.course_id, new.referral_id) == (ENROLLED, to.pk, old.referral_id)
    assert parts_of(new) == parts_of(old)
    assert state(waiting) == ENROLLED
    assert (books(left), books(to)) == ((1, 0), (1, 0))


def test_a_host_moves_somebody_on_to_a_third_municipality(two: Towns) -> None:
    """She may not see the new enrolment, and need not."""
    with acting(make.SYSTEM):
        agreement = make.home(two.a).memberships.get().agreement
    third = make.actor(make.grant(organisation=make.municipality(agreement)))
    made, to = put(coming(two.b), two.a), coming(third)
    moved = do(two.b, transfer, made, to)
    assert fresh(moved).course_id == to.pk
    with acting(two.b):
        assert not Enrolment.objects.filter(pk=moved.pk).exists()
    with acting(third):
        assert Enrolment.objects.filter(pk=moved.pk).exists()
    with acting(make.SYSTEM):
        grounds = CitizenAccess.objects.filter(about=moved.pk)
        assert {one.organisation_id for one in grounds} == {third.organisation_id}
        assert {one.ground for one in grounds} == {Ground.HOST}


def test_where_there_is_no_seat_she_stays_where_she_is(two: Towns) -> None:
    made, full = put(coming(two.b), two.a), coming(two.a, capacity=1)
    put(full, two.a)
    with pytest.raises(NoSeat):
        do(two.a, transfer, made, full)
    assert state(made) == ENROLLED
    moved = do(two.a, transfer, made, full, when_full=WhenFull.WAIT)
    assert (state(made), state(moved)) == (MOVED, WAITING)


def test_moves_that_make_no_sense(two: Towns) -> None:
    here, there, case = coming(two.b), coming(two.a), make.referral(two.a)
    made = put(here, two.a, case)
    with pytest.raises(Refusal, match="Vælg et andet"):
        do(two.a, transfer, made, here)
    other = put(there, two.a, case)
    with pytest.raises(Refusal, match="allerede på forløbet"):
        do(two.a, transfer, made, there)
    out(other, two.a)
    do(two.a, transfer, made, there)
    with pytest.raises(Refusal, match="ikke længere: Flyttet"):
        do(two.a, transfer, made, coming(two.a))


def test_a_second_counsellor_is_needed_there_too() -> None:
    two = towns(two_counsellors_from="2")
    made, to = put(coming(two.b), two.a), coming(two.a)
    staff(to, 1, two.a)
    put(to, two.a)
    with pytest.raises(NoSeat):
        do(two.a, transfer, made, to)


@pytest.mark.django_db(transaction=True)
def test_two_who_swap_places_wait_for_each_other() -> None:
    two = towns()
    here, there = coming(two.a), coming(two.b)

    def swap(number: int) -> Callable[[], object]:
        made = put(*[(here, two.a), (there, two.b)][number % 2])
        return lambda: do(
            *[(two.a, transfer, made, there), (two.b, transfer, made, here)][number % 2]
        )

    assert at_once(*[swap(number) for number in range(6)]) == []
    assert books(here) == counted(here) == (3, 0)
    assert books(there) == counted(there) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_control_who_locks_her_own_course_first_waits_in_a_circle() -> None:
    two = towns()
    here, there = coming(two.a), coming(two.b)
    both_have_one = threading.Barrier(2)

    def weak(by: Any, own: Any, other: Any) -> Callable[[], object]:
        def act() -> None:
            with acting(by), transaction.atomic():
                with books_of(own, by):
                    locked_course(own)
                both_have_one.wait()
                with books_of(other, by):
                    locked_course(other)

        return act

    (wrong,) = at_once(weak(two.a, here, there), weak(two.b, there, here))
    assert isinstance(wrong, DatabaseError)


# ---- what is noted of her ------------------------------------------------------------------------


def test_a_quit_date_that_has_not_come_is_only_planned(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    ahead = AT.date() + dt.timedelta(days=1)
    with pytest.raises(Refusal, match="ude i fremtiden") as refusal:
        do(two.a, change_participant, made, part_of(actual_quit_on=ahead), seen=parts_of(made))
    assert refusal.value.field == "actual_quit_on"
    planned = part_of(planned_quit_on=ahead, actual_quit_on=AT.date() - dt.timedelta(days=90))
    do(two.a, change_participant, made, planned, seen=parts_of(made))
    assert fresh(made).planned_quit_on == ahead


@pytest.mark.parametrize("day", [dt.date(206, 3, 2), dt.date(1948, 12, 25), dt.date(9999, 1, 1)])
def test_a_year_that_cannot_be(two: Towns, day: dt.date) -> None:
    made = put(coming(two.b), two.a)
    with pytest.raises(Refusal, match="Ret årstallet"):
        do(two.a, change_participant, made, part_of(planned_quit_on=day), seen=parts_of(made))


def test_two_who_write_the_same_are_shown_the_difference(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    seen = parts_of(made)
    do(two.b, change_participant, made, part_of(note="Fra værten"), seen=seen)
    day = AT.date()
    do(two.a, change_participant, made, part_of(actual_quit_on=day, note=""), seen=seen)
    assert (fresh(made).note, fresh(made).actual_quit_on) == ("Fra værten", day)
    with pytest.raises(Collision):
        do(two.a, change_participant, made, part_of(note="Fra os"), seen=seen)
    assert fresh(made).note == "Fra værten"
