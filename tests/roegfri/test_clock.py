"""Danish workdays and periods, against holidays written out by hand."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roegfri import clock

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2033, 12, 31)
EVERY_DAY = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]

# Easter Sundays, and the rest of the law, without a package: the independent oracle.
EASTER = {
    2024: (3, 31),
    2025: (4, 20),
    2026: (4, 5),
    2027: (3, 28),
    2028: (4, 16),
    2029: (4, 1),
    2030: (4, 21),
    2031: (4, 13),
    2032: (3, 28),
    2033: (4, 17),
    2034: (4, 9),
}
# Days from Easter Sunday: skærtorsdag, langfredag, påskedag, 2. påskedag, Kristi himmelfartsdag,
# pinsedag, 2. pinsedag. Store bededag (26) is none of them: it was abolished from 2024.
FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
# nytårsdag, grundlovsdag, juleaften, juledag, 2. juledag, nytårsaften. 1 May is a workday.
FIXED = ((1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31))
CLOSED = {
    dt.date(year, *easter) + offset * DAY
    for year, easter in EASTER.items()
    for offset in FROM_EASTER
} | {dt.date(year, *fixed) for year in EASTER for fixed in FIXED}


def gauss(year: int) -> dt.date:
    """Easter Sunday by the anonymous Gregorian computus, which checks the table above."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def works(day: dt.date, *, saturday: bool = False) -> bool:
    weekend = {6} if saturday else {5, 6}
    return day.weekday() not in weekend and day not in CLOSED


def oracle(day: dt.date, count: int, *, saturday: bool = False) -> dt.date:
    """The `count`-th of the workdays after `day`, by listing them."""
    ahead = [day + n * DAY for n in range(1, 30)]
    return [later for later in ahead if works(later, saturday=saturday)][count - 1]


def test_the_table_of_easters_is_right() -> None:
    assert {year: dt.date(year, *easter) for year, easter in EASTER.items()} == {
        year: gauss(year) for year in EASTER
    }


@pytest.mark.parametrize(
    ("received", "deadline"),
    [
        ("2026-12-22", "2026-12-28"),
        ("2026-12-23", "2026-12-29"),
        ("2026-06-03", "2026-06-08"),
        ("2026-11-21", "2026-11-24"),
        ("2026-12-30", "2027-01-05"),
    ],
)
def test_two_workdays_as_the_examples_say(received: str, deadline: str) -> None:
    day = dt.date.fromisoformat(received)
    assert clock.add_workdays(day, 2) == dt.date.fromisoformat(deadline)


def test_every_day_of_ten_years_is_a_workday_or_not() -> None:
    assert [day for day in EVERY_DAY if clock.is_workday(day) != works(day)] == []


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_workdays_after_every_day_of_ten_years(count: int) -> None:
    wrong = [day for day in EVERY_DAY if clock.add_workdays(day, count) != oracle(day, count)]
    assert wrong == []


def test_with_saturdays_counted() -> None:
    wrong = [
        day
        for day in EVERY_DAY
        if clock.add_workdays(day, 2, saturday_counts=True) != oracle(day, 2, saturday=True)
    ]
    assert wrong == []


def test_control_48_hours_is_another_rule() -> None:
    three_years = [day for day in EVERY_DAY if day < dt.date(2027, 1, 1)]
    differing = [day for day in three_years if day + 2 * DAY != clock.add_workdays(day, 2)]
    assert len(differing) > 400


def test_seven_days_and_its_warning_on_every_day_of_ten_years() -> None:
    for day in EVERY_DAY:
        deadline = day + 7 * DAY
        assert deadline.weekday() == day.weekday()
        warned = clock.last_workday_before(deadline)
        between = [warned + n * DAY for n in range(1, (deadline - warned).days)]
        assert works(warned)
        assert warned < deadline
        assert not any(works(later) for later in between)


def test_the_day_of_general_prayer_was_the_last_in_2023() -> None:
    assert not clock.is_workday(dt.date(2023, 5, 5))
    assert clock.is_workday(dt.date(2024, 4, 26))
    assert clock.is_workday(gauss(2026) + 26 * DAY)


def test_the_first_of_may_is_a_workday() -> None:
    assert clock.is_workday(dt.date(2026, 5, 1))


def test_a_municipalitys_own_closing_days() -> None:
    bridge = {dt.date(2026, 5, 15)}  # the Friday after Kristi himmelfartsdag
    received = dt.date(2026, 5, 13)
    assert clock.add_workdays(received, 1) == dt.date(2026, 5, 15)
    assert clock.add_workdays(received, 1, closed=bridge) == dt.date(2026, 5, 18)
    assert clock.last_workday_before(dt.date(2026, 5, 18), closed=bridge) == received


