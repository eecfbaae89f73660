"""Who holds the meetings: put on, taken off, and swapped when somebody is ill."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.crew import possible, put_on, take_off
from courses.commands.hosted import own_course, own_meeting, seats_again
from courses.models import Course, Meeting, Staffing
from courses.queries.staffing import coming_meetings, coming_of
from courses.states import CourseState, StaffRole
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Staffed:
    """At how many meetings she is now, and at which she could not be, because she is elsewhere."""

    meetings: Sequence[Meeting]
    left_out: Sequence[Meeting] = ()


@transaction.atomic
def staff_meeting(
    meeting: Meeting,
    counsellor: User,
    *,
    role: str = StaffRole.COUNSELLOR,
    instead_of: User | None = None,
    by: Actor,
    at: dt.datetime,
) -> Staffing:
    """Puts a counsellor on a meeting; in somebody's stead, who is taken off in the same step.

    Who is there already stays as she is. Raises Refusal when she does not work for the host on the
    day or is at another meeting then, or whom she should stand in for is not there, or is herself.
    """
    if counsellor == instead_of:
        raise Refusal(_("Vælg en anden som vikar."), field="counsellor")
    meeting = own_meeting(meeting, by)
    if known := meeting.staff.filter(counsellor=counsellor).first():
        return known
    put_on([meeting], counsellor, role=role, instead_of=instead_of, at=at)
    record("staffing.changed", meeting, by=by, at=at)
    seats_again([meeting.course], by, at)
    return meeting.staff.get(counsellor=counsellor)


@transaction.atomic
def unstaff(meeting: Meeting, counsellor: User, *, by: Actor, at: dt.datetime) -> None:
    """Takes a counsellor off a meeting.

    Raises Refusal when nobody would be left for those enrolled, or one where the agreement asks for
    two: then a substitute takes her place instead (staff_meeting, `instead_of`).
    """
    meeting = own_meeting(meeting, by)
    take_off([meeting], counsellor, by, at)
    record("staffing.changed", meeting, by=by, at=at)
    seats_again([meeting.course], by, at)


@transaction.atomic
def staff_course(
    course: Course,
    counsellor: User,
    *,
    role: str = StaffRole.COUNSELLOR,
    only_free: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Staffed:
    """Puts a counsellor on all coming meetings of a course.

    `only_free`: leaves out those at which she is elsewhere, which otherwise raises Refusal, as when
    she does not work for the host on one of the days.
    """
    course = own_course(course, by)
    wanted = coming_meetings(by, course, at).exclude(staff__counsellor=counsellor)
    chosen, left_out = possible(list(wanted), counsellor, by, only_free=only_free)
    put_on(chosen, counsellor, role=role, instead_of=None, at=at)
    record("staffing.changed", course, by=by, at=at)
    seats_again([course], by, at)
    return Staffed(chosen, left_out)


@transaction.atomic
def unstaff_course(course: Course, counsellor: User, *, by: Actor, at: dt.datetime) -> Staffed:
    """Takes a counsellor off all coming meetings of a course. Raises Refusal as unstaff does."""
    course = own_course(course, by)
    found = list(coming_meetings(by, course, at).filter(staff__counsellor=counsellor))
    take_off(found, counsellor, by, at)
    record("staffing.changed", course, by=by, at=at)
    seats_again([course], by, at)
    return Staffed(found)


@transaction.atomic
def swap_counsellor(
    away: User,
    substitute: User,
    *,
    from_on: dt.date,
    until_on: dt.date | None = None,
    course: Course | None = None,
    only_free: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Staffed:
    """Somebody is ill: another takes all her coming meetings and appointments on those days, in one
    course or in all of one's own municipality.

    `only_free` as in staff_course. Raises Refusal when it is the same person, nothing is to be
    taken over, or the substitute is at another meeting.
    """
    if away == substitute:
        raise Refusal(_("Vælg en anden som vikar."), field="substitute")
    if until_on and until_on < from_on:
        raise Refusal(_("Slutdatoen skal ligge på eller efter startdatoen."), field="until_on")
    courses = _courses_of(away, course, by)
    hers = coming_of(by, away, courses, from_on, until_on, at=at)
    if not hers:
        raise Refusal(_("%(name)s har ingen mødegange i den tid.") % {"name": away.name})
    chosen, left_out = possible(hers, substitute, by, only_free=only_free)
    put_on(chosen, substitute, role=StaffRole.SUBSTITUTE, instead_of=away, at=at)
    record("staffing.changed", course or f"user:{away.pk}", by=by, at=at)
    seats_again(courses, by, at)
    return Staffed(chosen, left_out)


def _courses_of(away: User, course: Course | None, by: Actor) -> list[Course]:
    """The one, or all of one's own that she is on and that still run; locked in one order."""
    if course:
        return [own_course(course, by)]
    own = policies.courses_hosted_by(by).filter(
        all_meetings__staff__counsellor=away, state__in=[CourseState.DRAFT, CourseState.PUBLISHED]
    )
    return [own_course(one, by) for one in own.order_by("pk").distinct()]
