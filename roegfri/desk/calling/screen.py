"""Everything on the call screen."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from referrals import forms, rules
from referrals.commands.signup import wished_times
from referrals.models import Reservation
from referrals.queries.calling import Case
from referrals.states import OUTCOME_KEYS, Outcome, ReferralState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.desk.calling import conversation, suggestions, times
from roegfri.desk.calling.seen import signed
from roegfri.desk.lines import clock_words, day_words
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm
from roegfri.persons import phone


@dataclass(frozen=True, slots=True)
class Number:
    """A number to dial; without `dial` it is words that no telephone understands."""

    dial: str
    shown: str
    note: str = ""
    wrong: bool = False
    chosen: bool = False


def typed(form: forms.Call) -> QueryDict | None:
    """What was sent with the call's form, or waits in its draft."""
    return form.data if isinstance(form.data, QueryDict) else None


def known(case: Case, *, incoming: bool = False) -> dict[str, Any]:
    """What the form is filled in with before anybody writes."""
    return {"incoming": incoming, **conversation.known(case)}


def context(
    viewer: Actor, case: Case, form: forms.Call, held: Reservation | None, *, at: dt.datetime
) -> dict[str, Any]:
    """What the templates of the call screen need."""
    referral = case.referral
    closed = lookup.closing_days(referral.handler)
    reserved = held if held and held.holder_id != viewer.user_id else None
    return {
        "referral": referral,
        # Where the form is sent and its draft is kept, whichever address shows the screen.
        "here": reverse("desk:call", args=[referral.pk]),
        "citizen": case.citizen,
        "form": form,
        "phone_form": forms.AddPhone(),
        "seen": signed(viewer, referral, case.interview),
        "closed": referral.state == ReferralState.CLOSED,
        "mine": bool(held) and reserved is None,
        "reserved": reserved,
        "reserved_until": clock_words(held.until) if held else "",
        "keys": {outcome.value: key for outcome, key in OUTCOME_KEYS.items()},
        "labels": {outcome.value: outcome.label for outcome in Outcome},
        "retries": times.retries(referral, at, closed, wished=wished_times(referral)),
        "call_backs": times.call_backs(at, closed),
        "decisions": times.decisions(at, closed),
        "others": case.others,
        "another_number": rules.another_number_in(referral.text),
        **_person(case, form, at),
        **_clock(case, at),
        **_attempts(case),
        **conversation.context(case, form, at=at),
        **suggestions.panel(viewer, case, form, data=typed(form), at=at),
    }


def _person(case: Case, form: forms.Call, at: dt.datetime) -> dict[str, Any]:
    citizen, referral = case.citizen, case.referral
    received_on = clock.danish_date(referral.received_at)
    born, group = citizen.birth_date, case.of_receipt.target_group
    guardian_first = rules.guardian_first(
        born,
        received_on,
        guardian_age=group.guardian_age,
        guardian_consent=referral.guardian_consent,
    )
    numbers = list(_numbers(case, form, guardian_first=guardian_first))
    dialled = [one for one in numbers if one.dial and not one.wrong]
    return {
        "age": clock.age_on(born, clock.danish_date(at)) if born else None,
        "guardian_first": guardian_first,
        "guardian_age": group.guardian_age,
        "too_young": rules.outside_target_group(born, received_on, minimum_age=group.minimum_age),
        "numbers": numbers,
        "has_number": bool(dialled),
        "choose_number": len(dialled) > 1,
        "numbers_in_text": []
        if dialled
        else [Number(n, phone.display(n)) for n in phone.find_in_text(referral.text)],
    }


def _numbers(case: Case, form: forms.Call, *, guardian_first: bool) -> Iterator[Number]:
    """The guardian's number in front where she is to be called first; one is chosen."""
    own, guardians = case.phones, [phone.understood(written) for _name, written in case.guardians]
    working = [one.number for one in own if not one.wrong_since]
    first = [*filter(None, guardians), *working] if guardian_first else working
    chosen = str(form["phone"].value() or "") or next(iter(first), "")
    theirs = [
        Number(
            dial,
            phone.display(dial) if dial else written,
            " ".join(filter(None, (name, _("(forælder eller værge)")))),
            chosen=bool(dial) and dial == chosen,
        )
        for dial, (name, written) in zip(guardians, case.guardians, strict=True)
        if written or guardian_first
    ]
    hers = [
        Number(
            one.number,
            phone.display(one.number),
            one.note,
            wrong=bool(one.wrong_since),
            chosen=one.number == chosen,
        )
        for one in own
    ]
    yield from theirs + hers if guardian_first else hers + theirs


def _clock(case: Case, at: dt.datetime) -> dict[str, Any]:
    """The deadline, and the one it took the place of when the case was handed over."""
    referral, today = case.referral, clock.danish_date(at)
    closed = lookup.closing_days(referral.handler)
    before = [one for one in case.hand_overs if one.receiver_id == referral.handler_id]
    return {
        "deadline": day_words(referral.contact_by),
        "days_left": (referral.contact_by - today).days,
        "call_before": rules.warn_on(referral.contact_by, closed=closed),
        "kept": referral.reached_at and clock.danish_date(referral.reached_at),
        # What is done is no longer urgent, late as it was.
        "reached": referral.reached_at
        and _("Kontaktet %s, efter fristen") % day_words(clock.danish_date(referral.reached_at)),
        "in_time": referral.reached_at
        and clock.danish_date(referral.reached_at) <= referral.contact_by,
        "handed_over": before[-1] if before else None,
    }


def _attempts(case: Case) -> dict[str, Any]:
    """The calls, those taken back too; and how many are missing before one may give up."""
    calls = list(case.referral.contact_attempts.all())
    days = [clock.danish_date(one.at) for one in calls if one.undone_at is None]
    try:
        needed = case.of_receipt.contact.attempts_before_not_reached
    except MissingTerm:
        return {"attempts": calls, "missing": None}
    waiting = case.referral.state == ReferralState.RECEIVED and case.referral.reached_at is None
    missing = rules.attempts_missing(days, needed=needed)
    return {"attempts": calls, "missing": missing if waiting and days else None, "needed": needed}
