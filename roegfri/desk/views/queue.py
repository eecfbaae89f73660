"""What happens on the lines of "I dag" without leaving it: calls noted, undone, live marks."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.contact import log_call
from referrals.models import ContactAttempt
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk.commands import take_back_call
from roegfri.desk.forms.queue import Note, OnScreen
from roegfri.desk.lines import line, logged_words, mark_words
from roegfri.ui.screens import UNPROCESSABLE, show, submitted


@screen(Right.REFERRALS_HANDLE)
def note(request: SignedIn, pk: UUID) -> HttpResponse:
    """Notes on its line that nobody answered; the line is greyed and stays where it is.

    A case that asks why it is opened is noted on its own page.
    """
    asks_why = queries.needs_reason(request.actor, pk)
    if request.method != "POST":
        return redirect("desk:call", pk)
    if asks_why:
        return _to_call(request, pk)
    referral = queries.referral(request.actor, pk)
    form, calls = Note(request.POST), list[ContactAttempt]()

    def act(**given: Any) -> None:
        calls.append(log_call(referral, **given, by=request.actor, at=clock.now()))

    if not submitted(request, form, act):
        return _refused(request, pk, form)
    if not _on_list(request):
        return redirect("desk:logged", pk, calls[0].pk)
    return _show_logged(request, queries.logged_call(request.actor, pk, calls[0].pk))


@screen(Right.REFERRALS_HANDLE)
def logged(request: SignedIn, pk: UUID, attempt_pk: UUID) -> HttpResponse:
    """A call as it was noted, and the way to take it back."""
    if queries.needs_reason(request.actor, pk):
        return _to_call(request, pk)
    attempt = queries.logged_call(request.actor, pk, attempt_pk)
    if request.method != "POST":
        return _show_logged(request, attempt)
    form = forms.Confirm(request.POST)
    act = partial(take_back_call, attempt, by=request.actor, at=clock.now())
    if not submitted(request, form, act):
        return _refused(request, attempt.referral_id, form)
    if not _on_list(request):
        messages.success(request, _("Opkaldet er fortrudt."))
        return redirect("desk:today")
    row = queries.queued(request.actor, attempt.referral_id)
    lines = [line(row, at=clock.now())] if row else []
    return show(request, "desk/_line_again.html", {"lines": lines, "once": uuid4()})


@screen(Right.REFERRALS_HANDLE)
def marks(request: SignedIn) -> HttpResponse:
    """What has become of the lines on the screen; asked by the page itself, every 20 seconds."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = OnScreen(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    asked = form.cleaned_data
    view = queries.View(asked["vis"])
    found = queries.marks(request.actor, asked["ids"], since=asked["shown_at"])
    new = queries.newcomers(
        request.actor, view=view, shown=asked["ids"], since=asked["since"], until=asked["until"]
    )
    context = {
        "marks": [(mark.id, mark_words(mark, viewer=request.actor)) for mark in found],
        "new": new,
        "is_news": str(new) != asked["told"],
        "view": view,
    }
    return show(request, "desk/_marks.html", context)


def _on_list(request: SignedIn) -> bool:
    """Whether the line is swapped where it stands; without scripts a page is shown."""
    return "HX-Request" in request.headers


def _show_logged(request: SignedIn, attempt: ContactAttempt) -> HttpResponse:
    row = queries.queued(request.actor, attempt.referral_id)
    context = {
        "attempt": attempt,
        "pk": attempt.referral_id,
        "name": queries.kept(request.actor, attempt.referral.citizen).name,
        "words": logged_words(attempt, row, at=clock.now()),
    }
    return show(request, "desk/logged.html", context, part="desk/_logged.html")


def _refused(request: SignedIn, pk: UUID, form: django_forms.Form) -> HttpResponse:
    """Why nothing was noted, on the line or on top of the page."""
    words = next((str(word) for errors in form.errors.values() for word in errors), "")
    if not _on_list(request):
        messages.error(request, words)
        return redirect("desk:today")
    name = queries.kept(request.actor, queries.referral(request.actor, pk).citizen).name
    context = {"pk": pk, "name": name, "refused": words}
    return show(request, "desk/_logged.html", context, status=UNPROCESSABLE)


def _to_call(request: SignedIn, pk: UUID) -> HttpResponse:
    there = redirect("desk:call", pk)
    if _on_list(request):
        return HttpResponse(headers={"HX-Redirect": there.headers["Location"]})
    return there
