"""What a copy of a course begins with."""

import datetime as dt
from typing import Any

from courses.models import Course, Meeting
from courses.models.parts import PARTS
from courses.queries.planning import counsellors_of, course_terms, planned_for
from courses.queries.proposal import Wanted
from courses.states import CourseKind, MeetingState
from roegfri import clock
from roegfri.actor import Actor


def copied(viewer: Actor, course: Course, today: dt.date) -> dict[str, Any]:
    """The fields of a new course like this one: the same weekday and time, from the week after its
    last meeting or the next one to come, with the same counsellors and as many meetings as were
    planned, those cancelled too, and no fewer than the agreement asks of a group today. Its name
    is kept where somebody gave it one."""
    alike: dict[str, Any] = {name: getattr(course, name) for name in PARTS if name != "name"}
    first = _first(course)
    if first is None or course.name != _proposed_name(course, first):
        alike["name"] = course.name
    alike["listed_for"] = course.target
    alike["counsellors"] = [str(one.pk) for one in counsellors_of(viewer, course)]
    alike["count"] = max(_planned(course), _minimum(viewer, course, today))
    if first is None:
        return alike
    begins, ends = (one.astimezone(clock.COPENHAGEN) for one in (first.starts_at, first.ends_at))
    after = max(clock.danish_date(course.last_at or first.starts_at), today)
    ahead = dt.timedelta(days=(begins.weekday() - after.weekday() - 1) % 7 + 1)
    times = {"first_on": after + ahead, "starts": begins.time(), "ends": ends.time()}
    return {**alike, **times}


def _proposed_name(course: Course, first: Meeting) -> str:
    """What a course like it is called that was given no name: it tells of that weekday and day."""
    local = first.planned_at.astimezone(clock.COPENHAGEN)
    return Wanted(kind=course.kind, on=(local.date(),), starts=local.time()).name({})


def _first(course: Course) -> Meeting | None:
    rows = course.all_meetings.filter(appointment=False, extra=False, intake=False)
    return rows.exclude(state=MeetingState.CANCELLED).order_by("starts_at").first()


def _planned(course: Course) -> int:
    """How many meetings it has, or was planned with: one in place of a cancelled one is extra."""
    rows = course.all_meetings.filter(appointment=False, extra=False, intake=False)
    return max(course.meetings, rows.count())


def _minimum(viewer: Actor, course: Course, today: dt.date) -> int:
    if course.kind != CourseKind.GROUP:
        return 0
    _own, agreement = planned_for(viewer, today)
    terms = course_terms(viewer, agreement, today)
    return terms.group_minimum_meetings if terms else 0
