"""What the agreements say of referrals, with every date written out."""

import datetime as dt

import pytest

from referrals import rules
from roegfri import clock
from roegfri.organisations.terms import ContactTerms, DayUnit
from tests.roegfri.test_clock import CLOSED, EVERY_DAY, oracle

TWO_WORKDAYS = ContactTerms(
    DayUnit.WORKDAYS, 2, saturday_counts=False, attempts_before_not_reached=3
)
SEVEN_DAYS = ContactTerms(
    DayUnit.CALENDAR_DAYS, 7, saturday_counts=False, attempts_before_not_reached=3
)
D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("received", "deadline"),
    [
        ("2026-03-02", "2026-03-04"),
        ("2026-12-22", "2026-12-28"),  # over Christmas
        ("2026-12-23", "2026-12-29"),
        ("2026-06-03", "2026-06-08"),  # 5 June is no workday
        ("2026-11-21", "2026-11-24"),  # a Saturday
        ("2026-12-30", "2027-01-05"),
    ],
)
def test_two_workdays(received: str, deadline: str) -> None:
    assert rules.contact_deadline(D(received), terms=TWO_WORKDAYS, closed=()) == D(deadline)


def test_both_deadlines_of_every_day_of_ten_years() -> None:
    """Against holidays written out by hand, and a calendar counted by day number."""
    wrong = [
        day
        for day in EVERY_DAY
        if rules.contact_deadline(day, terms=TWO_WORKDAYS, closed=()) != oracle(day, 2)
        or rules.contact_deadline(day, terms=SEVEN_DAYS, closed=CLOSED).toordinal()
        != day.toordinal() + 7
    ]
    assert wrong == []


def test_a_closing_day_of_the_municipality_is_no_workday() -> None:
    closed = {D("2026-03-03")}
    assert rules.contact_deadline(D("2026-03-02"), terms=TWO_WORKDAYS, closed=closed) == D(
        "2026-03-05"
    )


def test_seven_days_are_calendar_days_whatever_is_closed() -> None:
    closed = {D("2026-12-25")}
    assert rules.contact_deadline(D("2026-12-18"), terms=SEVEN_DAYS, closed=closed) == D(
        "2026-12-25"
    )


def test_warned_on_the_last_workday_before_a_deadline_on_a_closed_day() -> None:
    assert rules.warn_on(D("2026-12-25"), closed=()) == D("2026-12-23")
    assert rules.warn_on(D("2026-12-22"), closed=()) == D("2026-12-22")


@pytest.mark.parametrize(
    ("born", "consent", "first"),
    [
        ("2012-03-01", "no", True),
        ("2012-03-01", "unknown", True),
        ("2012-03-01", "yes", False),
        ("2011-03-02", "no", False),  # fifteen today
        ("2011-03-03", "no", True),  # fifteen tomorrow
    ],
)
def test_under_fifteen_without_stated_consent_the_guardian_is_called(
    born: str, consent: str, *, first: bool
) -> None:
    found = rules.guardian_first(
        D(born), D("2026-03-02"), guardian_age=15, guardian_consent=consent
    )
    assert found is first


def test_an_unknown_birth_date_is_asked_in_the_call() -> None:
    assert not rules.guardian_first(None, D("2026-03-02"), guardian_age=15, guardian_consent="no")
    assert not rules.outside_target_group(None, D("2026-03-02"), minimum_age=14)


def test_next_attempt_is_in_another_part_of_the_next_workday() -> None:
    friday_morning = clock.danish_time(D("2026-03-06"), dt.time(9))
    friday_noon = clock.danish_time(D("2026-03-06"), dt.time(14))
    assert rules.next_attempt(friday_morning, closed=()) == clock.danish_time(
        D("2026-03-09"), dt.time(16)
    )
    assert rules.next_attempt(friday_noon, closed=()) == clock.danish_time(
        D("2026-03-09"), dt.time(9, 30)
    )
