"""Ugenet: where in the week the agreement's courses lie, and how many seats are to be had there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import BigIntegerField, Min
from django.db.models.functions import Cast, Extract

from courses.models import Meeting
from courses.queries.around import shown_courses
from courses.queries.second import lacks_counsellor
from courses.rules.spread import WEEKEND, WORKDAYS, Part, Place, gaps, usual_place
from courses.states import CourseState, MeetingState
from roegfri import clock
from roegfri.actor import Actor

# How many courses are named in one square; the others are counted.
MOST = 8


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFilters:
    """Which courses; whatever is empty narrows nothing. `weeks`: how many weeks ahead."""

    language: str = ""
    target: str = ""
    weeks: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A course that can be enrolled on: when it meets next, and what is left of it; nothing as
    long as one more participant would need a counsellor more."""

    id: UUID
    name: str
    kind: str
    host_name: str
    first_at: dt.datetime
    capacity: int
    seats_taken: int
    waiting: int
    meets_at: dt.datetime
    lacks_counsellor: bool

    @property
    def host(self) -> str:
        """The municipality, shortly."""
        return self.host_name.removesuffix(" Kommune")

    @property
    def seats_left(self) -> int:
        """How many can be enrolled."""
        return 0 if self.lacks_counsellor else self.capacity - self.seats_taken

    @property
    def seats_later(self) -> int:
        """How many can be enrolled once there is a second counsellor."""
        return self.capacity - self.seats_taken if self.lacks_counsellor else 0

    @property
    def has_begun(self) -> bool:
        """Whether its first meeting has been: one joins at the next."""
        return self.first_at < self.meets_at


@dataclass(frozen=True, slots=True)
class Cell:
    """A weekday (1 is Monday) and a part of the day, and what is offered there."""

    weekday: int
    part: str
    offers: list[Offer]

    @property
    def seats_left(self) -> int:
        """All the seats that are left there."""
        return sum(one.seats_left for one in self.offers)

    @property
    def first(self) -> list[Offer]:
        """The first few, those with a seat before those without."""
        return sorted(self.offers, key=lambda one: not one.seats_left)[:MOST]

    @property
    def more(self) -> int:
        """How many there are besides."""
        return max(0, len(self.offers) - MOST)

    @property
    def is_gap(self) -> bool:
        """Nothing is offered there, and something should be: nobody is promised a Saturday."""
        return not self.offers and self.weekday in WORKDAYS

    @property
    def is_full(self) -> bool:
        """There are courses, and no seat on any."""
        return bool(self.offers) and not self.seats_left


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole week: rows are parts of the day, and cells stand in the order of `weekdays`."""

    weekdays: list[int]
    rows: list[tuple[str, list[Cell]]]
    # Workdays and parts of the day with no course at all; and those where all courses are full.
    gaps: list[Place]
    full: list[Place]

    @property
    def seats_left(self) -> int:
        """In the whole week."""
        return sum(cell.seats_left for _part, cells in self.rows for cell in cells)

    @property
    def courses(self) -> int:
        """How many there are."""
        return sum(len(cell.offers) for _part, cells in self.rows for cell in cells)


def grid(viewer: Actor, filters: GridFilters, *, at: dt.datetime) -> Grid:
    """The published courses that meet in the coming weeks, each where most of its meetings are.

    A draft is no offer. Saturday and Sunday are shown when something is offered on either. One
    statement.
    """
    offers = _offers(viewer, filters, at)
    weekend = WEEKEND if any(day in WEEKEND for day, _part in offers) else ()
    weekdays = [*WORKDAYS, *weekend]
    rows = [
        (str(part), [Cell(day, str(part), offers.get((day, str(part)), [])) for day in weekdays])
        for part in Part
    ]
    cells = [cell for _part, row in rows for cell in row]
    full = [(one.weekday, one.part) for one in cells if one.is_full]
    return Grid(weekdays, rows, gaps(offers.keys()), _in_order(full))


def _in_order(places: list[Place]) -> list[Place]:
    parts = list(Part)
    return sorted(places, key=lambda place: (place[0], parts.index(Part(place[1]))))


def _offers(viewer: Actor, filters: GridFilters, at: dt.datetime) -> dict[Place, list[Offer]]:
    """By where they lie; each cell by when they meet next."""
    local = cache(_local)  # many courses begin at the same time
    offers: dict[Place, list[Offer]] = defaultdict(list)
    for *offer, begins in _courses(viewer, filters, at):
        offers[usual_place(map(local, begins))].append(Offer(*offer))
    return dict(offers)


def _local(epoch: int) -> dt.datetime:
    return (_EPOCH + dt.timedelta(seconds=epoch)).astimezone(clock.COPENHAGEN)


def _courses(viewer: Actor, filters: GridFilters, at: dt.datetime) -> Iterable[tuple[Any, ...]]:
    """In the order of Offer's fields; last the seconds at which its meetings begin, since a whole
    list of instants costs more to read than all the rest."""
    courses = shown_courses(viewer).filter(state=CourseState.PUBLISHED)
    if filters.language:
        courses = courses.filter(language=filters.language)
    if filters.target:
        courses = courses.filter(target=filters.target)
    until = clock.end_of_day(clock.danish_date(at) + dt.timedelta(weeks=filters.weeks))
    begins = Cast(Extract("starts_at", "epoch", tzinfo=dt.UTC), BigIntegerField())
    return (
        Meeting.objects.filter(
            course__in=courses,
            appointment=False,
            state=MeetingState.PLANNED,
            starts_at__gte=at,
            starts_at__lt=until,
        )
        .values_list(
            "course",
            "course__name",
            "course__kind",
            "course__host__name",
            "course__first_at",
            "course__capacity",
            "course__seats_taken",
            "course__waiting",
        )
        .annotate(
            next_at=Min("starts_at"),
            lacks=BoolOr(lacks_counsellor(at, course="course__")),
            begins=ArrayAgg(begins, order_by="starts_at"),
        )
        .order_by("next_at", "course")
    )
