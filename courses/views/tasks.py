"""Opgave: what somebody has to do about a participant or a course; one press per outcome."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from courses.commands.tasks import finish_task, take_up_task
from courses.commands.ticks import tick, untick
from courses.forms.task import Finish, Point
from courses.models import Task
from courses.queries import checklist as lists
from courses.queries import tasks as queries
from courses.states import TaskKind, TaskResult
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Refusal
from roegfri.ui.screens import filled, show, submitted
from roegfri.ui.templatetags.ui import moment


@screen(Right.COURSES_RUN)
def task(request: SignedIn, pk: UUID) -> HttpResponse:
    """What is due, whom it is about, and what came of it; then the next task is open."""
    at, one = clock.now(), queries.task(request.actor, pk)
    if request.method != "POST" and one.done_at is None and (where := _elsewhere(one)):
        return redirect(where)
    if "undo" in request.POST:
        return _taken_up(request, one)
    doing = queries.doing(request.actor, one, at=at)
    retries = [(when, moment(when)) for when in doing.retries]
    form = filled(request, Finish, retries=retries, initial={"seen": one.attempts})
    act = partial(finish_task, one, by=request.actor, at=at)
    if submitted(request, form, act):
        return _onwards(request, one, TaskResult(form.cleaned_data["result"]))
    context = {"doing": doing, "task": one, "form": form, "late": one.due_at <= at}
    context["may_plan"] = request.actor.may(Right.COURSES_PLAN)
    return show(request, "courses/task.html", context)


def _elsewhere(one: Task) -> str:
    """The page on which a task is done, where it is done by doing it there."""
    if one.kind == TaskKind.FINISH:
        return reverse("courses:ending", args=[one.course_id])
    return ""


def _taken_up(request: SignedIn, one: Task) -> HttpResponse:
    try:
        take_up_task(one, by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Fortrudt. Opgaven står, som den stod før."))
    return redirect("courses:task", one.pk)


def _onwards(request: SignedIn, one: Task, result: TaskResult) -> HttpResponse:
    """To the next that is due now, with a way back to this one."""
    at = clock.now()
    messages.success(
        request,
        format_html(
            '{} <a href="{}" data-key="z">{} <kbd>z</kbd></a>',
            _("Noteret: %(result)s. %(what)s.")
            % {"result": result.label, "what": one.get_kind_display()},
            reverse("courses:task", args=[one.pk]),
            _("Se eller fortryd"),
        ),
    )
    following = queries.following(request.actor, one, at=at)
    return redirect("courses:task", following) if following else redirect("desk:today")


@screen(Right.COURSES_RUN)
def point(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ticks one item of a participant's checklist, or takes the tick away."""
    enrolment = lists.ticked_on(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:participant", pk)
    form = Point(request.POST, meetings=lists.meetings_of(request.actor, enrolment))

    def act(*, done: bool, **given: object) -> None:
        command = tick if done else untick
        command(enrolment, **given, by=request.actor, at=clock.now())  # type: ignore[arg-type]

    if not submitted(request, form, act):
        for words in (str(word) for errors in form.errors.values() for word in errors):
            messages.error(request, words)
    if "HX-Request" in request.headers:
        context = {
            "checklist": lists.checklist(request.actor, enrolment),
            "enrolment": enrolment,
            "refused": form.errors,
            "touched": request.POST.get("item", ""),
        }
        return show(request, "courses/_checklist.html", context)
    return redirect("courses:participant", pk)
