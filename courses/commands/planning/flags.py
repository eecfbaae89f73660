"""Where else a course has been created: noted, and taken back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.planning.details import course_to_plan
from courses.models import Course, Flagged
from courses.queries.registers import flags_wanted
from courses.states import Flag
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def flag_course(course: Course, flag: Flag, *, by: Actor, at: dt.datetime) -> Flagged:
    """Notes that it has been created there; noted already, the first time and person stay.

    Raises Refusal where the course's agreement does not ask for it.
    """
    course = course_to_plan(course, by)
    known = Flagged.objects.filter(course=course, flag=flag).first()
    if known:
        return known
    if flag not in flags_wanted(by, course.agreement, clock.danish_date(at)):
        raise Refusal(_("Aftalen beder ikke om, at forløb oprettes der."))
    made = Flagged.objects.create(course=course, flag=flag, at=at, by_id=by.person)
    record("course.flagged", course, by=by, at=at)
    return made


@transaction.atomic
def unflag_course(course: Course, flag: Flag, *, by: Actor, at: dt.datetime) -> None:
    """It was noted by mistake."""
    course = course_to_plan(course, by)
    if Flagged.objects.filter(course=course, flag=flag).delete()[0]:
        record("course.unflagged", course, by=by, at=at)
