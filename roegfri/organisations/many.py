"""The look-ups of `lookup` for many at once: one planned statement each.

Messages come in by the hundred; one at a time, most of their cost was asking who sent them and
what the agreement says, over and over.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import Organisation
from roegfri.organisations.numbers import municipality_code
from roegfri.organisations.terms import Terms
from roegfri.walls import prepared

# As lookup.sender finds them, each kind of number where it stands.
_SENDERS = """
select asked.place, o.id, o.kind, o.name
from unnest(%(places)s::int[], %(codes)s::text[], %(numbers)s::text[])
  as asked (place, code, number)
join lateral (
  select p.organisation_ptr_id as id, 1 as rank from organisations_practice p
    where asked.code = 'ydernummer' and p.provider_number in (
      asked.number, ltrim(asked.number, '0'),
      lpad(asked.number, greatest(6, length(asked.number)), '0'))
  union all select d.organisation_ptr_id, 1 from organisations_hospitaldepartment d
    where asked.code = 'sygehusafdelingsnummer' and d.number = asked.number
      or asked.code = 'sorkode' and d.sor = asked.number
  union all select h.organisation_ptr_id, 2 from organisations_hospital h
    where asked.code = 'sorkode' and h.sor = asked.number
  union all select m.organisation_ptr_id, 1 from organisations_municipality m
    where asked.code = 'kommunenummer' and m.code = asked.number
      or asked.code = 'lokationsnummer' and m.ean = asked.number
  union all select f.organisation_ptr_id, 2 from organisations_pharmacy f
    where asked.code = 'lokationsnummer' and f.gln = asked.number
  order by rank limit 1
) found on true
join organisations_organisation o on o.id = found.id
"""

_STANDING = """
select own.code, own.ean, day.day, a.id, a.name, coalesce((
    select jsonb_object_agg(t.name, t.value) from (
      select distinct on (t.name) t.name, t.value from organisations_term t
      where t.agreement_id = a.id and t.from_on <= day.day order by t.name, t.from_on desc) t
  ), '{}')::text as terms,
  array(select c."on" from organisations_closingday c
    where c.municipality_id = own.organisation_ptr_id) as closed
from unnest(%(days)s::date[]) as day (day)
join organisations_municipality own on own.organisation_ptr_id = %(municipality)s::uuid
left join lateral (
  select o.id, o.name from organisations_membership m
  join organisations_organisation o on o.id = m.agreement_id
  where m.municipality_id = %(municipality)s::uuid and m.scope = %(scope)s::text
    and m.from_on <= day.day and (m.until_on is null or m.until_on >= day.day)
  order by o.name limit 1
) a on true
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a municipality stands on a day: its numbers, and its agreement on cessation, if any."""

    code: str
    ean: str
    on: dt.date
    agreement_id: UUID | None
    agreement: str
    terms: Mapping[str, str]
    closed: frozenset[dt.date]

    def said(self) -> Terms:
        """What the agreement says on that day."""
        return Terms(self.agreement, self.on, self.terms)


def standings(municipality: UUID, days: Collection[dt.date]) -> dict[dt.date, Standing]:
    """How a municipality stands on each of some days; nothing for what is no municipality."""
    values = {"municipality": municipality, "days": sorted(set(days)), "scope": Scope.CESSATION}
    rows = prepared.tuples(_STANDING, values)
    return {
        on: Standing(code, ean, on, pk, name or "", json.loads(terms), frozenset(closed))
        for code, ean, on, pk, name, terms, closed in rows
    }


Number = tuple[str, str]


def senders(asked: Collection[Number]) -> dict[Number, Organisation]:
    """Who sent messages, by IdentifierCode and Identifier; those not known here are left out.

    Organisations with id, kind and name: enough to be named and pointed at.
    """
    numbers = sorted({one for one in asked if one[1].strip()})
    if not numbers:
        return {}
    values: dict[str, Any] = {
        "places": list(range(len(numbers))),
        "codes": [code.strip().lower() for code, _number in numbers],
        "numbers": [_spelt(*one) for one in numbers],
    }
    found = prepared.tuples(_SENDERS, values)
    return {
        numbers[place]: Organisation(pk=pk, kind=Kind(kind), name=name)
        for place, pk, kind, name in found
    }


def _spelt(code: str, number: str) -> str:
    """The number as it stands with us."""
    of_municipality = code.strip().lower() == "kommunenummer"
    return municipality_code(number) if of_municipality else number.strip()
