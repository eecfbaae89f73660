"""Sag: everything about one citizen that one may see, as a line through time."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.closing import close_referral
from referrals.commands.consent import give_consent, withdraw_consent
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons, timeline
from roegfri.ui.screens import show, submitted


@screen(Right.REFERRALS_READ)
@reasons.needed
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """The file; outside one's own open cases a reason is asked for first."""
    return _shown(request, pk)


def _shown(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    found = queries.citizen_file(request.actor, pk)
    born = found.citizen.birth_date
    context = {
        "file": found,
        "citizen": found.citizen,
        "referral": found.referral,
        "entries": timeline.of(found),
        "age": clock.age_on(born, clock.today()) if born else None,
        "today": clock.today(),
        "consent_form": forms.GiveConsent(),
        "close_form": forms.Close(),
        **bound,
    }
    return show(request, "desk/file.html", context)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def consent(request: SignedIn, pk: UUID) -> HttpResponse:
    """Notes a consent."""
    referral = queries.referral(request.actor, pk)
    form = forms.GiveConsent(request.POST or None)
    act = partial(give_consent, referral.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Samtykket er noteret."))
        return redirect("desk:file", pk)
    return _shown(request, pk, consent_form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def withdraw(request: SignedIn, pk: UUID, consent_pk: UUID) -> HttpResponse:
    """Notes that a consent was taken back."""
    given = queries.consent(request.actor, pk, consent_pk)
    form = forms.Confirm(request.POST or None)
    if submitted(request, form, partial(withdraw_consent, given, by=request.actor, at=clock.now())):
        messages.success(request, _("Samtykket er trukket tilbage."))
        return redirect("desk:file", pk)
    return _shown(request, pk, withdraw_form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def close(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ends the referral."""
    referral = queries.referral(request.actor, pk)
    form = forms.Close(request.POST or None)
    act = partial(close_referral, referral, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Sagen er afsluttet."))
        return redirect("desk:today")
    return _shown(request, pk, close_form=form)
