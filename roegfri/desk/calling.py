"""What the call screen shows, and what it says when a call has been logged."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.utils.translation import gettext as _

from referrals import forms, queries, rules
from referrals.models import Referral
from referrals.states import OUTCOME_KEYS, Outcome, ReferralState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.desk.lines import day_words, moment_words
from roegfri.organisations import lookup
from roegfri.persons import phone


def context(referral: Referral, form: django_forms.Form, *, at: dt.datetime) -> dict[str, Any]:
    """Everything on the call screen."""
    today = clock.danish_date(at)
    terms = lookup.terms(referral.agreement, clock.danish_date(referral.received_at))
    citizen = referral.citizen
    numbers = list(citizen.phones.all())
    working = [one for one in numbers if not one.wrong_since]
    closed = lookup.closing_days(referral.handler)
    return {
        "referral": referral,
        "citizen": citizen,
        "phones": [(one.number, phone.display(one.number), one) for one in numbers],
        "has_number": bool(working),
        "numbers_in_text": [(n, phone.display(n)) for n in _candidates(referral, working)],
        "attempts": referral.contact_attempts.all(),
        "age": clock.age_on(citizen.birth_date, today) if citizen.birth_date else None,
        "guardian_first": rules.guardian_first(
            citizen.birth_date,
            clock.danish_date(referral.received_at),
            guardian_age=terms.target_group.guardian_age,
            guardian_consent=referral.guardian_consent,
        ),
        "guardian_age": terms.target_group.guardian_age,
        "too_young": rules.outside_target_group(
            citizen.birth_date,
            clock.danish_date(referral.received_at),
            minimum_age=terms.target_group.minimum_age,
        ),
        "deadline": day_words(referral.contact_by),
        "days_left": (referral.contact_by - today).days,
        "call_before": rules.warn_on(referral.contact_by, closed=closed),
        "outcomes": [(one, one.label, OUTCOME_KEYS[one]) for one in _outcomes(referral)],
        "proposed": moment_words(rules.next_attempt(at, closed=closed), today),
        "form": form,
        "phone_form": forms.AddPhone(),
        "closed": referral.state == ReferralState.CLOSED,
    }


def _outcomes(referral: Referral) -> list[Outcome]:
    """Whoever has been reached is on no list, so nobody would call her back."""
    reached = referral.state == ReferralState.REACHED
    return [one for one in Outcome if not (reached and one == Outcome.CALL_BACK)]


def _candidates(referral: Referral, working: list[Any]) -> list[str]:
    """Numbers in the referral's text, offered where no number works."""
    return [] if working else phone.find_in_text(referral.text)


def said(viewer: Actor, pk: UUID, outcome: str) -> str:
    """What is confirmed after a call: the outcome, and what happens next."""
    referral = queries.referral(viewer, pk)
    words = str(Outcome(outcome).label)
    if referral.state != ReferralState.RECEIVED:
        return _("Gemt: %(outcome)s.") % {"outcome": words}
    return _("Gemt: %(outcome)s. Næste forsøg %(moment)s.") % {
        "outcome": words,
        "moment": moment_words(referral.next_at, clock.today()),
    }
