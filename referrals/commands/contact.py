"""A counsellor calls: what came of it, and what comes next."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, rules
from referrals.commands.due import DUE, plan, plan_nothing
from referrals.models import Citizen, ContactAttempt, Phone, Referral
from referrals.states import MOVES, CloseReason, NextStep, Outcome, ReferralState
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone, whose

_FURTHEST = dt.timedelta(days=366)


@transaction.atomic
def log_call(
    referral: Referral,
    *,
    outcome: Outcome,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    call_back_at: dt.datetime | None = None,
) -> ContactAttempt:
    """Logs a call and moves the referral on; the same form sent twice is one call.

    Raises Refusal when the referral has been closed meanwhile, the time to call back is past or
    would be on no list, or the form has been sent before and said something else.
    """
    once = whose(once, by, referral.pk)
    alone("call", once)
    if known := ContactAttempt.objects.filter(once=once).first():
        if (known.outcome, known.note) != (outcome, note):
            raise Refusal(_("Opkaldet er allerede gemt. Åbn sagen igen for at logge et nyt."))
        return known
    referral = _locked(referral, by)
    if referral.state == ReferralState.CLOSED:
        raise Refusal(
            _("Sagen er afsluttet i mellemtiden. Opkaldet er ikke gemt: åbn sagen og se hvorfor.")
        )
    if referral.state == ReferralState.REACHED and outcome == Outcome.CALL_BACK:
        raise Refusal(
            _("Borgeren er kontaktet og står ikke længere på listen. Skriv aftalen i notatet.")
        )
    attempt = ContactAttempt.objects.create(
        referral=referral,
        at=at,
        outcome=outcome,
        note=note,
        call_back_at=_call_back(outcome, call_back_at, at),
        caller_id=by.person,
        once=once,
    )
    referral.attempts += 1
    _AFTER[outcome](referral, attempt)
    record("call.logged", referral, by=by, at=at, persons=[referral.citizen_id])
    return attempt


@transaction.atomic
def add_phone(citizen: Citizen, *, number: str, note: str, by: Actor, at: dt.datetime) -> None:
    """Adds a telephone number, E.164, to be called first."""
    citizen = policies.citizens_visible_to(by).select_for_update().get(pk=citizen.pk)
    others = list(Phone.objects.filter(citizen=citizen).exclude(number=number))
    for rank, phone in enumerate(others, start=1):
        phone.rank = rank
    Phone.objects.bulk_update(others, ["rank"])
    Phone.objects.update_or_create(
        citizen=citizen, number=number, defaults={"rank": 0, "note": note[:40], "wrong_since": None}
    )
    record("phone.added", citizen, by=by, at=at, persons=[citizen.pk])


def _locked(referral: Referral, by: Actor) -> Referral:
    visible = policies.referrals_visible_to(by)
    return visible.select_for_update(of=("self",)).get(pk=referral.pk)


def _call_back(outcome: Outcome, wanted: dt.datetime | None, at: dt.datetime) -> dt.datetime | None:
    if outcome != Outcome.CALL_BACK:
        return None
    if wanted is None:
        raise Refusal(_("Skriv, hvornår der skal ringes igen."), field="call_back_at")
    if not at < wanted < at + _FURTHEST:
        raise Refusal(
            _("Tidspunktet skal ligge ude i fremtiden, højst et år frem."), field="call_back_at"
        )
    return wanted


def _reached(referral: Referral, attempt: ContactAttempt) -> None:
    referral.reached_at = referral.reached_at or attempt.at
    # Whoever talked with her has the case, unless somebody has it already.
    referral.caseworker_id = referral.caseworker_id or attempt.caller_id
    plan_nothing(referral)
    facts = ["reached_at", "attempts", "caseworker", *DUE]
    if referral.state == ReferralState.REACHED:
        referral.save(update_fields=facts)
    else:
        lifecycle.move(referral, MOVES, to=ReferralState.REACHED, at=attempt.at, facts=facts)


def _declined(referral: Referral, attempt: ContactAttempt) -> None:
    """A «no» is a conversation: the deadline was met."""
    referral.reached_at = referral.reached_at or attempt.at
    referral.close_reason = CloseReason.DECLINED
    plan_nothing(referral)
    facts = ["reached_at", "close_reason", "attempts", *DUE]
    lifecycle.move(referral, MOVES, to=ReferralState.CLOSED, at=attempt.at, facts=facts)


def _no_answer(referral: Referral, attempt: ContactAttempt) -> None:
    closed = lookup.closing_days(referral.handler)
    plan(referral, NextStep.RETRY, rules.next_attempt(attempt.at, closed=closed))
    referral.save(update_fields=["attempts", *DUE])


def _call_back_later(referral: Referral, attempt: ContactAttempt) -> None:
    assert attempt.call_back_at  # noqa: S101  (a constraint of the table)
    plan(referral, NextStep.CALL_BACK, attempt.call_back_at)
    referral.save(update_fields=["attempts", *DUE])


def _wrong_number(referral: Referral, attempt: ContactAttempt) -> None:
    """The number is marked; another one is tried at once, without one it waits as it did."""
    working = Phone.objects.filter(citizen_id=referral.citizen_id, wrong_since=None)
    if tried := working.first():
        tried.wrong_since = attempt.at
        tried.save(update_fields=["wrong_since"])
    if working.exists():
        plan(referral, NextStep.RETRY, attempt.at)
    referral.save(update_fields=["attempts", *DUE])


_AFTER = {
    Outcome.REACHED: _reached,
    Outcome.NO_ANSWER: _no_answer,
    Outcome.VOICEMAIL: _no_answer,
    Outcome.CALL_BACK: _call_back_later,
    Outcome.THINKING: _reached,
    Outcome.WRONG_NUMBER: _wrong_number,
    Outcome.DECLINED: _declined,
}
