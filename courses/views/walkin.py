"""Somebody walks in without being enrolled."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.walkin import WalkedIn, WalkIn, walk_in
from courses.forms.walkin import NEW, WalkInForm
from courses.models import Enrolment, Meeting
from courses.queries.meeting_room import meeting_at
from courses.queries.walkin import Known, known_as
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.persons import names
from roegfri.ui.screens import filled, show, submitted


@screen(Right.COURSES_RUN)
def comes(request: SignedIn, pk: UUID) -> HttpResponse:
    """Who it is, as far as it is known; who she may be is asked before she is written down."""
    held = meeting_at(request.actor, pk)
    form = filled(request, WalkInForm)
    known = _known(request, held, form)
    if known and form.is_valid() and not form.cleaned_data["decided"]:
        form.add_error("decided", _("Vi kender måske den, der kom. Vælg, hvem det er."))
    done: list[WalkedIn] = []

    def act(**given: Any) -> None:
        done.append(_arrive(held, **given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        messages.success(request, _words(done[0]))
        return redirect("courses:meeting", pk)
    return show(request, "courses/walk_in.html", {"meeting": held, "form": form, "known": known})


def _known(request: SignedIn, held: Meeting, form: WalkInForm) -> Sequence[Known]:
    if request.method != "POST" or not form.is_valid():
        return ()
    who: WalkIn = form.cleaned_data["who"]
    return known_as(request.actor, held, names.full(who.given_names, who.surname), who.phone)


def _arrive(
    held: Meeting,
    *,
    who: WalkIn,
    decided: tuple[str, UUID] | None,
    once: UUID,
    by: Actor,
    at: dt.datetime,
) -> WalkedIn:
    kind, pk = decided or (NEW, None)
    return walk_in(
        held,
        who,
        participant=Enrolment(pk=pk) if kind == "participant" else None,
        citizen=pk if kind == "citizen" else None,
        once=once,
        by=by,
        at=at,
    )


def _words(came: WalkedIn) -> str:
    """That she is noted, and what is to be done about it."""
    words = [_("Noteret som mødt.")]
    if came.waits:
        words.append(_("Forløbet er fuldt: borgeren står på ventelisten og på «I dag»."))
    if came.missing:
        missing = ", ".join(came.missing)
        words.append(_("Mangler %(missing)s: det står på «I dag».") % {"missing": missing})
    return " ".join(words)
