"""What is missing for one more participant, and why somebody still waits."""

import datetime as dt

import pytest

from courses.rules.seats import Lack, Standing, Why, lack, why_waiting

NEXT = dt.datetime(2026, 3, 9, 15, tzinfo=dt.UTC)


def course(taken: int, **given: object) -> Standing:
    usual = {"kind": "group", "capacity": 20, "waiting": 0, "fewest": 1, "two_from": 13}
    return Standing(**{**usual, "taken": taken, "next_at": NEXT, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("taken", "given", "missing"),
    [
        (0, {}, None),
        (11, {}, None),  # she is the 12th: one counsellor is enough
        (12, {}, Lack.COUNSELLOR),
        (12, {"fewest": 2}, None),
        (12, {"two_from": 14}, None),
        (19, {"fewest": 2}, None),
        (20, {"fewest": 2}, Lack.SEAT),
        (20, {}, Lack.SEAT),
        (12, {"kind": "individual"}, None),
        (12, {"kind": "open"}, Lack.COUNSELLOR),
        (12, {"fewest": None, "two_from": None}, None),  # nothing is coming
        (0, {"fewest": 0}, None),  # nobody is staffed yet: a warning, and no reason to wait
        (3, {"two_from": 4, "fewest": 1}, Lack.COUNSELLOR),
    ],
)
def test_what_is_missing_for_one_more(
    taken: int, given: dict[str, object], missing: Lack | None
) -> None:
    assert lack(course(taken, **given)) is missing


@pytest.mark.parametrize(
    ("rank", "of", "cancelled", "why"),
    [
        (1, course(20), True, Why.CANCELLED),
        (1, course(20, is_open=False), False, Why.OVER),
        (1, course(20), False, Why.FULL),
        (3, course(20), False, Why.FULL),
        (1, course(12), False, Why.COUNSELLOR),
        (2, course(3), False, Why.OTHERS),
        (1, course(3), False, Why.NEXT),
    ],
)
def test_why_somebody_waits(rank: int, of: Standing, cancelled: bool, why: Why) -> None:  # noqa: FBT001
    assert why_waiting(rank, of, cancelled=cancelled) is why