def test_no_workdays_later_is_the_same_day() -> None:
    assert clock.add_workdays(dt.date(2026, 12, 25), 0) == dt.date(2026, 12, 25)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("instant", "quarter", "half"),
    [
        ("2026-06-30T21:59:59", "2. kvartal 2026", "1. halvår 2026"),
        ("2026-06-30T22:00:00", "3. kvartal 2026", "2. halvår 2026"),
        ("2026-06-30T22:30:00", "3. kvartal 2026", "2. halvår 2026"),
        ("2026-12-31T22:59:59", "4. kvartal 2026", "2. halvår 2026"),
        ("2026-12-31T23:00:00", "1. kvartal 2027", "1. halvår 2027"),
        ("2026-03-31T21:59:59", "1. kvartal 2026", "1. halvår 2026"),
        ("2026-03-31T22:00:00", "2. kvartal 2026", "1. halvår 2026"),
        ("2026-09-30T22:00:00", "4. kvartal 2026", "2. halvår 2026"),
    ],
)
def test_periods_turn_at_danish_midnight(instant: str, quarter: str, half: str) -> None:
    day = clock.danish_date(utc(instant))
    assert str(clock.quarter(day)) == quarter
    assert str(clock.half_year(day)) == half


def test_the_instants_of_a_period() -> None:
    third = clock.quarter(dt.date(2026, 8, 15))
    assert (third.first, third.last) == (dt.date(2026, 7, 1), dt.date(2026, 9, 30))
    assert third.starts_at == utc("2026-06-30T22:00:00")
    assert third.ends_at == utc("2026-09-30T22:00:00")
    assert clock.year(dt.date(2026, 8, 15)).starts_at == utc("2025-12-31T23:00:00")
    assert str(clock.year(dt.date(2026, 8, 15))) == "2026"


def test_the_period_after_and_before() -> None:
    last = clock.quarter(dt.date(2026, 12, 31))
    assert last.next() == clock.quarter(dt.date(2027, 1, 1))
    assert last.next().previous() == last
    assert last.shifted(-7) == clock.quarter(dt.date(2025, 2, 1))
    assert clock.half_year(dt.date(2026, 1, 1)).previous() == clock.half_year(dt.date(2025, 7, 1))
    assert clock.quarter(FIRST) < clock.quarter(dt.date(2024, 4, 1)) < clock.quarter(LAST)


@pytest.mark.parametrize("period_of", [clock.quarter, clock.half_year, clock.year])
def test_periods_cover_every_day_once(period_of: object) -> None:
    assert callable(period_of)
    for day in EVERY_DAY:
        period = period_of(day)
        assert day in period
        assert day not in period.next()
        assert day not in period.previous()
        assert period.last + DAY == period.next().first


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-05-20", 0, "2026-05-20"),
    ],
)
def test_months_later_clamp_to_the_months_end(day: str, months: int, later: str) -> None:
    assert clock.add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2010-10-11", "2026-10-10", 15),
        ("2010-10-11", "2026-10-11", 16),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-29", 20),
        ("2026-06-03", "2026-06-03", 0),
    ],
)
def test_age(born: str, day: str, age: int) -> None:
    assert clock.age_on(dt.date.fromisoformat(born), dt.date.fromisoformat(day)) == age


def test_a_deadline_runs_out_at_midnight_in_denmark() -> None:
    assert clock.end_of_day(dt.date(2026, 12, 28)) == utc("2026-12-28T23:00:00")
    assert clock.end_of_day(dt.date(2026, 6, 8)) == utc("2026-06-08T22:00:00")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_days_of_the_clock_change(day: str, hours: int) -> None:
    date = dt.date.fromisoformat(day)
    length = clock.end_of_day(date).astimezone(dt.UTC) - clock.start_of_day(date).astimezone(dt.UTC)
    assert length == dt.timedelta(hours=hours)


def test_now_is_utc_and_today_is_danish() -> None:
    now = clock.now()
    assert now.tzinfo is dt.UTC
    assert clock.today() - clock.danish_date(now) in {dt.timedelta(0), DAY}


@given(st.integers(1_704_067_200, 2_019_600_000))
def test_a_danish_date_holds_its_instant(seconds: int) -> None:
    instant = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    day = clock.danish_date(instant)
    assert clock.start_of_day(day) <= instant < clock.end_of_day(day)
