"""STOPbasen's pack of a course: what is typed there, and that it has been."""

from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.commands.transfer import (
    extract_pack,
    mark_transferred,
    reveal_numbers,
    unmark,
)
from courses.exports.pack import pack_file
from courses.forms import pack as forms
from courses.queries import course as courses
from courses.queries.pack import Card, Pack, pack
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import UNPROCESSABLE, show, submitted


@screen(Right.COURSES_RUN)
def page(request: SignedIn, pk: UUID) -> HttpResponse:
    """All values in typing order; CPR numbers masked."""
    return _show(request, _pack(request, pk))


@screen(Right.COURSES_RUN)
def numbers(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same with whole CPR numbers, after saying why."""
    if request.method != "POST":
        courses.hosted_course(request.actor, pk)
        return redirect("courses:pack", pk)
    form = forms.Reveal(request.POST)
    found = _pack(request, pk, whole=form.is_valid())
    act = partial(reveal_numbers, found.course, found.numbered, by=request.actor, at=clock.now())
    submitted(request, form, act)
    return _show(request, found, reveal=form)


@screen(Right.COURSES_RUN)
def mark(request: SignedIn, pk: UUID) -> HttpResponse:
    """One or all stand in STOPbasen; a part of the page is answered with her card alone."""
    found = courses.hosted_course(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:pack", pk)
    form = forms.Transfer(request.POST)
    done: list[int] = []

    def act(typed: dict[UUID, bytes]) -> None:
        done.append(mark_transferred(found, typed, by=request.actor, at=clock.now()))

    if half := _half(request, pk):
        return _show(request, half[0], half=half[1], status=UNPROCESSABLE)
    if not submitted(request, form, act):
        return _show(request, _pack(request, pk), form=form)
    if request.headers.get("HX-Request"):
        return _show_card(request, _pack(request, pk), next(iter(form.cleaned_data["typed"])))
    words = ngettext("%(n)d er markeret som overført.", "%(n)d er markeret som overført.", done[0])
    messages.success(request, words % {"n": done[0]})
    return redirect("courses:pack", pk)


@screen(Right.COURSES_RUN)
def take_back(request: SignedIn, pk: UUID) -> HttpResponse:
    """She does not stand in STOPbasen after all, or no more."""
    found = courses.hosted_course(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:pack", pk)
    form = forms.TakeBack(request.POST)
    if submitted(request, form, partial(unmark, found, by=request.actor, at=clock.now())):
        messages.success(request, _("Deltageren er ikke længere markeret som overført."))
        return redirect("courses:pack", pk)
    return _show(request, _pack(request, pk), form=form)


@screen(Right.COURSES_RUN)
def sheet(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same as a CSV file, with whole CPR numbers."""
    found = _pack(request, pk, whole=True)
    persons = [one.ended.citizen_id for one in found.cards]
    extract_pack(found.course, persons, by=request.actor, at=clock.now())
    return pack_file(found)


def _pack(request: SignedIn, pk: UUID, *, whole: bool = False) -> Pack:
    """Of one's own municipality's course; nobody takes part in a draft. Raises Http404."""
    found = courses.hosted_course(request.actor, pk)
    return pack(request.actor, found, at=clock.now(), whole=whole)


def _half(request: SignedIn, pk: UUID) -> tuple[Pack, list[Card]] | None:
    """Whoever says that everybody is typed is asked once where a form is not whole."""
    if "all" not in request.POST or "sure" in request.POST:
        return None
    found = _pack(request, pk)
    half = [one for one in found.cards if not (one.is_done or one.completeness.is_complete)]
    return (found, half) if half else None


def _show(request: SignedIn, found: Pack, *, status: int = 0, **bound: Any) -> HttpResponse:
    context = {
        "pack": found,
        "course": found.course,
        "may_plan": request.actor.may(Right.COURSES_PLAN),
        "reveal": forms.Reveal(),
        "form": None,
        "opened": _opened(request),
        **bound,
    }
    return show(request, "courses/pack.html", context, status=status)


def _opened(request: SignedIn) -> UUID | None:
    """Whose values are shown though she is typed: a page of hundreds would be mostly those."""
    with suppress(ValueError):
        return UUID(request.GET.get("vis", ""))
    return None


def _show_card(request: SignedIn, found: Pack, pk: UUID) -> HttpResponse:
    card = next((one for one in found.cards if one.id == pk), None)
    if card is None:
        raise Http404
    context = {"pack": found, "course": found.course, "card": card, "again": True}
    return show(request, "courses/_pack_marked.html", context)
