"""What was said in a conversation: told, answered, agreed to. And taken out again by an undo."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from referrals import rules
from referrals.commands.consent import (
    erase_consents,
    give_consent,
    handled_person,
    live_consents,
)
from referrals.commands.people import possible_birth
from referrals.models import Citizen, Informed, Interview, Referral, Use
from referrals.states import (
    CloseReason,
    ConsentForm,
    ConsentKind,
    Help,
    Known,
    NextStep,
    Topic,
    WhyAsked,
)
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What follows a conversation. Empty: she waits for a course, and nothing is due.

    `step` at `at` (a call back, a clarifying talk; `note` says where), or `close`, or `quitline`:
    she has agreed that Stoplinien calls her.
    """

    step: NextStep | None = None
    at: dt.datetime | None = None
    note: str = ""
    close: CloseReason | None = None
    quitline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What is known after a conversation; it takes the place of what was known before.

    `uses`: how many of each product a day. `per_day`: cigarettes or equivalents a day; None is
    worked out from `uses`. `guardian_agreed`: a parent gave the consents. `birth_date` is written
    where none is known.
    """

    told: Sequence[Topic] = ()
    uses: Mapping[str, int] = field(default_factory=dict)
    per_day: int | None = None
    motivation: int | None = None
    pregnant: Known = Known.UNKNOWN
    wishes: Sequence[Help] = ()
    times: Sequence[str] = ()
    why_asked: WhyAsked = WhyAsked.NOT_ASKED
    why: str = ""
    consents: Mapping[ConsentKind, ConsentForm] = field(default_factory=dict)
    guardian_agreed: bool = False
    birth_date: dt.date | None = None
    then: Then = field(default_factory=Then)


_ANSWERS = ("motivation", "per_day", "pregnant", "wishes", "times", "why_asked", "why")


@transaction.atomic
def write_talk(referral: Referral, talk: Talk, *, by: Actor, at: dt.datetime) -> dict[str, Any]:
    """Writes a conversation down, on a referral the caller has locked; what is known of her, on
    the row that counts.

    Returns what `erase_talk` needs to take it out again. Raises Refusal when she is too young to
    consent herself and no parent did, and when a birth date is given that is not the known one.
    """
    citizen = handled_person(referral.citizen_id, by)
    born = _write_birth_date(citizen, talk.birth_date, at)
    was = _as_it_is(referral)
    _write_interview(referral, talk, by=by, at=at)
    have = set(Informed.objects.filter(referral=referral).values_list("topic", flat=True))
    told = [topic for topic in dict.fromkeys(talk.told) if topic not in have]
    Informed.objects.bulk_create(
        Informed(referral=referral, topic=topic, at=at, by_id=by.person) for topic in told
    )
    live = {one.kind for one in live_consents(citizen, by)}
    given = [
        give_consent(
            citizen,
            kind=kind,
            form=form,
            by=by,
            at=at,
            guardian_agreed=talk.guardian_agreed,
        )
        for kind, form in talk.consents.items()
        if kind not in live
    ]
    return {
        "interview": was,
        "told": [str(topic) for topic in told],
        "consents": [str(one.pk) for one in given],
        "birth_date": born and born.isoformat(),
        "citizen": str(citizen.pk),
    }


@transaction.atomic
def erase_talk(referral: Referral, was: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> None:
    """Takes out what `write_talk` wrote: the answers as they were before, consents withdrawn."""
    before = was["interview"]
    Informed.objects.filter(referral=referral, topic__in=was["told"]).delete()
    erase_consents(was["consents"], by=by, at=at)
    if was["birth_date"]:
        # Where somebody has corrected it since, the correction stays.
        same = Citizen.objects.filter(
            pk=was.get("citizen", referral.citizen_id), birth_date=was["birth_date"]
        )
        same.update(birth_date=None, version=F("version") + 1)
    if before is None:
        Interview.objects.filter(referral=referral).delete()
        return
    answers = {name: before[name] for name in _ANSWERS}
    when = {"at": dt.datetime.fromisoformat(before["at"]), "by_id": before["by"]}
    interview, _new = Interview.objects.update_or_create(
        referral=referral, defaults={**answers, **when}
    )
    _write_uses(interview, before["uses"])


def _write_birth_date(citizen: Citizen, born: dt.date | None, at: dt.datetime) -> dt.date | None:
    """What was written: only where none is known."""
    if born is None or born == citizen.birth_date:
        return None
    if citizen.birth_date:
        raise Refusal(
            _("Fødselsdatoen er skrevet i mellemtiden: %(day)s. Ret den i sagen.")
            % {"day": f"{citizen.birth_date:%d.%m.%Y}"},
            field="birth_date",
        )
    possible_birth(born, at)
    citizen.birth_date = born
    citizen.version += 1
    citizen.save(update_fields=["birth_date", "version"])
    return born


def _as_it_is(referral: Referral) -> dict[str, Any] | None:
    """The interview for the attempt's `before`; None where there is none."""
    interview = Interview.objects.filter(referral=referral).first()
    if interview is None:
        return None
    return {
        **{name: getattr(interview, name) for name in _ANSWERS},
        "at": interview.at.isoformat(),
        "by": str(interview.by_id),
        "uses": {use.product: use.amount for use in interview.uses.all()},
    }


def _write_interview(referral: Referral, talk: Talk, *, by: Actor, at: dt.datetime) -> None:
    answers = {
        "motivation": talk.motivation,
        "per_day": _per_day(referral, talk, at),
        "pregnant": talk.pregnant,
        "wishes": [str(one) for one in dict.fromkeys(talk.wishes)],
        "times": list(dict.fromkeys(talk.times)),
        "why_asked": talk.why_asked,
        "why": talk.why,
    }
    said = talk.uses or any(v not in (None, [], "", *_UNASKED) for v in answers.values())
    if not said and not Interview.objects.filter(referral=referral).exists():
        return
    interview, _new = Interview.objects.update_or_create(
        referral=referral, defaults={**answers, "at": at, "by_id": by.person}
    )
    _write_uses(interview, talk.uses)


_UNASKED = (Known.UNKNOWN, WhyAsked.NOT_ASKED)


def _write_uses(interview: Interview, uses: Mapping[str, int]) -> None:
    Use.objects.filter(interview=interview).exclude(product__in=list(uses)).delete()
    for product, amount in uses.items():
        Use.objects.update_or_create(
            interview=interview, product=product, defaults={"amount": amount}
        )


def _per_day(referral: Referral, talk: Talk, at: dt.datetime) -> int | None:
    """What the counsellor confirmed; else by the agreement's table on the day of the talk."""
    if talk.per_day is not None or not talk.uses:
        return talk.per_day
    try:
        table = lookup.terms(referral.agreement, clock.danish_date(at)).smoking.equivalents
    except MissingTerm:
        return None
    return rules.equivalents(talk.uses, table)
