"""The numbers of a citizen: whose they are, in which order they are called, which are wrong.

A number that stands on several rows of one person is one number: what is done to it, is done to all
of them.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import queries
from referrals.commands.citizen import own_citizen
from referrals.models import Citizen, Phone
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.persons import phone as phones
from roegfri.refusal import Refusal

_CHANGED = ("number", "note", "rank", "wrong_since")


@transaction.atomic
def add_phone(citizen: Citizen, *, number: str, note: str, by: Actor, at: dt.datetime) -> None:
    """Adds a telephone number, E.164, to be called first, to the row that counts for her.

    A number that she has already is moved to the front and is not wrong any longer; where it stands
    there already, nothing happens. Raises Refusal when her case was given on.
    """
    citizen = own_citizen(citizen, by)
    rows, note = _rows_of(citizen, by), note[:40]
    same = [one for one in rows if one.number == number]
    first = bool(same) and rows[0].number == number
    if first and note in {"", same[0].note} and not any(one.wrong_since for one in same):
        return
    if not same:
        same = [Phone.objects.create(citizen=citizen, number=number)]
        rows += same
    for one in same:
        one.note, one.wrong_since = note or one.note, None
    _save_in_order(rows, first=number)
    record("phone.added", citizen, by=by, at=at, persons=[citizen.pk])


@transaction.atomic
def change_phone(
    phone: Phone, *, was: str, number: str, note: str, by: Actor, at: dt.datetime
) -> None:
    """Corrects a digit, and says whether it is a mobile or a landline, and whose.

    `was` and `number` are E.164; `note` has at most 40 characters. Another number is not known to
    be wrong. Raises Refusal when somebody else has corrected it meanwhile, or when the citizen has
    that number already.
    """
    phone, rows = _locked(phone, by)
    if phone.number != was:
        raise Refusal(
            _("Nummeret er rettet imens: det er nu %(number)s. Se, om det er rigtigt.")
            % {"number": phones.display(phone.number)},
            field="phone",
        )
    if number == was and note == phone.note:
        return
    if number != was and any(one.number == number for one in rows):
        raise Refusal(
            _("Borgeren har allerede det nummer. Er dette forkert, så fjern det."), field="phone"
        )
    for one in _same(phone, rows):
        one.wrong_since = one.wrong_since if number == was else None
        one.number, one.note = number, note
    Phone.objects.bulk_update(rows, _CHANGED)
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def mark_phone(phone: Phone, *, wrong: bool, by: Actor, at: dt.datetime) -> None:
    """It is not hers, or it is after all. A number that is wrong is not called; it is kept."""
    phone, rows = _locked(phone, by)
    same = [one for one in _same(phone, rows) if bool(one.wrong_since) != wrong]
    if not same:
        return
    for one in same:
        one.wrong_since = at if wrong else None
    Phone.objects.bulk_update(same, _CHANGED)
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def place_phone(phone: Phone, *, place: int, by: Actor, at: dt.datetime) -> None:
    """Its place in the order of calling, from 0; sent twice it stands where it was sent to."""
    phone, rows = _locked(phone, by)
    _save_in_order(rows, first=phone.number, place=place)
    record("phone.changed", phone, by=by, at=at, persons=[phone.citizen_id])


@transaction.atomic
def remove_phone(phone: Phone, *, by: Actor, at: dt.datetime) -> None:
    """Takes a number away. What was called on it stands in the calls."""
    phone, rows = _locked(phone, by)
    record("phone.removed", phone, by=by, at=at, persons=[phone.citizen_id])
    Phone.objects.filter(pk__in=[one.pk for one in _same(phone, rows)]).delete()


def _rows_of(citizen: Citizen, by: Actor) -> list[Phone]:
    """Of every row that is her, in the order of calling; those of the one that counts first."""
    rows = Phone.objects.select_for_update(of=("self",)).order_by("pk")
    hers = rows.filter(citizen__in=queries.persons_of(by, citizen))
    return sorted(hers, key=lambda one: (one.rank, one.citizen_id != citizen.pk, one.pk))


def _locked(phone: Phone, by: Actor) -> tuple[Phone, list[Phone]]:
    """A number as it is now, and all of hers; behind the citizen's own lock, as every number is
    added. Raises Refusal when it is gone."""
    rows = _rows_of(own_citizen(phone.citizen, by), by)
    found = next((one for one in rows if one.pk == phone.pk), None)
    if found is None:
        raise Refusal(_("Nummeret er allerede fjernet."))
    return found, rows


def _same(phone: Phone, rows: Sequence[Phone]) -> list[Phone]:
    number = phone.number
    return [one for one in rows if one.number == number]


def _save_in_order(rows: Sequence[Phone], *, first: str, place: int = 0) -> None:
    """Ranks the numbers as they stand in `rows`, but one of them at a place of its own."""
    order = list(dict.fromkeys(one.number for one in rows if one.number != first))
    order.insert(max(place, 0), first)
    for one in rows:
        one.rank = order.index(one.number)
    Phone.objects.bulk_update(rows, _CHANGED)
