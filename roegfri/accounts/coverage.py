"""Whether somebody has a role every day: pure, dates only."""

import datetime as dt
from collections.abc import Iterable

_DAY = dt.timedelta(days=1)
# A role's first and last day, both included; no last day: it goes on.
Span = tuple[dt.date, dt.date | None]


def first_uncovered(needed: Span, others: Iterable[Span]) -> dt.date | None:
    """The first day of `needed` on which none of `others` holds; None when there is none."""
    day, last = needed
    for from_on, until_on in sorted(others, key=lambda span: span[0]):
        if last is not None and day > last:
            return None
        if from_on > day:
            return day
        if until_on is None or until_on == dt.date.max:
            return None
        day = max(day, until_on + _DAY)
    return day if last is None or day <= last else None
