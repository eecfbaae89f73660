"""A made-up course's days: a week apart, closed days skipped, forwards and backwards."""

import datetime as dt

from roegfri import clock
from roegfri.desk.demo.places import Place

WEEK = dt.timedelta(weeks=1)
_FRIDAY = 4


def weekly(
    place: Place, first: dt.datetime, count: int, *, this_day: dt.date | None
) -> list[dt.datetime]:
    """So many, at the same Danish time; `this_day` is meant though it be closed."""
    day, time = wall(first)
    found: list[dt.datetime] = []
    while len(found) < count:
        closed = day in place.closed or day in clock.public_holidays(day.year)
        weekend = day.weekday() > _FRIDAY and this_day is None
        if day == this_day or not (closed or weekend):
            found.append(clock.danish_time(day, time))
        day += WEEK
    return found


def weeks_back(place: Place, last: dt.date, count: int) -> dt.date:
    """The first of so many open days a week apart, the last of which is given."""
    day = last
    while count > 1:
        day -= WEEK
        count -= clock.is_workday(day, closed=place.closed)
    return day


def wall(at: dt.datetime) -> tuple[dt.date, dt.time]:
    """Day and time on a Danish clock."""
    local = at.astimezone(clock.COPENHAGEN)
    return local.date(), local.time()
