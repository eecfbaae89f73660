"""What is known of a citizen is corrected: her data, her numbers, where she lives."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.commands.people import add_civil_number, one_person, possible_birth
from referrals.models import Citizen, CivilNumber, Referral, Residence
from referrals.models.parts import columns_of, names_of_columns, parts_of
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr
from roegfri.persons.born import EARLIEST
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision, Merged, Parts, merged
from roegfri.walls.locks import alone

_FURTHEST = dt.timedelta(days=366)


@transaction.atomic
def change_citizen(
    citizen: Citizen,
    changes: Parts,
    *,
    version: int,
    by: Actor,
    at: dt.datetime,
    seen: Parts | None = None,
) -> Merged:
    """Saves what was changed, and nothing else; answers with what it did.

    `changes` are parts (models/parts.py) as the form says them; `version` is the citizen's when the
    form was opened, `seen` what the form showed then. What others changed meanwhile is kept where
    the form did not. Raises Collision when both changed the same part, and then saves nothing;
    Refusal for a birth date that cannot be, or when the case is no longer ours.
    """
    citizen = own_citizen(citizen, by)
    now = parts_of(citizen)
    found = merged(now if seen is None and version == citizen.version else seen, now, changes)
    if found.conflicts:
        raise Collision(found.conflicts, {name: now[name] for name in changes})
    if not found.changed:
        return found
    columns = columns_of(found.changed)
    possible_birth(columns.get("birth_date"), at)
    for name, value in columns.items():
        setattr(citizen, name, value)
    citizen.version += 1
    citizen.save(update_fields=[*names_of_columns(found.changed), "version"])
    record("citizen.changed", citizen, by=by, at=at, persons=[citizen.pk], columns=sorted(columns))
    return found


@transaction.atomic
def add_number(
    citizen: Citizen, number: cpr.CivilNumber, *, by: Actor, at: dt.datetime
) -> CivilNumber:
    """A new CPR or substitute number, which counts from now on; those before it stay as history.

    A birth date that nobody knew is taken from it. The newest one again changes nothing. Raises
    Refusal when she has had it before, or when it is another citizen's of ours.
    """
    # The number first and then her row, as a referral that brings the number locks them.
    mark = sealed.fingerprint(number.value, of="cpr")
    alone("citizen", mark.hex())
    citizen = own_citizen(citizen, by)
    persons = queries.persons_of(by, citizen)
    before = list(CivilNumber.objects.filter(citizen__in=persons).order_by("-since"))
    if before and bytes(before[0].fingerprint) == mark:
        return before[0]
    if any(bytes(one.fingerprint) == mark for one in before):
        raise Refusal(
            _("Borgeren har haft det nummer før. Er det nyeste skrevet forkert, så fjern det."),
            field="number",
        )
    _nobody_elses(mark, persons, by)
    add_civil_number(citizen, number, at)
    if citizen.birth_date is None and number.born:
        citizen.birth_date = number.born
        citizen.version += 1
        citizen.save(update_fields=["birth_date", "version"])
    record("civil_number.added", citizen, by=by, at=at, persons=[citizen.pk])
    return CivilNumber.objects.get(citizen=citizen, fingerprint=mark)


@transaction.atomic
def remove_number(number: CivilNumber, *, by: Actor, at: dt.datetime) -> None:
    """Takes away a number that never was hers: a slip. Raises Refusal when it is gone already."""
    citizen = own_citizen(number.citizen, by)
    if not CivilNumber.objects.filter(pk=number.pk).delete()[0]:
        raise Refusal(_("Nummeret er allerede fjernet."))
    record("civil_number.removed", citizen, by=by, at=at, persons=[citizen.pk])


@transaction.atomic
def move_home(
    citizen: Citizen, municipality: Municipality, *, from_on: dt.date, by: Actor, at: dt.datetime
) -> None:
    """She lives there from a Danish date on. The same day again corrects what was said of it.

    Raises Refusal for a day before she was born, or more than a year ahead.
    """
    citizen = own_citizen(citizen, by)
    if from_on < max(EARLIEST, citizen.birth_date or EARLIEST):
        raise Refusal(_("Datoen ligger før borgerens fødsel. Skriv en senere."), field="from_on")
    if from_on > clock.danish_date(at) + _FURTHEST:
        raise Refusal(_("Datoen ligger mere end et år ude i fremtiden."), field="from_on")
    persons = queries.persons_of(by, citizen)
    rows = Residence.objects.filter(citizen__in=persons)
    known = rows.filter(from_on__lte=from_on).first()
    if known and known.municipality_id == municipality.pk:
        return
    if same := rows.filter(from_on=from_on).first():
        same.municipality = municipality
        same.save(update_fields=["municipality"])
    else:
        Residence.objects.create(citizen=citizen, municipality=municipality, from_on=from_on)
    record("residence.added", citizen, by=by, at=at, persons=[citizen.pk])


@transaction.atomic
def remove_home(residence: Residence, *, by: Actor, at: dt.datetime) -> None:
    """Takes away a line that was wrong. Raises Refusal when it is gone already."""
    citizen = own_citizen(residence.citizen, by)
    if not Residence.objects.filter(pk=residence.pk).delete()[0]:
        raise Refusal(_("Linjen er allerede fjernet."))
    record("residence.removed", citizen, by=by, at=at, persons=[citizen.pk])


def own_citizen(citizen: Citizen, by: Actor) -> Citizen:
    """The row that counts for her, locked: a part of the commands that change it.

    Raises Refusal when her case is another municipality's by now: whoever gave it on may look at it
    until the end of that day, and change nothing.
    """
    found = one_person(citizen.pk, by)
    if found is None or not _still_ours(found, by):
        raise Refusal(_("Sagen er ikke længere hos jer. Intet er ændret."))
    return found


def _nobody_elses(mark: bytes, persons: Collection[UUID], by: Actor) -> None:
    """Raises Refusal when another citizen of ours has the number of that fingerprint."""
    ours = policies.citizens_handled_by(by).exclude(pk__in=persons)
    if CivilNumber.objects.filter(fingerprint=mark, citizen__in=ours).exists():
        raise Refusal(
            _(
                "Nummeret står på en anden borger hos jer. Se efter, om det er samme person: så"
                " skal de to slås sammen."
            ),
            field="number",
        )


def _still_ours(citizen: Citizen, by: Actor) -> bool:
    if by.is_system:
        return True
    cases = Referral.objects.filter(citizen__in=queries.persons_of(by, citizen))
    return cases.filter(handler_id=by.organisation_id).exists()
