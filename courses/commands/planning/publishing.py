"""A course is opened for participants, and taken back to a draft."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.planning.details import course_to_plan
from courses.models import Course
from courses.rules.planning import enough_meetings
from courses.states import COURSE_MOVES, CourseKind, CourseState
from roegfri import clock, lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.refusal import Refusal


@transaction.atomic
def publish_course(course: Course, *, by: Actor, at: dt.datetime) -> Course:
    """Opens a draft for participants from the whole agreement. One that is open already stays so.

    Raises Refusal for a group with fewer meetings than the agreement asks for on the day of the
    first, and for one of several that has no meeting yet: the draft stays.
    """
    course = course_to_plan(course, by)
    if course.state == CourseState.PUBLISHED:
        return course
    if course.state == CourseState.FINISHED:
        raise Refusal(_("Forløbet er afsluttet. Genåbn det i stedet."))
    if course.state == CourseState.DRAFT:
        _enough(course)
    course.published_at = at
    lifecycle.move(course, COURSE_MOVES, to=CourseState.PUBLISHED, at=at, facts=["published_at"])
    record("course.published", course, by=by, at=at)
    return course


@transaction.atomic
def unpublish_course(course: Course, *, by: Actor, at: dt.datetime) -> Course:
    """Back to a draft, which only its municipality sees. Raises Refusal when somebody is enrolled
    or waits."""
    course = course_to_plan(course, by)
    if course.state == CourseState.DRAFT:
        return course
    if course.seats_taken or course.waiting:
        raise Refusal(
            _(
                "Der er %(taken)d tilmeldt og %(waiting)d på venteliste. Flyt eller frameld dem "
                "først, eller aflys forløbet."
            )
            % {"taken": course.seats_taken, "waiting": course.waiting}
        )
    if course.state == CourseState.FINISHED:
        raise Refusal(_("Forløbet er afsluttet. Genåbn det først."))
    course.published_at = None
    lifecycle.move(course, COURSE_MOVES, to=CourseState.DRAFT, at=at, facts=["published_at"])
    record("course.unpublished", course, by=by, at=at)
    return course


def _enough(course: Course) -> None:
    if course.kind != CourseKind.INDIVIDUAL and course.first_at is None:
        raise Refusal(_("Forløbet har ingen mødegange. Tilføj dem, før det offentliggøres."))
    if course.first_at is None:
        return
    on = clock.danish_date(course.first_at)
    minimum = lookup.terms(course.agreement, on).courses.group_minimum_meetings
    if not enough_meetings(course.kind, course.meetings, minimum=minimum):
        raise Refusal(
            _(
                "Et hold skal have mindst %(minimum)d mødegange efter aftalen, og her er "
                "%(planned)d. Tilføj mødegange, og offentliggør så."
            )
            % {"minimum": minimum, "planned": course.meetings}
        )
