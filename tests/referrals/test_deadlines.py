"""Deadlines kept: dates written out. A deadline of two workdays, wherever nothing else is said."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.commands.closing import close_referral
from referrals.commands.handover import hand_over
from referrals.models import ContactAttempt, Referral
from referrals.queries.deadlines import (
    OF_KIND,
    VERDICTS,
    Kept,
    Kind,
    deadlines_kept,
    open_cases,
)
from referrals.states import CloseReason, Outcome, Source
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from tests import make

pytestmark = pytest.mark.django_db
# A Wednesday of week 11.
TODAY = dt.date(2026, 3, 11)
NO_ANSWER, REACHED, DECLINED = Outcome.NO_ANSWER, Outcome.REACHED, Outcome.DECLINED


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    with time_machine.travel(at("2026-03-11", "12:00"), tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor()


def at(day: str, time: str = "09:00") -> dt.datetime:
    return clock.danish_time(dt.date.fromisoformat(day), dt.time.fromisoformat(time))


_number = iter(range(20_000_000, 21_000_000))


def received(by: Actor, when: dt.datetime, **given: Any) -> Referral:
    """Another person each time."""
    number = next(_number)
    given = {"number": f"+45{number}", "surname": f"Nr {number}", **given}
    with time_machine.travel(when, tick=False):
        return make.referral(by, received_at=when, **given)


def called(referral: Referral, by: Actor, *calls: tuple[str, Outcome]) -> None:
    for day, outcome in calls:
        when = at(day, "10:00") if len(day) == 10 else dt.datetime.fromisoformat(day)
        with time_machine.travel(when, tick=False):
            make.call(referral, by, outcome, when)


def asked(by: Actor, on: dt.date = TODAY) -> list[Kept]:
    with acting(by):
        return deadlines_kept(by, on=on)


def week(by: Actor, monday: str, kind: Kind = Kind.SENT) -> Kept:
    day = dt.date.fromisoformat(monday)
    (found,) = [kept for kept in asked(by) if kept.week == day and kept.kind == kind]
    return found


def verdicts(kept: Kept) -> tuple[int, int, int, int]:
    return kept.in_time, kept.late, kept.waiting, kept.missed


# ---- weeks ---------------------------------------------------------------------------------------


def test_there_are_26_weeks_of_three_kinds_whether_or_not_anybody_came(by: Actor) -> None:
    found = asked(by)
    mondays = sorted({kept.week for kept in found})
    assert (len(found), len(mondays)) == (78, 26)
    assert (mondays[0], mondays[-1]) == (dt.date(2025, 9, 15), dt.date(2026, 3, 9))
    assert {kept.received for kept in found} == {0}
    assert (found[0].percent, found[0].calls_each) == (None, None)


@pytest.mark.parametrize(
    ("when", "monday"),
    [
        ("2026-03-09T00:00+01:00", "2026-03-09"),
        ("2026-03-08T23:59+01:00", "2026-03-02"),
        # 22:30 UTC on a Sunday is Monday in Denmark in summer, and not in winter.
        ("2025-09-21T22:30+00:00", "2025-09-22"),
        ("2026-03-08T22:30+00:00", "2026-03-02"),
        # The year's turn lies in week 1.
        ("2025-12-31T12:00+01:00", "2025-12-29"),
        ("2026-01-04T12:00+01:00", "2025-12-29"),
    ],
)
def test_the_week_is_that_of_the_danish_clock(by: Actor, when: str, monday: str) -> None:
    received(by, dt.datetime.fromisoformat(when))
    assert week(by, monday).received == 1
    assert sum(kept.received for kept in asked(by)) == 1


def test_what_came_before_the_first_monday_is_left_out(by: Actor) -> None:
    received(by, at("2025-09-14", "23:59"))
    assert sum(kept.received for kept in asked(by)) == 0
    received(by, at("2025-09-15", "00:00"))
    assert week(by, "2025-09-15").received == 1


# ---- verdicts ------------------------------------------------------------------------------------


def test_the_deadline_is_met_by_a_conversation_on_its_last_day(by: Actor) -> None:
    """Received Monday 2 March: by Wednesday the 4th, until midnight in Denmark."""
    called(received(by, at("2026-03-02")), by, ("2026-03-04T23:59+01:00", REACHED))
    called(received(by, at("2026-03-02")), by, ("2026-03-05T00:01+01:00", REACHED))
    assert verdicts(week(by, "2026-03-02")) == (1, 1, 0, 0)


def test_an_attempt_meets_nothing(by: Actor) -> None:
    called(received(by, at("2026-03-02")), by, ("2026-03-03", NO_ANSWER))
    assert verdicts(week(by, "2026-03-02")) == (0, 0, 0, 1)


def test_who_can_still_be_reached_waits_and_the_last_day_counts(by: Actor) -> None:
    """Received Monday 9 March: by the 11th, today; received Friday 6 March: by the 10th."""
    received(by, at("2026-03-09"))
    received(by, at("2026-03-06"))
    assert verdicts(week(by, "2026-03-09")) == (0, 0, 1, 0)
    assert verdicts(week(by, "2026-03-02")) == (0, 0, 0, 1)


def test_a_no_is_a_conversation(by: Actor) -> None:
    called(received(by, at("2026-03-02")), by, ("2026-03-03", DECLINED))
    assert verdicts(week(by, "2026-03-02")) == (1, 0, 0, 0)


def test_closed_without_a_conversation_was_not_reached(by: Actor) -> None:
    referral = received(by, at("2026-03-11"))
    with acting(by):
        close_referral(referral, reason=CloseReason.MOVED, by=by, at=at("2026-03-11", "11:00"))
    assert verdicts(week(by, "2026-03-09")) == (0, 0, 0, 1)


def test_what_was_made_by_mistake_is_not_counted(by: Actor) -> None:
    referral = received(by, at("2026-03-11"))
    with acting(by):
        close_referral(referral, reason=CloseReason.MISTAKE, by=by, at=at("2026-03-11", "11:00"))
    assert week(by, "2026-03-09").received == 0


def test_the_four_are_all_there_are_and_percent_is_of_those_decided(by: Actor) -> None:
    for day in ("2026-03-03", "2026-03-04", "2026-03-06"):
        called(received(by, at("2026-03-02")), by, (day, REACHED))
    received(by, at("2026-03-02"))
    received(by, at("2026-03-10"))
    total = Kept.in_all(asked(by), Kind.SENT)
    assert (total.received, verdicts(total)) == (5, (2, 1, 1, 1))
    assert (total.decided, total.percent, total.week) == (4, 50, dt.date(2025, 9, 15))


@pytest.mark.parametrize(("in_time", "late", "percent"), [(1, 7, 13), (1, 2, 33), (2, 1, 67)])
def test_percent_is_rounded_half_up(in_time: int, late: int, percent: int) -> None:
    kept = Kept(TODAY, "sent", in_time + late, in_time, late, 0, 0, 0, 0, 0)
    assert kept.percent == percent


# ---- kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        *[(source, Kind.SELF) for source in ("website", "own_contact", "quitline")],
        ("follow_up", Kind.FOLLOW_UP),
        *[(s, Kind.SENT) for s in ("hospital", "practice", "pharmacy", "municipality", "other")],
    ],
)
def test_who_came_by_herself_is_counted_apart(by: Actor, source: str, kind: Kind) -> None:
    received(by, at("2026-03-10"), source=Source(source))
    found = {one: week(by, "2026-03-09", one).received for one in Kind}
    assert found == {one: int(one is kind) for one in Kind}


def test_every_source_is_of_one_kind() -> None:
    """The control: a new source would be missing above."""
    assert len(Source) == 9


# ---- attempts ------------------------------------------------------------------------------------


def test_calls_are_counted_up_to_the_conversation(by: Actor) -> None:
    called(received(by, at("2026-03-02")), by, ("2026-03-03", REACHED))
    three = received(by, at("2026-03-02"))
    called(three, by, ("2026-03-02", NO_ANSWER), ("2026-03-03", NO_ANSWER), ("2026-03-04", REACHED))
    called(received(by, at("2026-03-02")), by, ("2026-03-03", NO_ANSWER))
    found = week(by, "2026-03-02")
    assert (found.calls, found.reached, found.at_first_call, found.calls_each) == (4, 2, 1, 2.0)


def test_a_call_that_was_undone_was_none(by: Actor) -> None:
    referral = received(by, at("2026-03-02"))
    called(referral, by, ("2026-03-02", NO_ANSWER), ("2026-03-03", REACHED))
    with acting(by):
        first = ContactAttempt.objects.filter(referral=referral, outcome=NO_ANSWER)
        first.update(undone_at=at("2026-03-02", "10:01"), undone_by=by.user_id)
    found = week(by, "2026-03-02")
    assert (found.calls, found.at_first_call) == (1, 1)


# ---- handed on -----------------------------------------------------------------------------------


def given_on(referral: Referral, by: Actor, when: dt.datetime) -> Actor:
    """To another municipality; who works there."""
    other = make.actor()
    with time_machine.travel(when, tick=False), acting(by):
        hand_over(referral, to=make.home(other), reason="Flyttet", by=by, at=when)
    return other


def test_a_case_that_was_handed_on_is_counted_where_it_came_by_the_deadline_it_had(
    by: Actor,
) -> None:
    """Received 2 March, by the 4th; given on the 3rd, whose own deadline is the 5th."""
    in_time = received(by, at("2026-03-02"))
    called(in_time, given_on(in_time, by, at("2026-03-03")), ("2026-03-04", REACHED))
    late = received(by, at("2026-03-02"))
    called(late, other := given_on(late, by, at("2026-03-03")), ("2026-03-05", REACHED))
    with acting(by):
        assert not Referral.objects.exists(), "the case is behind the wall by now"
    found = week(by, "2026-03-02")
    assert (verdicts(found), found.handed_on) == ((1, 1, 0, 0), 2)
    assert {kept.received for kept in asked(other)} == {0}


def test_a_conversation_before_it_was_handed_on_counts(by: Actor) -> None:
    referral = received(by, at("2026-03-02"))
    called(referral, by, ("2026-03-03", REACHED))
    given_on(referral, by, at("2026-03-04"))
    found = week(by, "2026-03-02")
    assert (verdicts(found), found.at_first_call) == ((1, 0, 0, 0), 1)


def test_whoever_thinks_it_over_has_been_talked_with(by: Actor) -> None:
    referral = received(by, at("2026-03-02"))
    called(referral, by, ("2026-03-03", Outcome.THINKING))
    given_on(referral, by, at("2026-03-04"))
    assert verdicts(week(by, "2026-03-02")) == (1, 0, 0, 0)


def test_who_was_handed_on_and_waits_does_so_by_the_first_deadline(by: Actor) -> None:
    """The receivers have until the 12th for both; here it was the 10th, and is the 11th."""
    given_on(received(by, at("2026-03-06")), by, at("2026-03-10"))
    given_on(received(by, at("2026-03-09")), by, at("2026-03-10"))
    assert verdicts(week(by, "2026-03-02")) == (0, 0, 0, 1)
    assert verdicts(week(by, "2026-03-09")) == (0, 0, 1, 0)


# ---- whose ---------------------------------------------------------------------------------------


def test_another_municipality_is_not_counted_and_other_roles_count_nothing(by: Actor) -> None:
    received(make.actor(), at("2026-03-10"))
    received(by, at("2026-03-10"))
    assert sum(kept.received for kept in asked(by)) == 1
    finance = make.actor(make.grant(Role.FINANCE, make.home(by)))
    assert sum(kept.received for kept in asked(finance)) == 0
    assert asked(make.SYSTEM) == []


def test_it_is_one_statement(by: Actor) -> None:
    with acting(by), CaptureQueriesContext(connection) as found:
        deadlines_kept(by, on=TODAY)
    assert len([q for q in found.captured_queries if "deadlines_kept" in q["sql"]]) == 1
    assert len(found.captured_queries) == 1


def test_the_rows_behind_a_number_are_as_many(by: Actor) -> None:
    """What the list is narrowed by, against what the page counts."""
    called(received(by, at("2026-03-02")), by, ("2026-03-04", REACHED))
    called(received(by, at("2026-03-02")), by, ("2026-03-05", REACHED))
    received(by, at("2026-03-02"))
    received(by, at("2026-03-10"))
    received(by, at("2026-03-10"), source=Source.WEBSITE)
    received(by, at("2026-03-10"), source=Source.FOLLOW_UP)
    other = make.actor()
    theirs = received(other, at("2026-03-10"))
    with acting(other):
        hand_over(theirs, to=make.home(by), reason="", by=other, at=at("2026-03-11"))
    values = {"organisation": by.organisation_id, "today": TODAY}
    for kind in Kind:
        total = Kept.in_all(asked(by), kind)
        for verdict, condition in VERDICTS.items():
            where = f"{OF_KIND[kind]} and {condition}"
            with acting(by), connection.cursor() as cursor:
                cursor.execute(f"select count(*) from referrals_referral r where {where}", values)
                assert cursor.fetchone()[0] == getattr(total, verdict), (kind, verdict)


def test_open_cases_by_caseworker(by: Actor) -> None:
    mine = received(by, at("2026-03-02"))
    called(mine, by, ("2026-03-03", REACHED))
    called(received(by, at("2026-03-02")), by, ("2026-03-03", DECLINED))
    received(by, at("2026-03-02"))
    with acting(by):
        assert open_cases(by) == {by.user_id: 1}
    other = make.actor()
    with acting(other):
        assert open_cases(other) == {}
    assert open_cases(make.SYSTEM) == {}
