"""Closing a case, opening it again, and giving it on; each a page of its own, from Sag."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.queries.enrolled import live_of_case
from referrals import forms, queries
from referrals.commands.closing import reopen_referral
from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.commands import case_to_quitline, close_case, give_case_on
from roegfri.desk.forms.endings import CaseToQuitline, CloseCase
from roegfri.ui.screens import filled, show, submitted


def _page(request: SignedIn, template: str, referral: Referral, form: Form) -> HttpResponse:
    context = {"form": form, "referral": referral, "citizen": referral.citizen}
    return show(request, template, context)


def _done(request: SignedIn, words: str, to: str, *args: UUID) -> HttpResponse:
    messages.success(request, words)
    return redirect(to, *args)


def _act(command: Callable[..., object], referral: Referral, request: SignedIn) -> partial[object]:
    return partial(command, referral, by=request.actor, at=clock.now())


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def close(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ends the case."""
    referral = queries.referral(request.actor, pk)
    form = filled(request, CloseCase, on=live_of_case(request.actor, referral.pk))
    if submitted(request, form, _act(close_case, referral, request)):
        return _done(request, _("Sagen er afsluttet."), "desk:today")
    return _page(request, "desk/close.html", referral, form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def reopen(request: SignedIn, pk: UUID) -> HttpResponse:
    """Opens it again, to be called now."""
    referral = queries.referral(request.actor, pk)
    form = filled(request, forms.Reopen)
    if submitted(request, form, _act(reopen_referral, referral, request)):
        return _done(request, _("Sagen er åben igen og står på listen."), "desk:call", pk)
    return _page(request, "desk/reopen.html", referral, form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def give_on(request: SignedIn, pk: UUID) -> HttpResponse:
    """Gives it to another municipality."""
    referral = queries.referral(request.actor, pk)
    others = queries.may_receive(request.actor, clock.today())
    form = filled(request, forms.HandOver, municipalities=others)
    if submitted(request, form, _act(give_case_on, referral, request)):
        words = _("Sagen er givet videre til %(name)s, som nu har fristen.")
        return _done(request, words % {"name": form.cleaned_data["to"].name}, "desk:today")
    return _page(request, "desk/give_on.html", referral, form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def to_quitline(request: SignedIn, pk: UUID) -> HttpResponse:
    """Gives the citizen's name and numbers to Stoplinien."""
    referral = queries.referral(request.actor, pk)
    form = filled(request, CaseToQuitline, on=live_of_case(request.actor, referral.pk))
    if submitted(request, form, _act(case_to_quitline, referral, request)):
        return _done(request, _("Stoplinien har fået navn og nummer og ringer op."), "desk:today")
    return _page(request, "desk/to_quitline.html", referral, form)
