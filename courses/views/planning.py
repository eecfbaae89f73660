"""Nyt forløb: what it is, when it meets and who holds it, on one screen; and correcting it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from courses.commands.planning import change_course, plan_course, publish_course
from courses.forms.course import EditCourse, PlanCourse
from courses.forms.course.fields import Choices
from courses.models import Course
from courses.queries import course as queries
from courses.queries import planning
from courses.queries.copying import copied
from courses.queries.proposal import proposal
from courses.queries.registers import concepts
from courses.views.changing import said, show_differences
from referrals.queries import colleagues
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision, Merged
from roegfri.ui.screens import filled, show, submitted


@screen(Right.COURSES_PLAN)
def plan(request: SignedIn) -> HttpResponse:
    """A new course."""
    return _plan(request, planning.usual(request.actor, clock.today()))


@screen(Right.COURSES_PLAN)
def copy(request: SignedIn, pk: UUID) -> HttpResponse:
    """A new course like one of one's own, its meetings proposed anew."""
    source = queries.hosted_course(request.actor, pk)
    return _plan(request, copied(request.actor, source, clock.today()), source)


@screen(Right.COURSES_PLAN)
def edit(request: SignedIn, pk: UUID) -> HttpResponse:
    """What a course is; and, where a colleague wrote meanwhile, what to choose between."""
    course = queries.hosted_course(request.actor, pk)
    choices = _choices(request, course)
    form = filled(request, EditCourse, course=course, choices=choices)
    held: list[Merged | Collision] = []

    def act(**given: Any) -> None:
        try:
            held.append(change_course(course, **given, by=request.actor, at=clock.now()))
        except Collision as collision:
            held.append(collision)
            raise

    if submitted(request, form, act):
        messages.success(request, said(held[0]))
        return redirect("courses:course", pk)
    if held and isinstance(held[0], Collision):
        return show_differences(request, course, held[0], choices)
    return show(request, "courses/edit.html", {"form": form, "course": course})


def _plan(request: SignedIn, initial: dict[str, Any], source: Course | None = None) -> HttpResponse:
    """The form, the proposal as it is filled in, and the new course."""
    choices = _choices(request, None)
    if request.method == "POST" and request.POST.get("act") == "propose":
        return _show_plan(request, PlanCourse.half(request.POST, choices=choices), source)
    form = filled(request, PlanCourse, choices=choices, initial=initial)
    made: list[Course] = []
    act = partial(plan_course, copied_from=source, by=request.actor, at=clock.now())
    if submitted(request, form, lambda **given: made.append(act(**given))):
        _publish(request, made[0], staffed=bool(form.cleaned_data.get("counsellors")))
        return redirect("courses:course", made[0].pk)
    return _show_plan(request, form, source)


def _show_plan(request: SignedIn, form: PlanCourse, source: Course | None) -> HttpResponse:
    found = proposal(request.actor, form.wanted, form.choices.closed)
    context = {"form": form, "source": source, "proposal": found, "action": request.path}
    return show(request, "courses/plan.html", context, part="courses/_proposal_again.html")


def _publish(request: SignedIn, course: Course, *, staffed: bool) -> None:
    """Where that was asked for: the draft is saved, whether it may be published or not."""
    if request.POST.get("act") != "publish":
        messages.success(request, _("Kladden er gemt. Kun jeres egen kommune ser den."))
        return
    try:
        publish_course(course, by=request.actor, at=clock.now())
    except Refusal as refusal:
        words = _("Gemt som kladde, men ikke offentliggjort. %(why)s")
        messages.warning(request, words % {"why": refusal})
    else:
        messages.success(request, _("Forløbet er gemt og åbent for tilmelding."))
        if not staffed:
            staff = reverse("courses:staff_course", args=[course.pk])
            words = _("Ingen mødegang har en rådgiver endnu.")
            linked = format_html('{} <a href="{}">{}</a>', words, staff, _("Bemanding"))
            messages.warning(request, linked)


def _choices(request: SignedIn, course: Course | None) -> Choices:
    actor, today = request.actor, clock.today()
    agreement = course.agreement if course else planning.planned_for(actor, today)[1]
    return Choices(
        planning.providers(actor, agreement, today, besides=course),
        planning.rooms(actor, besides=course.room_id if course else None),
        concepts(actor, today),
        list(colleagues(actor)),
        planning.closed_days(actor),
    )
