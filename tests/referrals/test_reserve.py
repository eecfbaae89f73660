"""One person, one caller: whatever two colleagues do at the same instant."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from referrals.commands.handover import hand_over
from referrals.commands.reserve import HELD_FOR, release, reserve, reserve_next, take_over
from referrals.models import Referral, Reservation
from referrals.states import Outcome
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Municipality
from tests import make

pytestmark = pytest.mark.django_db
THREADS, CASES = 20, 200


@pytest.fixture(autouse=True)
def monday() -> object:
    with time_machine.travel(make.MONDAY, tick=False):
        yield


def colleagues(count: int) -> list[Actor]:
    home = make.municipality()
    return [make.actor(make.grant(organisation=home)) for _ in range(count)]


def holder(referral: Referral, by: Actor, at: dt.datetime = make.MONDAY) -> UUID | None:
    with acting(by):
        held = reserve(referral, by=by, at=at)
    return held.holder_id if held else None


def test_who_opens_the_screen_first_holds_it_until_it_runs_out() -> None:
    mette, karen = colleagues(2)
    referral = make.referral(mette)
    assert holder(referral, mette) == mette.user_id
    assert holder(referral, karen) == mette.user_id
    assert holder(referral, karen, make.MONDAY + HELD_FOR) == karen.user_id


def test_working_on_it_renews_it() -> None:
    mette, karen = colleagues(2)
    referral = make.referral(mette)
    holder(referral, mette)
    holder(referral, mette, make.MONDAY + HELD_FOR / 2)
    assert holder(referral, karen, make.MONDAY + HELD_FOR) == mette.user_id


def test_it_can_be_let_go_of_and_taken_over() -> None:
    mette, karen = colleagues(2)
    referral = make.referral(mette)
    holder(referral, mette)
    with acting(karen):
        release(referral, by=karen, at=make.MONDAY)  # not hers: nothing happens
    assert holder(referral, karen) == mette.user_id
    with acting(karen):
        take_over(referral, by=karen, at=make.MONDAY)
    assert holder(referral, mette) == karen.user_id
    with acting(karen):
        release(referral, by=karen, at=make.MONDAY)
    assert holder(referral, mette) == mette.user_id


def test_a_logged_call_lets_go() -> None:
    mette, karen = colleagues(2)
    referral = make.referral(mette)
    holder(referral, mette)
    make.call(referral, mette)
    assert holder(referral, karen) == karen.user_id


def test_what_is_closed_or_given_on_is_held_by_nobody() -> None:
    within = make.agreement()
    here, there = make.municipality(within), make.municipality(within)
    mette = make.actor(make.grant(organisation=here))
    closed, given = make.referral(mette), make.referral(mette, number="+4530303030")
    make.call(closed, mette, Outcome.DECLINED)
    with acting(mette):
        to = Municipality.objects.get(pk=there.pk)
        hand_over(given, to=to, reason="", by=mette, at=make.MONDAY)
    assert holder(closed, mette) is None
    assert holder(given, mette) is None


def following(by: Actor, after: UUID | None = None, at: dt.datetime = make.MONDAY) -> UUID | None:
    with acting(by):
        return reserve_next(by=by, at=at, after=after)


def test_the_next_is_the_first_of_the_queue_that_nobody_holds() -> None:
    mette, karen = colleagues(2)
    friday = make.MONDAY - dt.timedelta(days=3)
    later = make.referral(mette)
    sooner = make.referral(mette, number="+4530303030", received_at=friday)
    assert following(mette) == sooner.pk
    assert following(karen) == later.pk
    assert following(make.actor(make.grant(organisation=make.home(mette)))) is None
    assert following(mette, after=sooner.pk) is None


def test_a_colleagues_conversation_is_hers_or_her_substitutes() -> None:
    mette, karen = colleagues(2)
    referral = make.referral(mette)
    make.call(referral, mette, Outcome.THINKING)
    week = make.MONDAY + dt.timedelta(days=8)
    with time_machine.travel(week, tick=False):
        assert following(karen, at=week) is None
        make.cover(karen, mette.person, week.date())
        assert following(karen, at=week) == referral.pk


def test_nobody_is_given_another_municipalitys_case() -> None:
    make.referral(make.actor())
    assert following(make.actor()) is None


@pytest.mark.django_db(transaction=True)
def test_twenty_callers_and_two_hundred_persons_never_meet() -> None:
    found = morning(lambda by: reserve_next(by=by, at=make.MONDAY))
    assert len(found) == CASES
    assert len(set(found)) == CASES


@pytest.mark.django_db(transaction=True)
def test_control_looking_first_and_then_taking_gives_one_person_to_two() -> None:
    def weak(by: Actor) -> UUID | None:
        free = Referral.objects.filter(reservation=None).order_by("next_at", "pk")
        with transaction.atomic():
            first = free.filter(attempts=0).values_list("pk", flat=True).first()
            time.sleep(0.02)
            if first is None:
                return None
            Reservation.objects.update_or_create(
                referral_id=first,
                defaults={"holder_id": by.person, "until": make.MONDAY + HELD_FOR},
            )
        return first

    found = morning(weak, cases=THREADS)
    assert len(found) > len(set(found))


@pytest.mark.django_db(transaction=True)
def test_opening_a_case_and_claiming_it_as_the_next_do_not_wait_for_each_other() -> None:
    assert meet(lambda case, by: reserve(case, by=by, at=make.MONDAY)) == []


@pytest.mark.django_db(transaction=True)
def test_control_a_reservation_before_its_referral_deadlocks() -> None:
    def weak(case: Referral, by: Actor) -> None:
        until = make.MONDAY + HELD_FOR
        with transaction.atomic():
            Reservation.objects.create(referral=case, holder_id=by.person, until=until)

    assert [type(fault) for fault in meet(weak)] == [OperationalError]


def meet(hold: Callable[[Referral, Actor], object]) -> list[Exception]:
    """One has the referral in hand and goes on to claim it, while another opens it; what failed."""
    mette, karen = colleagues(2)
    case = make.referral(mette)
    faults: list[Exception] = []

    def work() -> None:
        try:
            with acting(karen):
                hold(case, karen)
        except OperationalError as fault:
            faults.append(fault)
        finally:
            connection.close()

    other = threading.Thread(target=work)
    try:
        with acting(mette), transaction.atomic():
            Referral.objects.select_for_update().get(pk=case.pk)
            other.start()
            somebody_waits()
            reserve_next(by=mette, at=make.MONDAY)
    except OperationalError as fault:
        faults.append(fault)
    other.join()
    return faults


def somebody_waits() -> None:
    """Until another connection waits for a lock that this one holds."""
    for _try in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "select exists (select from pg_locks l"
                " where not l.granted and pg_backend_pid() = any(pg_blocking_pids(l.pid)))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody came to wait")


def morning(claim: Callable[[Actor], UUID | None], cases: int = CASES) -> list[UUID]:
    """Twenty colleagues claim one person after the other until there are none; who was claimed."""
    callers = colleagues(THREADS)
    made = [make.referral(callers[0], number=f"+4530{number:06d}") for number in range(cases)]
    known = {referral.pk: referral for referral in made}
    connection.pool.resize(0, THREADS + 4)  # type: ignore[attr-defined]
    barrier = threading.Barrier(THREADS, timeout=30)
    found: list[UUID] = []

    def work(by: Actor) -> None:
        try:
            with acting(by):
                connection.ensure_connection()
                barrier.wait()
                while claimed := claim(by):
                    found.append(claimed)
                    make.call(known[claimed], by)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[by]) for by in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
