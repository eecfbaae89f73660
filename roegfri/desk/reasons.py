"""Why somebody's file is opened outside one's own open cases: asked before it is shown.

The reason holds for half an hour in this session, and every line of the look-up log carries it.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
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


def needed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of one case: shows it, or asks why first."""

    @wraps(view)
    def asked(request: SignedIn, pk: UUID, **more: UUID) -> HttpResponse:
        return _ask(request, pk) if _missing(request, pk) else view(request, pk, **more)

    return asked


def _missing(request: SignedIn, pk: UUID) -> bool:
    """Whether a reason must be asked for first. One that was given goes into the log."""
    if not queries.needs_reason(request.actor, pk):
        return False
    given = request.session.get(_KEY, {}).get(_for(request, pk))
    if given is None or clock.now() - dt.datetime.fromisoformat(given["at"]) > _HOLDS:
        return True
    looks.because(given["reason"])
    return False


def _ask(request: SignedIn, pk: UUID) -> HttpResponse:
    """The page that asks; it shows nothing about the person."""
    if "because" not in request.POST:
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
    kept[_for(request, pk)] = {"reason": form.cleaned_data["because"], "at": now.isoformat()}
    request.session[_KEY] = kept
    # A form that was sent without a reason is not carried out: the case is shown instead.
    route = request.resolver_match.view_name if request.resolver_match else ""
    return redirect("desk:call" if route == "desk:call" else "desk:file", pk)


def _for(request: SignedIn, pk: UUID) -> str:
    """A reason holds for one case under one role."""
    return f"{request.actor.grant_id}:{pk}"
