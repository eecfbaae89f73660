"""One course, as its page shows it."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from courses import policies
from courses.models import Course, Flagged
from courses.queries.planning import counsellors_of
from courses.queries.registers import flags_wanted
from courses.queries.warnings import Plan, warnings
from courses.states import CourseState, Flag
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor

_WITH = ("host", "provider", "agreement", "room__venue", "copied_from")


@dataclass(frozen=True, slots=True)
class Noted:
    """Somewhere else where a course is to be created; `by` and `at` once it has been."""

    flag: Flag
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of a course's page."""

    counsellors: list[User]
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


def head(viewer: Actor, course: Course, at: dt.datetime) -> Head:
    """What stands on top of the page; warnings are for those who can do something about them."""
    own = course.host_id == viewer.organisation_id
    people = counsellors_of(viewer, course)
    venue = course.room.venue if course.room else None
    return Head(
        people,
        _flags(viewer, course, at) if own else [],
        warnings(viewer, _plan_of(course, people)) if own and _is_ahead(course, at) else [],
        course.access or (venue.access if venue else ""),
        course.transport or (venue.transport if venue else ""),
    )


def _flags(viewer: Actor, course: Course, at: dt.datetime) -> list[Noted]:
    noted = {one.flag: one for one in course.flags.select_related("by")}
    on = clock.danish_date(course.first_at or at)
    wanted = dict.fromkeys([*flags_wanted(viewer, course.agreement, on), *map(Flag, noted)])
    return [_noted(flag, noted.get(flag)) for flag in wanted]


def _noted(flag: Flag, row: Flagged | None) -> Noted:
    return Noted(flag, row.by.name, row.at) if row else Noted(flag)


def _is_ahead(course: Course, at: dt.datetime) -> bool:
    over = course.last_at is not None and course.last_at <= at
    return course.state in {CourseState.DRAFT, CourseState.PUBLISHED} and not over


def _plan_of(course: Course, people: list[User]) -> Plan:
    return Plan(
        kind=course.kind,
        agreement=course.agreement,
        capacity=course.capacity,
        meetings=course.meetings,
        first_on=clock.danish_date(course.first_at) if course.first_at else None,
        room=course.room,
        counsellors=people,
    )


def _one(rows: QuerySet[Course], pk: UUID) -> Course:
    found = rows.select_related(*_WITH).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
