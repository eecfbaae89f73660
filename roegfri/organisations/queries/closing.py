"""One municipality's calendar: its closing days with the public holidays beside."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404

from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import policies
from roegfri.organisations.models import ClosingDay


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is closed everywhere."""

    on: dt.date
    name: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A year in which a municipality is closed on some days."""

    year: int
    closing_days: list[ClosingDay]
    holidays: list[Holiday]


def calendar(viewer: Actor, year: int) -> Calendar:
    """The viewer's own municipality's."""
    return Calendar(
        year=year,
        closing_days=list(policies.closing_days_set_by(viewer).filter(on__year=year)),
        holidays=[Holiday(day, name) for day, name in clock.holiday_names(year).items()],
    )


def closing_day(viewer: Actor, pk: int) -> ClosingDay:
    """One of them. Raises Http404."""
    found = policies.closing_days_set_by(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
