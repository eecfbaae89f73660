"""The page of one course: what it is, its meetings, and who takes part."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from courses.models import Course
from courses.queries import course as queries
from courses.states import CourseState
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import show


@screen(Right.COURSES_READ)
def course_page(request: SignedIn, pk: UUID) -> HttpResponse:
    """Everything about a course that whoever asks may see."""
    return show_course(request, pk)


def show_course(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    """The page; `bound` are the forms of it with errors. Raises Http404."""
    found = queries.course(request.actor, pk)
    own = found.host_id == request.actor.organisation_id
    context: dict[str, Any] = {
        "course": found,
        "own": own,
        "may_plan": own and request.actor.may(Right.COURSES_PLAN),
        "may_run": own and request.actor.may(Right.COURSES_RUN),
        "may_enrol": request.actor.may(Right.COURSES_RUN),
        "sees_participants": request.actor.may(Right.COURSES_RUN),
        "head": queries.head(request.actor, found, clock.now()),
        "is_draft": found.state == CourseState.DRAFT,
        "is_open": found.state == CourseState.PUBLISHED,
        "is_finished": found.state == CourseState.FINISHED,
        "is_cancelled": found.state == CourseState.CANCELLED,
        "is_over": found.last_at is None or found.last_at <= clock.now(),
        "today": clock.today(),
        "act_form": None,
        **_parts(request, found),
        **bound,
    }
    return show(request, "courses/course.html", context)


def _parts(request: SignedIn, course: Course) -> dict[str, object]:
    """What the parts of the page show."""
    return {"parts": []}
