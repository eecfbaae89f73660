"""Citizens as referrals bring them: made, added to, found again. Parts of the commands."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from referrals import policies
from referrals.models import Citizen, CivilNumber, Phone, Residence
from referrals.states import Ground
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr
from roegfri.persons.born import EARLIEST
from roegfri.refusal import Refusal
from roegfri.walls import prepared


def open_access(
    citizen: uuid.UUID, organisation: uuid.UUID, ground: Ground, about: uuid.UUID, on: dt.date
) -> None:
    """Lets an organisation see a citizen from a day on; the database refuses what is not ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select citizen_access_open(%s, %s, %s, %s, %s)",
            [citizen, organisation, ground.value, about, on],
        )


def open_many(
    cases: Sequence[tuple[uuid.UUID, uuid.UUID, dt.date]], organisation: uuid.UUID
) -> None:
    """The same for many (citizen, referral, day) at once, for whoever handles them."""
    citizens, abouts, days = map(list, zip(*cases, strict=True))
    values = {"citizens": citizens, "abouts": abouts, "days": days, "own": organisation}
    prepared.run(
        "select citizen_access_open_many("
        "%(citizens)s::uuid[], %(own)s::uuid, 'handling', %(abouts)s::uuid[], %(days)s::date[])",
        values,
    )


def end_access(about: uuid.UUID, organisation: uuid.UUID, ground: Ground, on: dt.date) -> None:
    """Lets it see her no more for the sake of that case, from the end of a day on: so that whoever
    gave a case away by a slip still sees where it went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select citizen_access_end(%s, %s, %s, %s)", [about, organisation, ground.value, on]
        )


def one_person(pk: uuid.UUID, by: Actor) -> Citizen | None:
    """The row that counts for a citizen of ours, locked: herself, or whom she was merged into.

    Both are locked in the order of their ids, as a merge locks them, so that neither waits for the
    other in a circle.
    """
    own = policies.citizens_handled_by(by).select_for_update(of=("self",))
    into = Citizen.objects.filter(pk=pk).values("merged_into")
    rows = {one.pk: one for one in own.filter(Q(pk=pk) | Q(pk__in=into)).order_by("pk")}
    found = rows.get(pk)
    return rows.get(found.merged_into_id, found) if found and found.merged_into_id else found


def many_persons(pks: Collection[uuid.UUID], by: Actor) -> dict[uuid.UUID, Citizen]:
    """The same for many at once: the row that counts for each id, locked, in the same order."""
    if not pks:
        return {}
    own = policies.citizens_handled_by(by).select_for_update(of=("self",))
    into = Citizen.objects.filter(pk__in=pks).values("merged_into")
    rows = {one.pk: one for one in own.filter(Q(pk__in=pks) | Q(pk__in=into)).order_by("pk")}
    return {pk: rows.get(rows[pk].merged_into_id or pk, rows[pk]) for pk in pks if pk in rows}


def add_citizen(pk: uuid.UUID, facts: dict[str, Any], at: dt.datetime) -> Citizen:
    """A new person with what is known of her; `facts` are fields of Citizen."""
    citizen = Citizen(pk=pk, created_at=at, **facts)
    citizen.save(force_insert=True)
    return citizen


def fill_in(citizen: Citizen, facts: dict[str, Any]) -> None:
    """Puts what is known into the fields that are empty; what stands there already stays."""
    if new := filled_in(citizen, facts):
        citizen.save(update_fields=[*new, "version"])


def filled_in(citizen: Citizen, facts: dict[str, Any]) -> set[str]:
    """The same, saved by the caller: the names of the fields that were empty."""
    new = {name: value for name, value in facts.items() if value and not getattr(citizen, name)}
    for name, value in new.items():
        setattr(citizen, name, value)
    citizen.version += bool(new)
    return set(new)


def add_phones(citizen: Citizen, phones: Sequence[tuple[str, str]]) -> None:
    """Adds numbers that are not there yet, behind those that are."""
    have = set(Phone.objects.filter(citizen=citizen).values_list("number", flat=True))
    Phone.objects.bulk_create(new_phones(citizen.pk, phones, have))


def new_phones(
    citizen: uuid.UUID, phones: Sequence[tuple[str, str]], have: Collection[str]
) -> list[Phone]:
    """The rows of the numbers that are not there yet, laid by the caller."""
    new = [(number, note) for number, note in dict(phones).items() if number not in have]
    return [
        Phone(citizen_id=citizen, number=number, note=note[:40], rank=len(have) + place)
        for place, (number, note) in enumerate(new)
    ]


def add_civil_number(citizen: Citizen, number: cpr.CivilNumber, at: dt.datetime) -> None:
    """Seals a number and lays it beside those that were there before."""
    new_civil_number(citizen.pk, number, at).save(force_insert=True)


def new_civil_number(citizen: uuid.UUID, number: cpr.CivilNumber, at: dt.datetime) -> CivilNumber:
    """The row of a sealed number, laid by the caller."""
    row = CivilNumber(citizen_id=citizen, kind=number.kind.value, since=at)
    row.sealed_value = sealed.seal(number.value, place=CivilNumber.PLACE, row=row.pk)
    row.fingerprint = sealed.fingerprint(number.value, of="cpr")
    return row


def add_residence(citizen: Citizen, home: Municipality, on: dt.date) -> None:
    """She lives there from that day on, unless she is known to already."""
    latest = Residence.objects.filter(citizen=citizen, from_on__lte=on).first()
    if latest is None or latest.municipality_id != home.pk:
        Residence.objects.update_or_create(
            citizen=citizen, from_on=on, defaults={"municipality": home}
        )


def possible_birth(born: dt.date | None, at: dt.datetime) -> None:
    """Raises Refusal for a birth date ahead, or before anybody lives who saw it."""
    if born and born > clock.danish_date(at):
        raise Refusal(
            _("Fødselsdatoen ligger ude i fremtiden. Skriv den dag, borgeren er født."),
            field="birth_date",
        )
    if born and born < EARLIEST:
        raise Refusal(
            _("Fødselsdatoen ligger før år 1900. Ret årstallet, eller lad feltet stå tomt."),
            field="birth_date",
        )
