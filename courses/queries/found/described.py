"""The facts of some courses, as anybody may read them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from courses import policies
from courses.models import Course, Meeting
from courses.queries.found.shapes import FoundCourse, Meets, Where
from courses.rules.found import seats_told
from courses.states import CourseKind, MeetingForm, MeetingState
from roegfri.actor import Actor

_WHERE = ("venue__name", "name", "venue__street", "venue__postcode", "venue__town")
_PLACE = len(_WHERE)


class Way(NamedTuple):
    """How far it is, and whether one of the two postcodes is guessed."""

    km: float | None = None
    estimated: bool = False


class _Said(NamedTuple):
    """A course as it is read; what is said of getting in is the place's where it says nothing."""

    id: UUID
    name: str
    kind: str
    agreement: str
    host_code: str
    host: str
    host_phone: str
    language: str
    target: str
    meetings: int
    first_at: dt.datetime | None
    access: str
    transport: str
    capacity: int
    taken: int
    waiting: int
    where: Where | None


def open_courses(viewer: Actor, at: dt.datetime) -> QuerySet[Course]:
    """The listed ones of which something is still to come, or that are met by appointment."""
    to_come = Q(last_at__gt=at) | Q(kind=CourseKind.INDIVIDUAL)
    return policies.courses_listed(viewer).filter(to_come)


def coming(viewer: Actor, at: dt.datetime) -> QuerySet[Meeting]:
    """Meetings still to come; whose courses are shown is asked in `open_courses`."""
    return Meeting.objects.filter(appointment=False, state=MeetingState.PLANNED, starts_at__gt=at)


def courses(
    viewer: Actor,
    ways: Mapping[UUID, Way],
    *,
    at: dt.datetime,
    among: QuerySet[Course] | None = None,
) -> list[FoundCourse]:
    """Those courses, in the order given; `among` others than the open ones. Two statements."""
    rows = open_courses(viewer, at) if among is None else among
    said = {one.id: one for one in _said(rows.filter(pk__in=ways))}
    meets = _meets(coming(viewer, at).filter(course__in=said), said)
    in_order = (said[pk] for pk in ways if pk in said)
    return [
        _course(one, meets[one.id], ways[one.id])
        for one in in_order
        if meets[one.id] or one.kind == CourseKind.INDIVIDUAL
    ]


def _said(rows: QuerySet[Course]) -> Iterator[_Said]:
    where = [Coalesce(F(f"room__{path}"), Value("")) for path in _WHERE]
    read: QuerySet[Course, Any] = rows.values_list(
        "id",
        "name",
        "kind",
        "agreement__slug",
        "host__code",
        "host__name",
        "host__phone",
        "language",
        "target",
        "meetings",
        "first_at",
        _told("access"),
        _told("transport"),
        "capacity",
        "seats_taken",
        "waiting",
        *where,
    )
    return starmap(_Said, ((*row[:-_PLACE], _where(row[-_PLACE:])) for row in read))


def _told(what: str) -> Case:
    """As the course says it; where it says nothing, as its place does."""
    place = Coalesce(F(f"room__venue__{what}"), Value(""))
    return Case(When(**{what: ""}, then=place), default=F(what))


def _meets(rows: QuerySet[Meeting], said: Mapping[UUID, _Said]) -> Mapping[UUID, list[Meets]]:
    """By course, in the order of time. A meeting without a room of its own is in the course's."""
    where = [Coalesce(F(f"room__{path}"), Value("")) for path in _WHERE]
    in_order = rows.order_by("starts_at", "pk")
    by_course = defaultdict[UUID, list[Sequence[Any]]](list)
    for row in in_order.values_list("course", "starts_at", "ends_at", "form", *where):
        by_course[row[0]].append(row[1:])
    found = defaultdict[UUID, list[Meets]](list)
    for pk, some in by_course.items():
        first = said[pk].meetings - len(some) + 1
        found[pk] = [_meeting(row, said[pk], number) for number, row in enumerate(some, first)]
    return found


def _meeting(row: Sequence[Any], of: _Said, number: int) -> Meets:
    starts_at, ends_at, form, *where = row
    in_person = form == MeetingForm.IN_PERSON
    there = (_where(where) or of.where) if in_person else None
    return Meets(starts_at, ends_at, form, there, max(number, 1))


def _where(names: Sequence[str]) -> Where | None:
    return Where(*names) if any(names) else None


def _course(said: _Said, meets: Sequence[Meets], way: Way) -> FoundCourse:
    usual = said.where or next((one.where for one in meets if one.where), None)
    return FoundCourse(
        id=said.id,
        name=said.name,
        kind=said.kind,
        agreement=said.agreement,
        host_code=said.host_code,
        host=said.host,
        host_phone=said.host_phone,
        language=said.language,
        target=said.target,
        access=said.access,
        transport=said.transport,
        where=usual,
        first_at=said.first_at,
        meetings=said.meetings,
        seats=seats_told(said.capacity, said.taken, said.waiting),
        km=way.km,
        estimated=way.estimated,
        coming=meets,
    )
