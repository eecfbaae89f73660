"""Three statements, however many courses there are: which, what they are, when they meet next."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404

from courses import policies
from courses.queries.found import described
from courses.queries.found.asked import Wanted
from courses.queries.found.described import Way
from courses.queries.found.shapes import Behind, FoundCourse, FoundPage
from courses.queries.places import place
from courses.rules.spread import part_of_day
from courses.states import CourseKind
from roegfri import clock
from roegfri.actor import Actor

_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)
_NOWHERE = Way()


class _Light(NamedTuple):
    """Of every course what it is chosen and sorted by, and no more."""

    id: UUID
    agreement: str
    municipality: str
    kind: str
    target: str
    language: str
    postcode: str
    next_at: dt.datetime | None


def courses_found(viewer: Actor, wanted: Wanted, *, at: dt.datetime) -> list[FoundCourse]:
    """All that suit, in order: the nearest first where a postcode is given, else by the next
    meeting; what is met by appointment last.

    Courses that are open and listed by a member of their agreement, with a meeting still to come,
    or met by appointment. Nothing about anybody who takes part or works there.
    """
    return list(found_page(viewer, wanted, at=at).courses)


def found_page(
    viewer: Actor,
    wanted: Wanted,
    *,
    at: dt.datetime,
    skip: int = 0,
    most: int | None = None,
    after: Behind | None = None,
) -> FoundPage:
    """The same in parts: at most `most` of them after the first `skip`, or behind a place in the
    order, which stays where it is while courses come and go. They are counted all the same."""
    rows, ways = _light(viewer, at), _Ways(viewer, wanted.postcode)
    wanted = replace(wanted, languages=frozenset(map(str.casefold, wanted.languages)))
    suit = [(ways.to(one.postcode), one) for one in rows if _suits(one, wanted)]
    if ways.home and wanted.max_km is not None:
        suit = [(way, one) for way, one in suit if way.km is not None and way.km <= wanted.max_km]
    number = len(suit)
    suit.sort(key=_order)
    if after:
        suit = suit[bisect_right(suit, _place(*after), key=_order) :]
    shown = {one.id: way for way, one in suit[skip : None if most is None else skip + most]}
    courses = described.courses(viewer, shown, at=at) if shown else []
    return FoundPage(courses, number, _languages(rows), _numbers(rows))


def course_found(viewer: Actor, pk: UUID, *, at: dt.datetime, postcode: str = "") -> FoundCourse:
    """One of them, with all its meetings to come; two statements. Raises Http404 when it is not, or
    no longer, to be found: a draft, finished, cancelled, over, not listed, or of a member that has
    left."""
    for found in described.courses(viewer, {pk: _NOWHERE}, at=at):
        way = _Ways(viewer, postcode).to(found.where.postcode if found.where else "")
        return replace(found, km=way.km, estimated=way.estimated)
    raise Http404


def course_to_be(viewer: Actor, pk: UUID, *, at: dt.datetime) -> FoundCourse | None:
    """One of one's own municipality's as citizens would find it, open or not; None where nothing of
    it is to come. Two statements."""
    own = policies.courses_hosted_by(viewer)
    return next(iter(described.courses(viewer, {pk: _NOWHERE}, at=at, among=own)), None)


def is_found(viewer: Actor, pk: UUID, *, at: dt.datetime) -> bool:
    """Whether it is still to be found."""
    try:
        course_found(viewer, pk, at=at)
    except Http404:
        return False
    return True


def _light(viewer: Actor, at: dt.datetime) -> list[_Light]:
    """Every course that is listed. The next meeting is looked for only where the first has been."""
    coming = described.coming(viewer, at).filter(course=OuterRef("pk")).order_by("starts_at", "pk")
    next_at = Case(
        When(first_at__gt=at, then=F("first_at")),
        When(last_at__gt=at, then=Subquery(coming.values("starts_at")[:1])),
    )
    borrowed = Subquery(coming.values("room__venue__postcode")[:1])
    postcode = Case(When(room=None, then=borrowed), default=F("room__venue__postcode"))
    read = (
        described.open_courses(viewer, at)
        .annotate(next_at=next_at, postcode=Coalesce(postcode, Value("")))
        .values_list(
            "id",
            "agreement__slug",
            "host__code",
            "kind",
            "target",
            "language",
            "postcode",
            "next_at",
        )
    )
    light = starmap(_Light, read)
    return [one for one in light if one.next_at or one.kind == CourseKind.INDIVIDUAL]


class _Ways:
    """How far it is from where she lives, worked out once for each postcode."""

    def __init__(self, viewer: Actor, postcode: str) -> None:
        self.viewer, self.home = viewer, place(viewer, postcode)
        self.known: dict[str, Way] = {}

    def to(self, postcode: str) -> Way:
        """To a postcode; nothing where either end is unknown."""
        if postcode not in self.known:
            there = place(self.viewer, postcode)
            self.known[postcode] = (
                Way(self.home.km_to(there), self.home.estimated or there.estimated)
                if self.home and there
                else _NOWHERE
            )
        return self.known[postcode]


def _suits(one: _Light, wanted: Wanted) -> bool:
    return (
        wanted.agreement in ("", one.agreement)
        and wanted.municipality in ("", one.municipality)
        and (not wanted.kinds or one.kind in wanted.kinds)
        and (not wanted.targets or one.target in wanted.targets)
        and (not wanted.languages or one.language.casefold() in wanted.languages)
        and _suits_week(one, wanted)
    )


def _suits_week(one: _Light, wanted: Wanted) -> bool:
    """What is met by appointment is met when she can."""
    if one.next_at is None or not (wanted.weekdays or wanted.parts):
        return True
    local = one.next_at.astimezone(clock.COPENHAGEN)
    that_day = not wanted.weekdays or local.isoweekday() in wanted.weekdays
    return that_day and (not wanted.parts or part_of_day(local.time()) in wanted.parts)


def _order(found: tuple[Way, _Light]) -> tuple[float, dt.datetime, UUID]:
    way, one = found
    return _place(way.km, one.next_at, one.id)


def _place(
    km: float | None, next_at: dt.datetime | None, pk: UUID
) -> tuple[float, dt.datetime, UUID]:
    return km if km is not None else float("inf"), next_at or _LAST, pk


def _languages(rows: Sequence[_Light]) -> list[str]:
    """As the first host wrote each."""
    spelt = {one.language.casefold(): one.language for one in reversed(rows)}
    return [spelt[key] for key in sorted(spelt)]


def _numbers(rows: Sequence[_Light]) -> Mapping[str, int]:
    numbers: dict[str, int] = {}
    for one in rows:
        numbers[one.municipality] = numbers.get(one.municipality, 0) + 1
    return numbers
