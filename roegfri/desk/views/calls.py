"""Opkald: one person, one conversation, and the next one is open."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.commands.enrol import NoSeat
from courses.models import Course
from courses.rules.seats import Lack
from referrals import forms, queries
from referrals.commands.contact import MovedOn, log_call
from referrals.commands.phones import add_phone
from referrals.commands.reserve import release, reserve, reserve_next, take_over
from referrals.models import ContactAttempt, Referral
from referrals.queries import moved
from referrals.queries.calling import call_case
from referrals.states import CloseReason, Outcome
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import calling, reasons
from roegfri.desk.calling.suggestions import tried_in_call
from roegfri.desk.commands import close_case, take_back_call
from roegfri.refusal import Refusal
from roegfri.ui import drafts
from roegfri.ui.screens import filled, show, submitted

# What a call's form is carried out by.
Logs = Callable[..., ContactAttempt]


@screen(Right.REFERRALS_HANDLE)
def call(request: SignedIn, pk: UUID) -> HttpResponse:
    """The call screen. Logging an outcome opens the next person.

    Who was shown the case, and sends what came of the call, is asked for no reason: a colleague may
    have closed it meanwhile, and what was typed must not be lost.
    """
    return call_page(request, pk)


def call_page(
    request: SignedIn,
    pk: UUID,
    *,
    command: Logs = log_call,
    form_class: type[forms.Call] = forms.Call,
    tried: Course | None = None,
) -> HttpResponse:
    """The call screen, whose form is carried out by `command`: log_call, or more at once. `tried`
    is the course that it enrols in."""

    def page(request: SignedIn, pk: UUID) -> HttpResponse:
        return _call(request, pk, command, form_class, tried)

    view = page if _shown(request, pk) else reasons.needed(page)
    return view(request, pk)


def _shown(request: SignedIn, pk: UUID) -> calling.Shown | None:
    return calling.shown(request.actor, pk, request.POST.get("seen", ""))


class _Logging:
    """The command for one form; keeps what it answered."""

    def __init__(
        self, request: SignedIn, referral: Referral, command: Logs, at: dt.datetime
    ) -> None:
        shown = _shown(request, referral.pk)
        seen = shown.seen if shown else None
        self.act = partial(command, referral, seen=seen, by=request.actor, at=at)
        self.attempt: ContactAttempt | None = None
        self.moved_on = False
        self.lacks: Lack | None = None

    def __call__(self, **given: object) -> None:
        try:
            self.attempt = self.act(**given)
        except MovedOn:
            self.moved_on = True
            raise
        except NoSeat as full:
            self.lacks = full.lacks
            raise


def _call(
    request: SignedIn,
    pk: UUID,
    command: Logs,
    form_class: type[forms.Call],
    tried: Course | None,
) -> HttpResponse:
    at, viewer = clock.now(), request.actor
    case = call_case(viewer, pk, on=clock.danish_date(at))
    known = calling.known(case, incoming="indgaaende" in request.GET)
    form = filled(request, form_class, known=known)
    logging = _Logging(request, case.referral, command, at)
    if submitted(request, form, logging) and logging.attempt:
        return _onwards(request, logging.attempt)
    held = reserve(case.referral, by=viewer, at=at)
    context = calling.context(viewer, case, form, held, at=at)
    context["flash"] = calling.flash(request, at=at)
    if tried:
        context |= {"open_talk": True, **tried_in_call(tried, logging.lacks, pk)}
    if logging.moved_on:
        context |= {"moved": _difference(request, pk), "your_call": form.pressed.label}
    return show(request, "desk/call.html", context)


def _difference(request: SignedIn, pk: UUID) -> list[moved.Change]:
    """How the case is now, against what was on the screen when the call began."""
    shown = _shown(request, pk)
    referral = queries.referral(request.actor, pk)
    return moved.what_changed(request.actor, shown.facts, referral) if shown else []


def _onwards(request: SignedIn, attempt: ContactAttempt) -> HttpResponse:
    """The next person; or the same, where another of her numbers is to be tried at once."""
    referral = attempt.referral
    calling.remember(request, attempt)
    # Kept under the screen's own address, wherever the form was sent.
    drafts.forget(request.actor.person, reverse("desk:call", args=[referral.pk]))
    if attempt.outcome == Outcome.WRONG_NUMBER and referral.next_at == attempt.at:
        return redirect("desk:call", referral.pk)
    return _next(request, referral.pk)


def _next(request: SignedIn, after: UUID) -> HttpResponse:
    following = reserve_next(by=request.actor, at=clock.now(), after=after)
    if following:
        return redirect("desk:call", following)
    messages.info(request, _("Der er ikke flere at ringe til lige nu. Godt arbejde."))
    return redirect("desk:today")


@screen(Right.REFERRALS_HANDLE)
def undo(request: SignedIn, pk: UUID, attempt_pk: UUID) -> HttpResponse:
    """Takes back a call, and opens that person again; or goes back to I dag (`back`)."""
    attempt = queries.logged_call(request.actor, pk, attempt_pk)
    if request.method != "POST":
        return redirect("desk:call", pk)
    try:
        take_back_call(attempt, by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:today")
    messages.success(request, _("Opkaldet er fortrudt. Sagen står, som den stod før."))
    return redirect("desk:today") if "back" in request.POST else redirect("desk:call", pk)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def take(request: SignedIn, pk: UUID) -> HttpResponse:
    """Takes over the call from the colleague who holds it."""
    referral = queries.case(request.actor, pk)
    if request.method == "POST":
        take_over(referral, by=request.actor, at=clock.now())
    return redirect("desk:call", pk)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def let_go(request: SignedIn, pk: UUID) -> HttpResponse:
    """Goes back without calling: a colleague may have the person at once."""
    referral = queries.case(request.actor, pk)
    if request.method == "POST":
        release(referral, by=request.actor, at=clock.now())
    return redirect("desk:today")


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def hold(request: SignedIn, pk: UUID) -> HttpResponse:
    """Goes on holding the case while somebody works on the screen; 409 when a colleague has it."""
    referral = queries.case(request.actor, pk)
    if request.method != "POST":
        return redirect("desk:call", pk)
    held = reserve(referral, by=request.actor, at=clock.now())
    lost = held is None or held.holder_id != request.actor.user_id
    return HttpResponse(status=409 if lost else 204)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def give_up(request: SignedIn, pk: UUID) -> HttpResponse:
    """Closes as «ikke truffet», after the agreed attempts; the next person is open."""
    at, by = clock.now(), request.actor
    referral = queries.case(by, pk)
    if request.method != "POST":
        return redirect("desk:call", pk)
    try:
        close_case(referral, reason=CloseReason.NOT_REACHED, by=by, at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:call", pk)
    messages.success(request, _("Sagen er afsluttet: ikke truffet."))
    return _next(request, pk)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def new_phone(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another number for the citizen, called first from now on."""
    at, viewer = clock.now(), request.actor
    case = call_case(viewer, pk, on=clock.danish_date(at))
    form = forms.AddPhone(request.POST or None)
    act = partial(add_phone, case.referral.citizen, by=viewer, at=at)
    if submitted(request, form, act):
        messages.success(request, _("Telefonnummeret er gemt."))
        return redirect("desk:call", pk)
    held = reserve(case.referral, by=viewer, at=at)
    blank = forms.Call(known=calling.known(case))
    context = calling.context(viewer, case, blank, held, at=at)
    return show(request, "desk/call.html", context | {"phone_form": form})
