"""The part of the call screen for what was said: what is known already, and what is asked."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _lazy

from referrals import forms, rules
from referrals.commands.consent import TEXT_VERSION
from referrals.commands.signup import wished_times
from referrals.forms.conversation import ALL_TOLD
from referrals.models import Consent, Informed
from referrals.queries.calling import Case
from referrals.queries.consent_texts import text_of
from referrals.states import SELF_REFERRALS, UNDER, Product, Source, Topic, WhyAsked
from roegfri import clock
from roegfri.refusal import Words

# What an amount of each product is counted in.
UNITS: dict[Product, Words] = {
    Product.CIGARETTES: _lazy("stk."),
    Product.PIPE: _lazy("stop"),
    Product.CIGARS: _lazy("stk."),
    Product.SNUS: _lazy("portioner"),
    Product.E_CIGARETTE: _lazy("ml"),
    Product.POUCHES: _lazy("stk."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to inform of: already done, or a tick to set."""

    topic: Topic
    done: Informed | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One consent: held already, or the field that asks for it; and its words. `under`: it holds
    only together with the one before it."""

    field: django_forms.BoundField
    held: Consent | None
    text: str
    under: bool


@dataclass(frozen=True, slots=True)
class Used:
    """One product: its field, and how many cigarettes ten of it count as (0: not counted)."""

    field: django_forms.BoundField
    unit: Words
    per_ten: int


def known(case: Case) -> dict[str, Any]:
    """What is known from the last conversation, as the form's fields."""
    last = case.interview
    if last is None:
        return _told_before(case)
    return {
        "per_day": last.per_day,
        "motivation": last.motivation,
        "pregnant": last.pregnant,
        "wishes": last.wishes,
        "times": last.times,
        "why_asked": last.why_asked,
        "why": last.why,
        **{f"use_{product}": amount for product, amount in case.uses.items()},
    }


def _told_before(case: Case) -> dict[str, Any]:
    """What she wrote when she signed herself up: it need not be asked again."""
    why = case.referral.why
    asked = {"why_asked": WhyAsked.ANSWERED, "why": why} if why else {}
    times = wished_times(case.referral)
    return asked | ({"times": times} if times else {})


def context(case: Case, form: forms.Call, *, at: dt.datetime) -> dict[str, Any]:
    """What the template asks and shows."""
    referral, smoking = case.referral, case.smoking
    threshold = smoking.heavy_smoker_from if smoking else None
    per_day = case.interview.per_day if case.interview else None
    age = case.terms.target_group.own_consent_age
    today = clock.danish_date(at)
    return {
        "told": list(_told(case, form)),
        "all_told": all(any(one.topic == topic for one in case.told) for topic in ALL_TOLD),
        "used": list(_used(case, form)),
        "threshold": threshold,
        "heavy": threshold is not None and rules.heavy_smoker(per_day, threshold=threshold),
        "consents": list(_consents(case, form)),
        "consent_version": TEXT_VERSION,
        "own_consent_age": age,
        "needs_guardian": not rules.consents_alone(
            case.citizen.birth_date, today, own_consent_age=age
        ),
        "self_referral": Source(referral.source) in SELF_REFERRALS,
        "open_talk": bool(form.is_bound and form.said),
    }


def _told(case: Case, form: forms.Call) -> Iterator[Told]:
    done = {one.topic: one for one in case.told}
    ticked = set(form["told"].value() or [])
    return (Told(topic, done.get(topic), topic.value in ticked) for topic in Topic)


def _used(case: Case, form: forms.Call) -> Iterator[Used]:
    table = {"cigarettes": 10, **(case.smoking.equivalents if case.smoking else {})}
    return (
        Used(field, UNITS[Product(product)], table.get(product, 0)) for product, field in form.uses
    )


def _consents(case: Case, form: forms.Call) -> Iterator[Asked]:
    held = {one.kind: one for one in case.consents}
    name = case.referral.handler.name
    for kind, field in form.consent_fields:
        text = text_of(kind, TEXT_VERSION, name)
        yield Asked(field, held.get(kind), text, under=kind in UNDER)
