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


def at(day: str, time: str) -> dt.datetime:
    return clock.danish_time(D(day), dt.time.fromisoformat(time))


@pytest.mark.parametrize(
    ("called", "deadline", "proposed"),
    [
        # Monday morning: tomorrow afternoon, later today, tomorrow noon.
        (
            at("2026-03-02", "09:00"),
            "2026-03-04",
            [at("2026-03-03", "16:00"), at("2026-03-02", "16:00"), at("2026-03-03", "12:30")],
        ),
        # On the last day tomorrow is too late.
        (
            at("2026-03-02", "09:00"),
            "2026-03-02",
            [at("2026-03-02", "16:00"), at("2026-03-03", "16:00"), at("2026-03-03", "12:30")],
        ),
        # Friday afternoon: Monday.
        (
            at("2026-03-06", "14:00"),
            "2026-03-06",
            [at("2026-03-09", "09:30"), at("2026-03-09", "12:30"), at("2026-03-10", "16:00")],
        ),
    ],
)
def test_three_times_to_try_again(
    called: dt.datetime, deadline: str, proposed: list[dt.datetime]
) -> None:
    assert rules.proposed_attempts(called, contact_by=D(deadline), closed=()) == proposed


def test_who_thinks_it_over_is_asked_a_week_later_at_the_same_time_of_day() -> None:
    assert rules.think_until(at("2026-03-02", "10:47"), closed=()) == at("2026-03-09", "10:30")
    closed = {D("2026-03-09")}
    assert rules.think_until(at("2026-03-02", "10:20"), closed=closed) == at("2026-03-10", "10:00")
    # Over the change to summer time it stays ten o'clock.
    assert rules.think_until(at("2026-03-23", "10:00"), closed=()) == at("2026-03-30", "10:00")


TABLE = {"pipe": 30, "cigars": 50, "snus": 10, "e_cigarette": 50, "pouches": 5}


@pytest.mark.parametrize(
    ("uses", "cigarettes"),
    [
        ({}, 0),
        ({"cigarettes": 14}, 14),
        ({"cigarettes": 12, "pipe": 1}, 15),
        ({"pouches": 1}, 1),  # half a cigarette is rounded up
        ({"pouches": 1, "snus": 1, "cigarettes": 1}, 3),  # and once, of the whole
        ({"unknown": 9}, 0),
    ],
)
def test_products_count_as_cigarettes_half_up(uses: dict[str, int], cigarettes: int) -> None:
    assert rules.equivalents(uses, TABLE) == cigarettes


@pytest.mark.parametrize(("per_day", "heavy"), [(None, False), (0, False), (14, False), (15, True)])
def test_a_heavy_smoker_smokes_as_many_as_the_agreement_says(
    per_day: int | None, *, heavy: bool
) -> None:
    assert rules.heavy_smoker(per_day, threshold=15) is heavy


@pytest.mark.parametrize(
    ("born", "alone"), [("2011-03-02", True), ("2011-03-03", False), ("", True)]
)
def test_who_is_fifteen_consents_alone(born: str, *, alone: bool) -> None:
    day = D(born) if born else None
    assert rules.consents_alone(day, D("2026-03-02"), own_consent_age=15) is alone


# ---- when she wants to be called -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "wished", "contact_by", "expected"),
    [
        ("2026-03-02 10:00", ["3-pm"], "2026-03-04", "2026-03-04 14:00"),
        ("2026-03-02 10:00", ["3-pm"], "2026-03-03", None),  # the deadline is over by then
        ("2026-03-02 10:00", ["1-am", "1-pm"], "2026-03-04", "2026-03-02 14:00"),
        ("2026-03-02 13:30", ["1-pm"], "2026-03-04", None),  # within the hour
        ("2026-03-02 13:30", ["1-pm"], "2026-03-20", "2026-03-09 14:00"),
        ("2026-03-27 10:00", ["7-am", "1-am"], "2026-04-10", "2026-03-30 09:30"),  # summer time
        ("2026-03-02 10:00", [], "2026-03-04", None),
    ],
)
def test_the_next_time_she_wished_for(
    at: str, wished: list[str], contact_by: str, expected: str | None
) -> None:
    def danish(text: str) -> dt.datetime:
        moment = dt.datetime.fromisoformat(text)
        return clock.danish_time(moment.date(), moment.time())

    found = rules.wished_moment(danish(at), wished, contact_by=D(contact_by), closed=())
    assert found == (danish(expected) if expected else None)


def test_a_text_tells_of_another_number_only_where_it_was_written_by_us() -> None:
    said = rules.another_number("251248-****")
    assert rules.another_number_in(f"Ryger 20\n\n{said}") == "251248-****"
    assert rules.another_number_in("Et andet personnummer: 251248-****") == ""
