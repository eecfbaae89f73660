"""Why somebody's file is opened outside one's own open cases: asked before it is shown.

The reason holds for half an hour in this session, and every line of the look-up log carries it.
"""

import datetime as dt
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from referrals import forms, queries
from roegfri import clock
from roegfri.accounts.access import SignedIn
from roegfri.audit import looks
from roegfri.ui.screens import show

_KEY = "reasons"
_HOLDS = dt.timedelta(minutes=30)


def missing(request: SignedIn, pk: UUID) -> bool:
    """Whether a reason must be asked for first. One that was given goes into the log."""
    if not queries.needs_reason(request.actor, pk):
        return False
    given = request.session.get(_KEY, {}).get(_for(request, pk))
    if given is None or clock.now() - dt.datetime.fromisoformat(given["at"]) > _HOLDS:
        return True
    looks.because(given["reason"])
    return False


def ask(request: SignedIn, pk: UUID) -> HttpResponse:
    """The page that asks; it shows nothing about the person."""
    if "reason" not in request.POST:
        return show(request, "desk/reason.html", {"form": forms.Reason(), "pk": pk})
    form = forms.Reason(request.POST)
    if not form.is_valid():
        return show(request, "desk/reason.html", {"form": form, "pk": pk})
    now = clock.now()
    kept = {
        key: one
        for key, one in request.session.get(_KEY, {}).items()
        if now - dt.datetime.fromisoformat(one["at"]) <= _HOLDS
    }
    kept[_for(request, pk)] = {"reason": form.cleaned_data["reason"], "at": now.isoformat()}
    request.session[_KEY] = kept
    return redirect(request.path)


def _for(request: SignedIn, pk: UUID) -> str:
    """A reason holds for one case under one role."""
    return f"{request.actor.grant_id}:{pk}"
