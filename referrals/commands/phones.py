"""The numbers of a citizen: whose they are, in which order they are called, which are wrong."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import queries
from referrals.commands.citizen import own_citizen
from referrals.models import Phone
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def note_phone(phone: Phone, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Says whether it is a mobile or a landline, and whose; at most 40 characters."""
    phone = _locked(phone, by)
    if phone.note == note:
        return
    phone.note = note
    phone.save(update_fields=["note"])
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def mark_phone(phone: Phone, *, wrong: bool, by: Actor, at: dt.datetime) -> None:
    """It is not hers, or it is after all. A number that is wrong is not called; it is kept."""
    phone = _locked(phone, by)
    if bool(phone.wrong_since) == wrong:
        return
    phone.wrong_since = at if wrong else None
    phone.save(update_fields=["wrong_since"])
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def place_phone(phone: Phone, *, place: int, by: Actor, at: dt.datetime) -> None:
    """Its place in the order of calling, from 0; sent twice it stands where it was sent to."""
    phone = _locked(phone, by)
    persons = queries.persons_of(by, phone.citizen)
    others = [one for one in _in_order(persons) if one.pk != phone.pk]
    others.insert(max(place, 0), phone)
    for rank, one in enumerate(others):
        one.rank = rank
    Phone.objects.bulk_update(others, ["rank"])
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def remove_phone(phone: Phone, *, by: Actor, at: dt.datetime) -> None:
    """Takes a number away. What was called on it stands in the calls."""
    phone = _locked(phone, by)
    record("phone.removed", phone, by=by, at=at, persons=[phone.citizen_id])
    phone.delete()


def _in_order(persons: Collection[UUID]) -> list[Phone]:
    return list(Phone.objects.filter(citizen__in=persons).order_by("rank", "pk"))


def _locked(phone: Phone, by: Actor) -> Phone:
    """Behind the citizen's own lock, as every number is added. Raises Refusal when it is gone."""
    own_citizen(phone.citizen, by)
    found = Phone.objects.select_for_update(of=("self",)).filter(pk=phone.pk).first()
    if found is None:
        raise Refusal(_("Nummeret er allerede fjernet."))
    return found
