"""One course, as its page shows it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from courses import policies
from courses.models import Course, Flagged
from courses.queries.meetings import MeetingRow
from courses.queries.registers import flags_wanted
from courses.queries.warnings import Plan, warnings
from courses.states import CourseState, Flag, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Term

_WITH = ("host", "provider", "agreement", "room__venue", "copied_from")

# Where else it has been created: in the course's own statement.
_NOTED = ArraySubquery(
    Flagged.objects.filter(course=OuterRef("pk"))
    .order_by("at")
    .values(json=JSONObject(flag="flag", at="at", by="by__name"))
)
# The numbers in STOPbasen that its agreement has had, the newest in front.
_UNITS = ArraySubquery(
    Term.objects.filter(agreement=OuterRef("agreement"), name="stopbase_unit")
    .order_by("-from_on")
    .values(json=JSONObject(on="from_on", unit="value"))
)


@dataclass(frozen=True, slots=True)
class Noted:
    """Somewhere else where a course is to be created, under the agreement's number there (`unit`,
    if any); `by` and `at` once it has been."""

    flag: Flag
    unit: str = ""
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of a course's page."""

    counsellors: list[str]
    flags: list[Noted]
    warnings: list[str]
    access: str
    transport: str


def course(viewer: Actor, pk: UUID) -> Course:
    """A course that one may look at, with what its page says of it. Raises Http404."""
    return _one(policies.courses_visible_to(viewer), pk)


def hosted_course(viewer: Actor, pk: UUID) -> Course:
    """A course that one may change: one's own municipality's. Raises Http404."""
    return _one(policies.courses_hosted_by(viewer), pk)


def head(viewer: Actor, course: Course, meetings: Sequence[MeetingRow], at: dt.datetime) -> Head:
    """What stands on top of the page, and follows from its `meetings`; warnings are for those who
    can do something about them."""
    own = course.host_id == viewer.organisation_id
    staff = [one for row in meetings if row.number for one in row.staff]
    names = list(dict.fromkeys(one.name for one in staff))
    without = dict.fromkeys(one.name for one in staff if not one.qualified)
    lost = any(row.meeting.state == MeetingState.CANCELLED for row in meetings)
    venue = course.room.venue if course.room else None
    return Head(
        names,
        _flags(viewer, course, at) if own else [],
        warnings(viewer, _plan_of(course, list(without), lost))
        if own and _is_ahead(course, at)
        else [],
        course.access or (venue.access if venue else ""),
        course.transport or (venue.transport if venue else ""),
    )


def _flags(viewer: Actor, course: Course, at: dt.datetime) -> list[Noted]:
    noted = {one["flag"]: one for one in course.noted}  # type: ignore[attr-defined]
    on = clock.danish_date(course.first_at or at)
    wanted = dict.fromkeys([*flags_wanted(viewer, course.agreement, on), *map(Flag, noted)])
    units = course.units  # type: ignore[attr-defined]
    unit = next((one["unit"] for one in units if one["on"] <= on.isoformat()), "")
    return [_noted(flag, unit if flag == Flag.STOPBASE else "", noted.get(flag)) for flag in wanted]


def _noted(flag: Flag, unit: str, row: Mapping[str, str] | None) -> Noted:
    if row is None:
        return Noted(flag, unit)
    return Noted(flag, unit, row["by"], dt.datetime.fromisoformat(row["at"]))


def _is_ahead(course: Course, at: dt.datetime) -> bool:
    over = course.last_at is not None and course.last_at <= at
    return course.state in {CourseState.DRAFT, CourseState.PUBLISHED} and not over


def _plan_of(course: Course, unqualified: Sequence[str], lost: object) -> Plan:
    """Once it is open, its meetings say themselves what they lack, as long as none is `lost`."""
    draft = course.state == CourseState.DRAFT
    return Plan(
        kind=course.kind,
        agreement=course.agreement if draft or lost else None,
        is_draft=draft,
        capacity=course.capacity,
        meetings=course.meetings,
        first_on=clock.danish_date(course.first_at) if course.first_at else None,
        room=course.room,
        unqualified=unqualified,
    )


def _one(rows: QuerySet[Course], pk: UUID) -> Course:
    read = rows.select_related(*_WITH).annotate(noted=_NOTED, units=_UNITS)
    found = read.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
