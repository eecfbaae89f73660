"""Whether a municipality has a coordinator every day."""

import datetime as dt

import pytest

from roegfri.accounts.coverage import Span, first_uncovered


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


STILL = None
FROM_TENTH: Span = (day(10), STILL)


@pytest.mark.parametrize(
    ("needed", "others", "bare"),
    [
        (FROM_TENTH, [], day(10)),
        (FROM_TENTH, [(day(1), STILL)], None),
        (FROM_TENTH, [(day(1), day(9))], day(10)),
        (FROM_TENTH, [(day(1), day(20))], day(21)),
        (FROM_TENTH, [(day(1), day(20)), (day(21), STILL)], None),
        (FROM_TENTH, [(day(1), day(20)), (day(22), STILL)], day(21)),
        (FROM_TENTH, [(day(22), STILL), (day(1), day(21))], None),
        (FROM_TENTH, [(day(11), STILL)], day(10)),
        (FROM_TENTH, [(day(1), dt.date.max)], None),
        ((day(10), day(12)), [(day(1), day(12))], None),
        ((day(10), day(12)), [(day(1), day(11))], day(12)),
        ((day(10), day(12)), [(day(1), day(12)), (day(20), STILL)], None),
    ],
)
def test_the_first_day_without_anybody(
    needed: Span, others: list[Span], bare: dt.date | None
) -> None:
    assert first_uncovered(needed, others) == bare
