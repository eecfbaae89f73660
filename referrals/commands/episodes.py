"""The same sender writes again of the same episode: which case it is, and what it corrects."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import translation
from django.utils.translation import gettext as _

from referrals import policies, rules
from referrals.commands.details import Details
from referrals.commands.people import add_civil_number, add_phones, fill_in
from referrals.commands.renumber import put_first
from referrals.models import Citizen, CivilNumber, HandOver, Referral
from referrals.states import GuardianConsent, ReferralState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.kinds import Kind as OrganisationKind
from roegfri.organisations.models import Organisation


def same_episode(
    details: Details, handler: Organisation, by: Actor, *, or_closed: bool
) -> Referral | None:
    """The open referral that the same sender opened for the same episode of care, whoever received
    it first; one's own before one that was handed here.

    `or_closed`: else the newest closed one. A corrected letter («rettetbrev») opens no second case.
    """
    if not details.episode:
        return None
    found = policies.referrals_visible_to(by).filter(
        handler_id=handler.pk,
        sender_ean=details.sender_ean,
        episode=details.episode,
    )
    # Citizens before their cases, and of whoever was merged both rows, as in cases.handled.
    hers = Q(pk__in=found.values("citizen")) | Q(pk__in=found.values("citizen__merged_into"))
    list(Citizen.objects.filter(hers).order_by("pk").select_for_update(no_key=True))
    elsewhere = ExpressionWrapper(~Q(received_by_id=handler.pk), BooleanField())
    same = found.select_for_update(of=("self",)).order_by(elsewhere, "-received_at", "pk")
    open_one = same.exclude(state=ReferralState.CLOSED).first()
    return open_one or (same.first() if or_closed else None)


def given_on(details: Details, giver: Organisation) -> Organisation | None:
    """Who has the case of the same episode now, when `giver` handed it over."""
    if not details.episode:
        return None
    given = HandOver.objects.filter(
        giver_id=giver.pk,
        sender_ean=details.sender_ean,
        episode=details.episode,
        receiver__kind=OrganisationKind.MUNICIPALITY,
    )
    latest = given.select_related("receiver").order_by("-at").first()
    return latest.receiver if latest else None


@transaction.atomic
def correct_referral(referral: Referral, details: Details, *, by: Actor, at: dt.datetime) -> None:
    """A corrected letter («rettetbrev») mends the case; its clock runs on from first receipt.

    What it leaves out stays as it was. A case never moves to another citizen: where the letter has
    somebody else's civil number, nothing that is known of her is overwritten, and the text says so.
    Its telephone numbers are called first.
    The case comes locked, from `same_episode`, and so does the number.
    """
    of_whom = referral.citizen.merged_into_id or referral.citizen_id
    citizen = Citizen.objects.select_for_update().get(pk=of_whom)
    marks, mark = _marks(citizen), details.mark
    add_phones(citizen, details.phones)
    note = _odd_number(citizen, referral, details, marks, by) if mark not in marks else ""
    if not note:
        put_first(citizen, details.phones)
        _correct(citizen, details, has_number=bool(marks))
        if details.civil_number and mark not in marks:
            add_civil_number(citizen, details.civil_number, at)
            note = _changed_number() if marks else ""
    _correct_case(referral, details, note)
    record("referral.corrected", referral, by=by, at=at, persons=[citizen.pk])


def _correct_case(referral: Referral, details: Details, note: str) -> None:
    text = details.text or referral.text
    referral.text = text if note in text else f"{text}\n\n{note}".strip()
    referral.sender_name = details.sender_name or referral.sender_name
    referral.sent_at = details.sent_at or referral.sent_at
    if details.guardian_consent != GuardianConsent.UNKNOWN:
        referral.guardian_consent = details.guardian_consent
    referral.save(update_fields=["text", "sender_name", "sent_at", "guardian_consent"])


def _correct(citizen: Citizen, details: Details, *, has_number: bool) -> None:
    """What it says of her; a birth date alone does not overrule the one in her number."""
    given = _told(details)
    if has_number and details.civil_number is None:
        given.pop("birth_date", None)
    for name, value in given.items():
        setattr(citizen, name, value)
    citizen.version += 1
    citizen.save(update_fields=[*given, "version"])


def _odd_number(
    citizen: Citizen, referral: Referral, details: Details, marks: Collection[bytes], by: Actor
) -> str:
    """What the text says when a number that is not hers is another's: somebody here has it, or she
    is known by her own from another case."""
    if details.civil_number is None or not marks:
        return ""
    others = policies.citizens_handled_by(by).exclude(Q(pk=citizen.pk) | Q(merged_into=citizen))
    hers = Referral.objects.filter(Q(citizen=citizen) | Q(citizen__merged_into=citizen))
    somebody = others.filter(civil_numbers__fingerprint=details.mark).exists()
    known = somebody or hers.exclude(pk=referral.pk).exists()
    return rules.another_number(details.civil_number.masked()) if known else ""


@transaction.atomic
def add_letter(referral: Referral, details: Details, *, by: Actor, at: dt.datetime) -> None:
    """A further new letter («nytbrev») about an open case: what it says stands below the old.

    Nothing that is known of the citizen is overwritten. The case comes locked, from
    `same_episode`.
    """
    citizen = Citizen.objects.select_for_update().get(
        pk=referral.citizen.merged_into_id or referral.citizen_id
    )
    fill_in(citizen, _told(details))
    add_phones(citizen, details.phones)
    odd = _number_of_hers(citizen, details, at)
    add_text(referral, (details.text, odd), received_at=details.received_at)
    record("referral.corrected", referral, by=by, at=at, persons=[citizen.pk])


def add_text(referral: Referral, parts: Sequence[str], *, received_at: dt.datetime) -> None:
    """What a further letter says, below what stood there, under the day it was received; what
    stands there already is not said twice. Part of the commands that add to a locked case."""
    new = "\n\n".join(part for part in parts if part and part not in referral.text)
    if new:
        day = clock.danish_date(received_at)
        with translation.override("da"):
            heading = _("Nyt brev modtaget %(day)s:") % {"day": f"{day:%d.%m.%Y}"}
        referral.text = f"{referral.text}\n\n{heading}\n{new}".strip()
        referral.save(update_fields=["text"])


def _number_of_hers(citizen: Citizen, details: Details, at: dt.datetime) -> str:
    """Adds the first number she has; another one than hers is a line for the text."""
    number, marks = details.civil_number, _marks(citizen)
    if number and not marks:
        add_civil_number(citizen, number, at)
    if number is None or not marks or details.mark in marks:
        return ""
    return rules.another_number(number.masked())


def _marks(citizen: Citizen) -> set[bytes]:
    """The fingerprints of all her numbers."""
    of_her = Q(citizen=citizen) | Q(citizen__merged_into=citizen)
    have = CivilNumber.objects.filter(of_her).values_list("fingerprint", flat=True)
    return {bytes(one) for one in have}


def _changed_number() -> str:
    return _("Personnummeret er rettet. Fjern det gamle, hvis det er en andens.")


_OF_HER = (
    "given_names",
    "surname",
    "email",
    "address",
    "postcode",
    "town",
    "address_protected",
    "language",
    "interpreter",
    "guardian_name",
    "guardian_phone",
)


def _told(details: Details) -> dict[str, Any]:
    """What the correction says of the citizen, as fields of Citizen."""
    told = {name: getattr(details, name) for name in _OF_HER if getattr(details, name)}
    number = details.civil_number
    born = (number.born if number else None) or details.birth_date
    return {**told, "birth_date": born} if born else told
