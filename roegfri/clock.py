"""The clock on the wall: the only place that asks what time it is; Danish workdays and periods.

Instants are aware datetimes, stored in UTC; dates are Danish local dates. Everything but now()
and today() is a function of its arguments.
"""

import calendar
import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import holidays

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(tz=dt.UTC)


def today() -> dt.date:
    """The date in Denmark at this instant."""
    return danish_date(now())


def danish_date(instant: dt.datetime) -> dt.date:
    """The Danish local date of an instant: 30 June 22:30 UTC is 1 July."""
    return instant.astimezone(COPENHAGEN).date()


def danish_time(day: dt.date, time: dt.time) -> dt.datetime:
    """The instant at which a Danish wall clock shows `time` on `day`."""
    return dt.datetime.combine(day, time, tzinfo=COPENHAGEN)


def start_of_day(day: dt.date) -> dt.datetime:
    """00:00 in Denmark."""
    return danish_time(day, dt.time())


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 in Denmark, which is 00:00 of the next day: the instant a deadline runs out."""
    return start_of_day(day + _DAY)


def day_ended_by(instant: dt.datetime) -> dt.date | None:
    """The Danish day that an instant is the end of: what is due then is due that day. None for any
    other time of the day."""
    local = instant.astimezone(COPENHAGEN)
    return local.date() - _DAY if local.time() == dt.time() else None


@cache
def holiday_names(year: int) -> dict[dt.date, str]:
    """What the days of public_holidays are called, in Danish and in the year's order."""
    found = holidays.country_holidays("DK", years=year, language="da")
    agreed = {
        dt.date(year, 6, 5): "Grundlovsdag",
        dt.date(year, 12, 24): "Juleaftensdag",
        dt.date(year, 12, 31): "Nytårsaftensdag",
    }
    return dict(sorted({**agreed, **found}.items()))


@cache
def public_holidays(year: int) -> frozenset[dt.date]:
    """Days that are no workdays though not Saturday or Sunday.

    The public holidays of Denmark (Store Bededag up to 2023 only) and the three days on which
    municipalities are closed by agreement: 5 June, 24 and 31 December. 1 May is a workday.
    """
    return frozenset(holiday_names(year))


def is_workday(
    day: dt.date, *, closed: Container[dt.date] = (), saturday_counts: bool = False
) -> bool:
    """Whether `day` is a Danish workday; `closed` holds a municipality's own closing days."""
    weekdays = 6 if saturday_counts else 5
    return day.weekday() < weekdays and day not in public_holidays(day.year) and day not in closed


def add_workdays(
    day: dt.date,
    count: int,
    *,
    closed: Container[dt.date] = (),
    saturday_counts: bool = False,
) -> dt.date:
    """The date `count` workdays after `day`; `day` itself is day 0."""
    while count:
        day += _DAY
        count -= is_workday(day, closed=closed, saturday_counts=saturday_counts)
    return day


def last_workday_before(day: dt.date, *, closed: Container[dt.date] = ()) -> dt.date:
    """The nearest workday before `day`."""
    day -= _DAY
    while not is_workday(day, closed=closed):
        day -= _DAY
    return day


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month, clamped to the month's end: 31 Aug 2026 + 6 -> 28 Feb 2027."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def age_on(born: dt.date, day: dt.date) -> int:
    """Whole years lived on `day`; who is born on 29 February has a birthday on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A stretch of whole Danish months: a quarter (3), a half-year (6) or a year (12)."""

    year: int
    number: int
    months: int

    @property
    def first(self) -> dt.date:
        """The first day."""
        return dt.date(self.year, (self.number - 1) * self.months + 1, 1)

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.next().first - _DAY

    @property
    def starts_at(self) -> dt.datetime:
        """The instant it begins."""
        return start_of_day(self.first)

    @property
    def ends_at(self) -> dt.datetime:
        """The instant it is over (the first instant of the next)."""
        return end_of_day(self.last)

    def next(self) -> "Period":
        """The period after it."""
        return self.shifted(1)

    def previous(self) -> "Period":
        """The period before it."""
        return self.shifted(-1)

    def shifted(self, by: int) -> "Period":
        """The period `by` steps later (negative: earlier)."""
        in_a_year = 12 // self.months
        year, number = divmod(self.year * in_a_year + self.number - 1 + by, in_a_year)
        return Period(year, number + 1, self.months)

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """As Danish offices write it: "3. kvartal 2026", "1. halvår 2026", "2026"."""
        names = {3: f"{self.number}. kvartal {self.year}", 6: f"{self.number}. halvår {self.year}"}
        return names.get(self.months, str(self.year))


def quarter(day: dt.date) -> Period:
    """The quarter that holds `day`."""
    return Period(day.year, (day.month - 1) // 3 + 1, 3)


def half_year(day: dt.date) -> Period:
    """The half-year that holds `day`."""
    return Period(day.year, (day.month - 1) // 6 + 1, 6)


def year(day: dt.date) -> Period:
    """The calendar year that holds `day`."""
    return Period(day.year, 1, 12)
