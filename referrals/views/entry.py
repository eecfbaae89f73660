"""Ny henvisning: the short form, what is found in a pasted text, and who may be the same."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.elsewhere import ask_elsewhere
from referrals.commands.onwards import write_referral
from referrals.intake import pasted
from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_HANDLE)
def new(request: SignedIn) -> HttpResponse:
    """The short form. Somebody who may be known already is decided about before it is saved."""
    at = clock.now()
    form = filled(request, forms.NewReferral, initial={"received_at": at})
    handler = queries.own_municipality(request.actor)
    act = partial(write_referral, handler=handler, by=request.actor, at=at)
    made: list[Referral] = []
    if submitted(request, form, lambda **given: made.append(act(**given))):
        messages.success(request, _written(made[0]))
        return redirect("desk:today")
    return _shown(request, form)


def _written(referral: Referral) -> SafeString:
    """That it was made, and the way to it: on a long list it may stand on another page."""
    words = _("Henvisningen er oprettet og står på opkaldslisten.")
    name = referral.citizen.name or _("Navn ukendt")
    way = reverse("desk:call", args=[referral.pk])
    return format_html('{} <a href="{}">{}</a>', words, way, name)


@screen(Right.REFERRALS_HANDLE)
def paste(request: SignedIn) -> HttpResponse:
    """What the pasted text tells, filled in to be confirmed. Nothing is saved."""
    if request.method != "POST":
        return redirect("referrals:new")
    found = pasted.read(request.POST.get("text", ""), on=clock.today())
    form = forms.NewReferral.refilled(request.POST, pasted.as_typed(found))
    missing = next((name for name in ("phone", "source") if not form.data.get(name)), "")
    if missing:
        form.start_at(missing)
    return _shown(request, form, ready=not missing)


@screen(Right.REFERRALS_HANDLE)
def duplicates(request: SignedIn) -> HttpResponse:
    """Who of one's own may be the same person, and whether another municipality may know her."""
    if request.method != "POST":
        return redirect("referrals:new")
    form = forms.NewReferral.half(request.POST)
    return show(request, "referrals/_duplicates.html", _known(request, form))


def _shown(request: SignedIn, form: forms.NewReferral, *, ready: bool = False) -> HttpResponse:
    """`ready`: nothing is missing, and the keyboard is on the button that saves."""
    context = {"ready": ready, **_known(request, form)}
    return show(request, "referrals/new.html", context, part="referrals/_entry.html")


def _known(request: SignedIn, form: forms.NewReferral) -> dict[str, Any]:
    """For the panel under the fields; nothing is asked before anything is typed."""
    if not form.is_bound:
        return {"form": form, "candidates": []}
    who, today = form.who(), clock.today()
    found = queries.likely_same(request.actor, who)
    by_age = queries.guardian_age(request.actor, today) if who.born else None
    return {
        "form": form,
        "candidates": found,
        "certain": any(one.certain for one in found),
        "undecided": any(one.undecided for one in found) and not form.data.get("decided"),
        "elsewhere": None if found else ask_elsewhere(who, by=request.actor, at=clock.now()),
        "child": bool(by_age and who.born and clock.age_on(who.born, today) < by_age),
        "guardian_age": by_age,
    }
