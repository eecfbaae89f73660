"""Whose referral it is: somebody we have, by her number or because a person said so, or new."""

import datetime as dt
import uuid
from typing import Any, Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.commands.details import Details
from referrals.commands.people import (
    add_citizen,
    add_civil_number,
    add_phones,
    add_residence,
    fill_in,
    one_person,
)
from referrals.models import Citizen, CivilNumber, Referral
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone

# What a person said of somebody who may be the same: that it is her (her id), that it is none of
# those who were shown, or nothing yet. Where no person is asked, the CPR number decides.
NOBODY_KNOWN: Literal["new"] = "new"
BY_NUMBER: Literal["number"] = "number"
Decided = uuid.UUID | Literal["new", "number"] | None


def same_citizen(details: Details, decided: Decided, by: Actor) -> Citizen | None:
    """The citizen we have already: by her CPR number, or because somebody said so; locked.

    Raises Refusal when the two say different things, and when nobody has decided of a likely one.
    """
    known = _by_number(details, by)
    if isinstance(decided, uuid.UUID):
        chosen = _chosen(decided, by)
        if known and known.pk != chosen.pk:
            raise Refusal(
                _("CPR-nummeret hører til en anden borger end den, du har valgt. Vælg igen."),
                field="decided",
            )
        _refuse_another_number(chosen, details)
        return chosen
    if known and decided == NOBODY_KNOWN:
        raise Refusal(
            _("Vi har en borger med det CPR-nummer. Vælg samme borger, eller ret nummeret."),
            field="decided",
        )
    if known is None and decided is None:
        likely = [one for one in queries.likely_same(by, details.who()) if one.undecided]
        if likely:
            raise Refusal(
                _("Vi har måske borgeren i forvejen. Vælg, om det er samme borger, og gem igen."),
                field="decided",
            )
    return known


def _by_number(details: Details, by: Actor) -> Citizen | None:
    """Somebody with the same CPR number whose cases we handle; locked, so that numbers are added
    to her one referral at a time, and the first referral of two makes her."""
    if details.civil_number is None:
        return None
    mark = sealed.fingerprint(details.civil_number.value, of="cpr")
    alone("citizen", mark.hex())
    found = (
        policies.citizens_handled_by(by)
        .filter(civil_numbers__fingerprint=mark)
        .order_by("created_at")
        .values_list("pk", flat=True)
        .first()
    )
    return _chosen(found, by) if found else None


def _chosen(pk: uuid.UUID, by: Actor) -> Citizen:
    """That citizen, or whom she was merged into; locked. Raises Refusal when she is not ours."""
    citizen = one_person(pk, by)
    if citizen is None:
        raise Refusal(
            _("Borgeren, du har valgt, kan ikke åbnes her længere. Vælg igen."), field="decided"
        )
    return citizen


def _refuse_another_number(citizen: Citizen, details: Details) -> None:
    """A new CPR number is noted on the citizen's own page, not by a referral."""
    if details.civil_number is None:
        return
    mark = sealed.fingerprint(details.civil_number.value, of="cpr")
    have = set(
        CivilNumber.objects.filter(
            Q(citizen=citizen) | Q(citizen__merged_into=citizen)
        ).values_list("fingerprint", flat=True)
    )
    if have and mark not in {bytes(one) for one in have}:
        raise Refusal(
            _("Den borger, du har valgt, har et andet CPR-nummer. Ret nummeret, eller vælg igen."),
            field="civil_number",
        )


def write_down(
    details: Details, referral: Referral, known: Citizen | None, at: dt.datetime
) -> None:
    """Makes the citizen, or adds to her what was not known; what was known stays as it is."""
    facts, number = facts_of(details), details.civil_number
    if known:
        fill_in(known, facts)
    citizen = known or add_citizen(referral.citizen_id, facts, at)
    add_phones(citizen, details.phones)
    if number and not (
        known
        and CivilNumber.objects.filter(Q(citizen=known) | Q(citizen__merged_into=known)).exists()
    ):
        add_civil_number(citizen, number, at)
    if details.home:
        add_residence(citizen, details.home, clock.danish_date(details.received_at))


_SAME_NAME = (
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


def facts_of(details: Details) -> dict[str, Any]:
    """What the details say of the citizen herself, as fields of Citizen."""
    number = details.civil_number
    practice = lookup.practice(details.practice_name)
    return {
        **{name: getattr(details, name) for name in _SAME_NAME},
        "birth_date": details.birth_date or (number.born if number else None),
        "practice": practice,
        "practice_name": practice.name if practice else details.practice_name,
    }
