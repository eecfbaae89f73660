"""What leaves the screen or is shown in full: each time a line of its own in the log."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from referrals import policies, queries
from referrals.models import Citizen, CivilNumber, Referral
from roegfri.actor import Actor
from roegfri.audit.commands import record


@transaction.atomic
def reveal_number(citizen: Citizen, *, by: Actor, at: dt.datetime) -> str:
    """The whole of the number that counts, as Danes write it; empty when there is none."""
    citizen = policies.citizens_visible_to(by).get(pk=citizen.pk)
    persons = queries.persons_of(by, citizen)
    number = CivilNumber.objects.filter(citizen__in=persons).order_by("-since", "pk").first()
    record("civil_number.shown", citizen, by=by, at=at, persons=[citizen.pk])
    return f"{number.value[:6]}-{number.value[6:]}" if number else ""


@transaction.atomic
def reveal_address(citizen: Citizen, *, by: Actor, at: dt.datetime) -> Citizen:
    """A protected address is shown once."""
    citizen = policies.citizens_visible_to(by).get(pk=citizen.pk)
    record("address.shown", citizen, by=by, at=at, persons=[citizen.pk])
    return citizen


@transaction.atomic
def print_file(
    referral: Referral,
    *,
    persons: Collection[UUID],
    shown: Collection[str],
    by: Actor,
    at: dt.datetime,
) -> None:
    """The file was printed; `shown` names what is masked otherwise."""
    record("file.printed", referral, by=by, at=at, persons=persons, columns=shown)


@transaction.atomic
def hand_out_file(
    referral: Referral, *, persons: Collection[UUID], by: Actor, at: dt.datetime
) -> None:
    """The citizen was given all that is kept of her, and who has looked at it."""
    record("file.handed_out", referral, by=by, at=at, persons=persons)


@transaction.atomic
def extract_list(name: str, *, kind: str, rows: int, by: Actor, at: dt.datetime) -> None:
    """A list was fetched as a file; who was on it stands in the line of the look-up itself."""
    record("list.extracted", f"{name}.{kind}: {rows}", by=by, at=at)
