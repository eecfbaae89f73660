"""Mødegang: who came, on one page for a telephone; closed by one tap."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.commands import marking
from courses.commands.marking.who import AHEAD
from courses.forms.marking import One, Sheet
from courses.forms.walkin import WalkInForm
from courses.models import Enrolment
from courses.queries.meeting_room import Room, meeting_at, meeting_room
from courses.views import present
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Conflict, Refusal
from roegfri.ui import drafts
from roegfri.ui.screens import CONFLICT, UNPROCESSABLE, show, submitted, typed


@screen(Right.COURSES_RUN)
def meeting(request: SignedIn, pk: UUID) -> HttpResponse:
    """Who should be there, and what is registered of each."""
    room = meeting_room(request.actor, pk)
    waiting = typed(request, sent_to=_sheet_of(pk)) if request.method == "GET" else None
    return _shown(request, room, Sheet.half(waiting, room.people) if waiting else None)


@screen(Right.COURSES_RUN)
def marks(request: SignedIn, pk: UUID) -> HttpResponse:
    """The whole sheet, saved."""
    return _sheet(request, pk, rest=False)


@screen(Right.COURSES_RUN)
def everybody(request: SignedIn, pk: UUID) -> HttpResponse:
    """«Alle mødt»: the sheet, and all of whom nothing is registered. A script is told who."""
    if request.headers.get("Accept") != "application/json" or request.method != "POST":
        return _sheet(request, pk, rest=True)
    held = meeting_at(request.actor, pk)
    form = Sheet(request.POST, people=())
    done: list[marking.Marked] = []

    def act(*, once: UUID, **_lines: object) -> None:
        done.extend(marking.mark_all(held, once=once, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        rows = [{"enrolment": str(one.enrolment), "version": one.version} for one in done]
        return JsonResponse({"marked": rows})
    return _refused(form.errors.get("__all__", [_("Genindlæs siden.")]))


@screen(Right.COURSES_RUN)
def one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One registration by the page's script; what it came to, or the difference, as JSON."""
    held = meeting_at(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:meeting", pk)
    form = One(request.POST)
    if not form.is_valid():
        return _refused(form.errors.get("__all__", [_("Genindlæs siden.")]))
    given = form.cleaned_data
    enrolment = Enrolment(pk=given.pop("enrolment"))
    try:
        done = marking.mark(enrolment, held, **given, by=request.actor, at=clock.now())
    except marking.Differs as difference:
        return JsonResponse(present.as_json(difference), status=CONFLICT)
    except Refusal as refusal:
        status = CONFLICT if isinstance(refusal, Conflict) else UNPROCESSABLE
        return _refused([str(refusal)], status=status)
    return JsonResponse({"enrolment": str(done.enrolment), "version": done.version})


@screen(Right.COURSES_RUN)
def close(request: SignedIn, pk: UUID) -> HttpResponse:
    """«Luk mødegangen»: what stands on the sheet is saved first, whatever becomes of the rest."""
    return _sheet(request, pk, rest=False, then=_close)


@screen(Right.COURSES_RUN)
def reopen(request: SignedIn, pk: UUID) -> HttpResponse:
    """It was closed too early."""
    held = meeting_at(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:meeting", pk)
    try:
        marking.reopen_meeting(held, by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("courses:meeting", pk)


@screen(Right.COURSES_RUN)
def attendance_list(request: SignedIn, pk: UUID) -> HttpResponse:
    """The list on paper, for where there is no screen: given names alone."""
    room = meeting_room(request.actor, pk)
    return show(request, "courses/attendance_list.html", {"room": room, "blank": range(3)})


def _sheet(request: SignedIn, pk: UUID, *, rest: bool, then: Any = None) -> HttpResponse:
    room = meeting_room(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:meeting", pk)
    form = Sheet(request.POST, people=room.people)
    answers: list[dict[UUID, marking.Differs]] = []
    save = partial(marking.mark_sheet, room.meeting, rest=rest, by=request.actor, at=clock.now())
    if not submitted(request, form, lambda **given: answers.append(save(**given))):
        return _shown(request, room, form)
    drafts.forget(request.user.pk, _sheet_of(pk))
    room = meeting_room(request.actor, pk)
    if answers[0]:
        return _differs(request, room, form, answers[0])
    if then:
        return then(request, room)  # type: ignore[no-any-return]
    messages.success(request, _("Fremmødet er gemt."))
    return redirect("courses:meeting", pk)


def _sheet_of(pk: UUID) -> str:
    return reverse("courses:meeting_marks", args=[pk])


def _close(request: SignedIn, room: Room) -> HttpResponse:
    try:
        anyway = "anyway" in request.POST
        marking.close_meeting(room.meeting, anyway=anyway, by=request.actor, at=clock.now())
    except marking.NotRegistered as asked:
        return _shown(request, room, ask=str(asked), status=UNPROCESSABLE)
    except marking.AlreadyClosed as told:
        return _shown(request, meeting_room(request.actor, room.meeting.pk), told=str(told),
                      status=CONFLICT)  # fmt: skip
    except Refusal as refusal:
        return _shown(request, room, told=str(refusal), status=UNPROCESSABLE)
    messages.success(request, present.closed_words(room))
    return redirect("courses:meeting", room.meeting.pk)


def _differs(
    request: SignedIn, room: Room, form: Sheet, differing: Mapping[UUID, marking.Differs]
) -> HttpResponse:
    words = _(
        "En anden har registreret noget andet imens. Resten er gemt. Vælg, hvad der skal stå ved"
        " dem, der er markeret, og gem igen."
    )
    return _shown(request, room, form, differing=differing, told=words, status=CONFLICT)


def _shown(
    request: SignedIn,
    room: Room,
    form: Sheet | None = None,
    *,
    differing: Mapping[UUID, marking.Differs] | None = None,
    status: int = 0,
    **told: str,
) -> HttpResponse:
    at = clock.now()
    context = {
        "room": room,
        "rows": [present.row(one, form, differing or {}) for one in room.expected],
        "since": [present.row(one, form, differing or {}) for one in room.since],
        "form": form,
        "ahead": room.meeting.starts_at - at > AHEAD,
        "begun": room.meeting.starts_at <= at,
        "once": uuid4(),
        "owner": present.owner(request.actor),
        "walk_in": WalkInForm(),
        **told,
    }
    return show(request, "courses/meeting.html", context, part="courses/_marks.html",
                status=status)  # fmt: skip


def _refused(words: Iterable[object], *, status: int = UNPROCESSABLE) -> JsonResponse:
    return JsonResponse({"refused": " ".join(map(str, words))}, status=status)
