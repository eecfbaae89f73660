"""Opkald: one person, one conversation, and the next one is open."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.contact import add_phone, log_call
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import calling, reasons
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def call(request: SignedIn, pk: UUID) -> HttpResponse:
    """The call screen. Logging an outcome opens the next person."""
    at = clock.now()
    referral = queries.referral(request.actor, pk)
    form = filled(request, forms.Call)
    act = partial(log_call, referral, by=request.actor, at=at)
    if submitted(request, form, act):
        messages.success(request, calling.said(request.actor, pk, form.cleaned_data["outcome"]))
        return _onwards(request, pk)
    return show(request, "desk/call.html", calling.context(referral, form, at=at))


def _onwards(request: SignedIn, pk: UUID) -> HttpResponse:
    following = queries.after_this(request.actor, pk, at=clock.now())
    if following is None:
        messages.info(request, _("Der er ikke flere at ringe til lige nu."))
        return redirect("desk:today")
    return redirect("desk:call", following)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def new_phone(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another number for the citizen, called first from now on."""
    referral = queries.referral(request.actor, pk)
    form = forms.AddPhone(request.POST or None)
    act = partial(add_phone, referral.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Telefonnummeret er gemt."))
        return redirect("desk:call", pk)
    context = calling.context(referral, forms.Call(), at=clock.now()) | {"phone_form": form}
    return show(request, "desk/call.html", context)
