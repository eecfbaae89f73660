"""When a course meets, how often, and with how many counsellors."""

import datetime as dt

import pytest

from courses.rules.planning import (
    Slot,
    closed_because,
    counsellors_needed,
    enough_meetings,
    first_overlap,
    proposed_meetings,
    slot_on,
)
from courses.states import CourseKind
from roegfri import clock

NOON = dt.time(12)


def days(first: dt.date, count: int, **closed: str) -> list[tuple[str, str]]:
    named = {dt.date.fromisoformat(day[1:].replace("_", "-")): why for day, why in closed.items()}
    found = proposed_meetings(clock.danish_time(first, NOON), 120, count, closed=named)
    return [(f"{clock.danish_date(one.slot.starts_at):%d.%m.%Y}", one.skipped) for one in found]


def test_a_course_meets_weekly() -> None:
    assert days(dt.date(2026, 3, 3), 3) == [
        ("03.03.2026", ""),
        ("10.03.2026", ""),
        ("17.03.2026", ""),
    ]


def test_holidays_and_closed_days_are_skipped_and_named() -> None:
    assert days(dt.date(2026, 3, 26), 3, d2026_04_16="Flytning") == [
        ("26.03.2026", ""),
        ("02.04.2026", "Skærtorsdag"),
        ("09.04.2026", ""),
        ("16.04.2026", "Flytning"),
        ("23.04.2026", ""),
    ]


def test_the_first_day_may_itself_be_closed() -> None:
    assert days(dt.date(2026, 12, 24), 1) == [
        ("24.12.2026", "Juleaftensdag"),
        ("31.12.2026", "Nytårsaftensdag"),
        ("07.01.2027", ""),
    ]


def test_store_bededag_was_a_holiday_up_to_2023() -> None:
    assert closed_because(dt.date(2023, 5, 5), closed={}) == "Store bededag"
    assert closed_because(dt.date(2024, 4, 26), closed={}) == ""


def test_a_closed_day_without_a_reason_is_still_named() -> None:
    assert closed_because(dt.date(2026, 3, 4), closed={dt.date(2026, 3, 4): ""}) == "Lukkedag"


def test_a_saturday_is_no_closed_day_for_a_course() -> None:
    assert closed_because(dt.date(2026, 3, 7), closed={}) == ""


def test_clocks_that_change_move_no_meeting() -> None:
    before, after = proposed_meetings(
        clock.danish_time(dt.date(2026, 3, 24), dt.time(17)), 90, 2, closed={}
    )
    assert [one.slot.starts_at.astimezone(dt.UTC).hour for one in (before, after)] == [16, 15]
    assert after.slot.ends_at - after.slot.starts_at == dt.timedelta(minutes=90)


def test_no_meetings_are_proposed_when_none_are_asked_for() -> None:
    assert days(dt.date(2026, 3, 3), 0) == []


@pytest.mark.parametrize(
    ("kind", "planned", "minimum", "enough"),
    [
        (CourseKind.GROUP, 5, 6, False),
        (CourseKind.GROUP, 6, 6, True),
        (CourseKind.GROUP, 1, 0, True),
        (CourseKind.OPEN, 1, 6, True),
        (CourseKind.INDIVIDUAL, 0, 6, True),
    ],
)
def test_a_group_has_a_minimum_of_meetings(
    kind: str, planned: int, minimum: int, *, enough: bool
) -> None:
    assert enough_meetings(kind, planned, minimum=minimum) is enough


@pytest.mark.parametrize(
    ("kind", "active", "needed"),
    [
        (CourseKind.GROUP, 0, 1),
        (CourseKind.GROUP, 12, 1),
        (CourseKind.GROUP, 13, 2),
        (CourseKind.OPEN, 13, 2),
        (CourseKind.INDIVIDUAL, 13, 1),
    ],
)
def test_more_than_twelve_take_two_counsellors(kind: str, active: int, needed: int) -> None:
    assert counsellors_needed(kind, active, two_from=13) == needed


def at(hour: int, minutes: int = 60) -> Slot:
    return slot_on(dt.date(2026, 3, 3), dt.time(hour), minutes)


def test_one_meeting_after_the_other_is_no_overlap() -> None:
    assert first_overlap([at(11), at(10), at(12)]) is None


def test_a_long_meeting_overlaps_one_far_inside_it() -> None:
    assert first_overlap([at(14), at(9, 360), at(16)]) == (at(9, 360), at(14))


def test_the_same_time_twice_is_an_overlap() -> None:
    assert first_overlap([at(10), at(10)]) == (at(10), at(10))
