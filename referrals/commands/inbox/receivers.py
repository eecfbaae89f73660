"""Whether a letter is for the municipality whose inbox it was brought to."""

import datetime as dt

from django.utils.translation import gettext as _

from referrals.commands.inbox.values import Letter, Place
from referrals.states import Way
from roegfri.medcom.messages import Party
from roegfri.organisations import lookup


def misaddressed(letter: Letter, place: Place) -> str:
    """Why a letter stays in the inbox; empty when the inbox's municipality may take it.

    Whoever passed a letter on has decided who is to have it, whatever address it bears.
    """
    delivery, party = letter.delivery, letter.message.receiver
    if delivery.received_at > place.at:
        return _("Modtaget kan ikke ligge ude i fremtiden.")
    standing = place.standings.get(delivery.received_on)
    forwarded = delivery.way == Way.FORWARDED
    if standing and (forwarded or (party.ean.strip() and party.ean.strip() == standing.ean)):
        return "" if standing.agreement_id else _no_member(place.inbox.name)
    return _addressed_to(party, place, delivery.received_on)


def _no_member(name: str) -> str:
    words = _("%(name)s er ikke med i en aftale om rygestop og kan ikke modtage henvisninger.")
    return words % {"name": name}


def _addressed_to(party: Party, place: Place, on: dt.date) -> str:
    found = lookup.receiver_by_ean(party.ean, on)
    if found is None and party.identifier_code == "kommunenummer":
        found = lookup.receiver_by_code(party.identifier, on)
    if found is None:
        words = _("Beskeden er adresseret til «%(name)s» (EAN %(ean)s), som ikke kendes her.")
        return words % {"name": party.organisation or party.ean or "?", "ean": party.ean or "-"}
    if found.agreement is None:
        return _no_member(found.municipality.name)
    if found.municipality.pk == place.inbox.pk:
        return ""
    words = _("Beskeden er adresseret til %(name)s og er ikke læst ind. Giv den videre dertil.")
    return words % {"name": found.municipality.name}
