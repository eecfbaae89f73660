"""When somebody can be talked with alone: times that are free."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Sequence

from courses.rules.planning import Slot, slot_on
from roegfri import clock

# The parts of a day in the order they are proposed: an early and a late one first.
_TIMES = (
    dt.time(9),
    dt.time(15),
    dt.time(10, 30),
    dt.time(13),
    dt.time(16, 30),
)
_DAYS, _EACH = 5, 2


def free_slots(
    now: dt.datetime,
    taken: Sequence[Slot],
    *,
    minutes: int,
    closed: Container[dt.date],
    like: Slot | None = None,
) -> list[Slot]:
    """Times to propose for a talk of so many minutes: two a day on the next five workdays that are
    free of `taken`, in time's order; in front of them the time of the last talk a week later, if
    that is free.

    Ours; an agreement says nothing of when one talks.
    """
    found = list(_each_day(now, taken, minutes, closed))
    again = _a_week_on(like, now, taken, minutes, closed)
    return [*again, *(one for one in found if one not in again)]


def _each_day(
    now: dt.datetime, taken: Sequence[Slot], minutes: int, closed: Container[dt.date]
) -> Iterator[Slot]:
    day = clock.danish_date(now)
    for _ in range(_DAYS):
        day = clock.add_workdays(day, 1, closed=closed)
        free = [one for one in _of_day(day, minutes) if not _meets(one, taken)]
        yield from sorted(_apart(free))


def _of_day(day: dt.date, minutes: int) -> Iterator[Slot]:
    return (slot_on(day, time, minutes) for time in _TIMES)


def _apart(free: Iterable[Slot]) -> list[Slot]:
    """The first two that do not overlap."""
    chosen: list[Slot] = []
    for one in free:
        if len(chosen) < _EACH and not _meets(one, chosen):
            chosen.append(one)
    return chosen


def _a_week_on(
    like: Slot | None,
    now: dt.datetime,
    taken: Sequence[Slot],
    minutes: int,
    closed: Container[dt.date],
) -> list[Slot]:
    if like is None:
        return []
    local = like.starts_at.astimezone(clock.COPENHAGEN)
    day = local.date() + dt.timedelta(days=7)
    one = slot_on(day, local.time(), minutes)
    free = one.starts_at > now and clock.is_workday(day, closed=closed)
    return [one] if free and not _meets(one, taken) else []


def _meets(one: Slot, taken: Iterable[Slot]) -> bool:
    return any(one.overlaps(other) for other in taken)
