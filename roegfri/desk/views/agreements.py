"""Aftaler: every term, rate and membership on any day; and what is added from a day on."""

import datetime as dt
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk.forms.agreements import AsOf, NewRate, NewTerm
from roegfri.organisations import commands
from roegfri.organisations.models import Agreement, Municipality
from roegfri.organisations.queries import agreements as queries
from roegfri.organisations.terms import RATES, TERMS
from roegfri.ui.screens import show, submitted


@screen(Right.AGREEMENTS_READ)
def agreements(request: SignedIn) -> HttpResponse:
    """Those one may read; where there is one, that one."""
    found = list(queries.agreements(request.actor, on=clock.today()))
    if len(found) == 1:
        return redirect("desk:agreement", found[0].pk)
    return show(request, "desk/agreements.html", {"agreements": found})


@screen(Right.AGREEMENTS_READ)
def agreement(request: SignedIn, pk: UUID) -> HttpResponse:
    """One agreement as it stands on a day."""
    viewer = request.actor
    found = queries.agreement(viewer, pk)
    form, on = _as_of(request)
    context = {
        "agreement": found,
        "on": on,
        "is_today": on == clock.today(),
        "as_of": form,
        "sections": queries.terms_on(viewer, found, on),
        "rates": queries.rates_on(viewer, found, on),
        "members": queries.memberships_on(viewer, found, on),
        "may_change": _may_change(request, found),
    }
    return show(request, "desk/agreement.html", context)


def _as_of(request: HttpRequest) -> tuple[AsOf, dt.date]:
    """Today, unless another day was asked for; a day that is none is told, and today shown."""
    today = clock.today()
    form = AsOf(request.GET if "dato" in request.GET else {"dato": today.isoformat()})
    return form, form.cleaned_data["dato"] if form.is_valid() else today


def _may_change(request: SignedIn, found: Agreement) -> bool:
    return request.actor.may(Right.AGREEMENTS_CHANGE) and request.actor.organisation_id == found.pk


@screen(Right.AGREEMENTS_READ)
def term(request: SignedIn, pk: UUID, name: str) -> HttpResponse:
    """All that a term has been and will be."""
    found = queries.agreement(request.actor, pk)
    versions = queries.term_history(request.actor, found, name, clock.today())
    context = {
        "agreement": found,
        "name": name,
        "meaning": TERMS[name],
        "label": TERMS[name].label,
        "versions": versions,
        "may_change": _may_change(request, found),
    }
    return show(request, "desk/agreement_history.html", context)


@screen(Right.AGREEMENTS_CHANGE)
def add_term(request: SignedIn, pk: UUID, name: str) -> HttpResponse:
    """A term's new value from a day on."""
    found = queries.agreement_to_change(request.actor, pk)
    if name not in TERMS:
        raise Http404
    today = clock.today()
    form = NewTerm(
        request.POST or None,
        name=name,
        municipalities=queries.fee_payers(request.actor, found),
        today=today,
    )
    act = partial(commands.add_term, found, name=name, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Vilkåret er tilføjet."))
        return redirect("desk:agreement_term", pk, name)
    versions = queries.term_history(request.actor, found, name, today)
    context = {"agreement": found, "meaning": TERMS[name], "label": TERMS[name].label}
    return show(request, "desk/agreement_add.html", {**context, "form": form, "versions": versions})


@screen(Right.AGREEMENTS_READ)
def rate(request: SignedIn, pk: UUID, name: str, code: str = "") -> HttpResponse:
    """All that a rate has been and will be; `code` is the municipality's where each has its own."""
    found = queries.agreement(request.actor, pk)
    payer = queries.rate_of(request.actor, found, name, code)
    versions = queries.rate_history(request.actor, found, name, code, clock.today())
    context = {
        "agreement": found,
        "name": name,
        "code": code,
        "meaning": RATES[name],
        "label": _rate_label(name, payer),
        "versions": versions,
        "is_rate": True,
        "may_change": _may_change(request, found),
    }
    return show(request, "desk/agreement_history.html", context)


def _rate_label(name: str, payer: Municipality | None) -> str:
    label = str(RATES[name].label)
    return f"{label}: {payer}" if payer else label


@screen(Right.AGREEMENTS_CHANGE)
def add_rate(request: SignedIn, pk: UUID, name: str, code: str = "") -> HttpResponse:
    """A new amount from a day on."""
    found = queries.agreement_to_change(request.actor, pk)
    payer = queries.rate_of(request.actor, found, name, code)
    versions = queries.rate_history(request.actor, found, name, code, clock.today())
    form = NewRate(request.POST or None, today=clock.today())
    act = partial(
        commands.add_rate,
        found,
        name=name,
        municipality=payer,
        by=request.actor,
        at=clock.now(),
    )
    if submitted(request, form, act):
        messages.success(request, _("Taksten er tilføjet."))
        return redirect("desk:agreement_rate", pk, name, *([code] if code else []))
    context = {"agreement": found, "meaning": RATES[name], "label": _rate_label(name, payer)}
    return show(request, "desk/agreement_add.html", {**context, "form": form, "versions": versions})
