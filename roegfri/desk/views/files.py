"""Sag: everything about one citizen that one may see, as a line through time."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.consent import give_consent, withdraw_consent
from referrals.commands.extracts import reveal_address, reveal_number
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.file.page import show_file
from roegfri.ui.screens import submitted

_REVEAL = {"number": reveal_number, "address": reveal_address}


@screen(Right.REFERRALS_READ)
@reasons.needed
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """The file; outside one's own open cases a reason is asked for first."""
    return show_file(request, pk)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def reveal(request: SignedIn, pk: UUID) -> HttpResponse:
    """Shows once what is masked otherwise: the whole number, or a protected address."""
    citizen = queries.kept(request.actor, queries.referral(request.actor, pk).citizen)
    form = forms.Reveal(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_file(request, pk)
    what = form.cleaned_data["what"]
    shown = _REVEAL[what](citizen, by=request.actor, at=clock.now())
    return show_file(request, pk, revealed={what: shown})


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def consent(request: SignedIn, pk: UUID) -> HttpResponse:
    """Notes a consent."""
    citizen = queries.kept(request.actor, queries.referral(request.actor, pk).citizen)
    form = forms.GiveConsent(request.POST or None)
    act = partial(give_consent, citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Samtykket er noteret."))
        return redirect("desk:file", pk)
    return show_file(request, pk, consent_form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def withdraw(request: SignedIn, pk: UUID, consent_pk: UUID) -> HttpResponse:
    """Notes that a consent was taken back."""
    given = queries.consent(request.actor, pk, consent_pk)
    form = forms.Confirm(request.POST or None)
    if submitted(request, form, partial(withdraw_consent, given, by=request.actor, at=clock.now())):
        messages.success(request, _("Samtykket er trukket tilbage."))
        return redirect("desk:file", pk)
    return show_file(request, pk, withdraw_form=form)
