"""A course is not held: why, and where its participants go."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.cancelling import Emptied, cancel_course
from courses.forms.cancelling import CancelCourse
from courses.queries.course import hosted_course
from courses.queries.moving import other_courses
from courses.queries.participants import participants
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.COURSES_PLAN)
def cancel(request: SignedIn, pk: UUID) -> HttpResponse:
    """Cancels it and moves everybody on."""
    course, at = hosted_course(request.actor, pk), clock.now()
    found = participants(request.actor, course)
    people = [*found.active, *found.waiting]
    courses = other_courses(request.actor, course, at)
    form = filled(request, CancelCourse, courses=courses, people=people)
    done: list[Emptied] = []

    def act(**given: Any) -> None:
        done.append(cancel_course(course, **given, by=request.actor, at=at))

    if submitted(request, form, act):
        messages.success(request, _said(done[0]))
        return redirect("courses:course", course.pk)
    context = {"course": course, "people": people, "form": form}
    return show(request, "courses/cancel.html", context)


def _said(done: Emptied) -> str:
    """What became of the participants."""
    parts = [
        (done.moved, _("%(n)d har fået plads på et andet forløb.")),
        (done.waiting, _("%(n)d står på venteliste til et andet forløb.")),
        (done.left, _("For %(n)d skal den kommune, der har sagen, finde et andet forløb.")),
    ]
    return " ".join([_("Forløbet er aflyst."), *(words % {"n": n} for n, words in parts if n)])
