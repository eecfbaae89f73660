"""The page of one course: what it is, its meetings, and who takes part."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from courses.queries import course as queries
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
        "flags": queries.flags_of(request.actor, found),
        "today": clock.today(),
        **bound,
    }
    return show(request, "courses/course.html", context)
