"""The page of one course: what it is, its meetings, and who takes part."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from courses.models import Course
from courses.queries import course as queries
from courses.queries.absent import about_to_end
from courses.queries.appointments import without_appointment
from courses.queries.found import Told, course_to_be
from courses.queries.meetings import MeetingRow, meetings
from courses.queries.participants import Participants, participants
from courses.states import CourseKind, CourseState
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.public.languages import DANISH
from roegfri.ui.screens import show

# So many meetings that have been stand in the list; more are folded away above the next one.
FEW = 6


@screen(Right.COURSES_READ)
def course_page(request: SignedIn, pk: UUID) -> HttpResponse:
    """Everything about a course that whoever asks may see."""
    return show_course(request, pk)


def show_course(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    """The page; `bound` are the forms of it with errors. Raises Http404."""
    found = queries.course(request.actor, pk)
    own = found.host_id == request.actor.organisation_id
    rows = meetings(request.actor, found)
    people = _participants(request, found)
    context: dict[str, Any] = {
        "course": found,
        "own": own,
        "may_plan": own and request.actor.may(Right.COURSES_PLAN),
        "may_run": own and request.actor.may(Right.COURSES_RUN),
        "may_enrol": request.actor.may(Right.COURSES_RUN),
        "head": queries.head(request.actor, found, rows, clock.now()),
        "is_draft": found.state == CourseState.DRAFT,
        "is_open": found.state == CourseState.PUBLISHED,
        "is_finished": found.state == CourseState.FINISHED,
        "is_cancelled": found.state == CourseState.CANCELLED,
        "is_over": found.last_at is None or found.last_at <= clock.now(),
        "is_running": found.first_at is not None and found.first_at <= clock.now(),
        "today": clock.today(),
        "act_form": None,
        "meetings": rows,
        **_folded(rows),
        "participants": people,
        "took_part": _took_part(found, people),
        **_attention(request, found),
        **_to_citizens(request, found),
        **bound,
    }
    return show(request, "courses/course.html", context)


def _folded(rows: Sequence[MeetingRow]) -> dict[str, object]:
    """The next meeting, and the list in two: what is folded away, and what is not."""
    behind = [one for one in rows if one.is_behind]
    rest = [one for one in rows if not one.is_behind]
    fold = len(behind) > FEW and bool(rest)
    return {
        "next": next((one for one in rows if one.is_ahead), None),
        "held": behind if fold else [],
        "ahead": rest if fold else rows,
    }


def _to_citizens(request: SignedIn, course: Course) -> dict[str, object]:
    """Whether citizens find it by themselves; and of a draft, what they will see."""
    at, actor = clock.now(), request.actor
    to_come = course.last_at is not None and course.last_at > at
    draft = course.state == CourseState.DRAFT
    will = course_to_be(actor, course.pk, at=at) if draft and course.listed else None
    return {
        "is_found": course.listed
        and course.state == CourseState.PUBLISHED
        and (to_come or course.kind == CourseKind.INDIVIDUAL),
        "will_be_found": will and Told(will, DANISH, clock.danish_date(at)),
    }


def _attention(request: SignedIn, course: Course) -> dict[str, object]:
    """Who is to be called or met, where the kind of course knows of such; else nothing is asked."""
    at, actor = clock.now(), request.actor
    if not actor.may(Right.COURSES_RUN):
        return {}
    return {
        "about_to_end": about_to_end(actor, course, at=at),
        "without_appointment": without_appointment(actor, course, at=at),
    }


def _participants(request: SignedIn, course: Course) -> Participants | None:
    """Read only for those who work with citizens; a project leader sees how many there are."""
    if not request.actor.may(Right.COURSES_RUN):
        return None
    return participants(request.actor, course)


def _took_part(course: Course, people: Participants | None) -> int | None:
    """How many took part in a course that is over, whose seats are free again by now; None while it
    is not, and for whoever does not see all of them."""
    over = course.state == CourseState.FINISHED
    return len(people.ended) if over and people and people.everybody else None
