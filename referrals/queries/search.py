"""Search: whom an organisation can find, by name, number, birth date or case.

Two statements: the database's own search answers with ids (migration 0006_search), and the rows
are read through the walls. Ids are all that a search function could ever leak.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from referrals.models import CivilNumber
from referrals.queries.rows import Named
from referrals.queries.wanted import Wanted
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.persons import cpr
from roegfri.walls import prepared

MOST = 25

_FIND = """
select citizen from find_citizens(%(name)s::text, %(born)s::date[], %(digits)s::text,
  %(civil)s::bytea, %(first)s::uuid, %(last)s::uuid, %(most)s::integer)
"""
# A citizen's row, and beside it what was kept under other ids that were merged into hers. The case
# is the one searched for, else an open one, else the newest.
_SHOW = """
select c.id, c.given_names, c.surname, c.birth_date, n.id as number_id,
  n.sealed_value as sealed_number, h.name as home, r.id as case_id, r.state, u.name as caseworker,
  array(select p.number from referrals_phone p where p.citizen_id = any(hers.ids)
    order by p.rank, p.number) as phones,
  array(select o.id from referrals_referral o where o.citizen_id = any(hers.ids)
    and o.state <> 'closed' and (%(first)s::uuid is null or o.id between %(first)s and %(last)s)
    limit 2) as open_cases
from unnest(%(ids)s::uuid[]) with ordinality as wanted (id, nr)
join referrals_citizen c on c.id = wanted.id
cross join lateral (select c.id || array(
  select m.id from referrals_citizen m where m.merged_into_id = c.id) as ids) hers
left join lateral (
  select id, sealed_value from referrals_civilnumber where citizen_id = c.id
  order by since desc limit 1
) n on true
left join lateral (
  select municipality_id from referrals_residence
  where citizen_id = c.id and from_on <= %(today)s order by from_on desc limit 1
) lives on true
left join organisations_organisation h on h.id = lives.municipality_id
left join lateral (
  select id, state, caseworker_id from referrals_referral where citizen_id = any(hers.ids)
  order by (id between %(first)s::uuid and %(last)s::uuid) is true desc, state <> 'closed' desc,
    received_at desc limit 1
) r on true
left join accounts_user u on u.id = r.caseworker_id
order by wanted.nr
"""


@dataclass(frozen=True, slots=True)
class Hit(Named):
    """One citizen that was found. `case_id` is None where another municipality has her case."""

    id: UUID
    given_names: str
    surname: str
    birth_date: dt.date | None
    number_id: UUID | None
    sealed_number: bytes | None
    home: str | None
    case_id: UUID | None
    state: str | None
    caseworker: str | None
    phones: Sequence[str]
    open_cases: Sequence[UUID]

    @property
    def masked_number(self) -> str:
        """ "251248-****"; empty when there is none."""
        if self.sealed_number is None or self.number_id is None:
            return ""
        value = sealed.unseal(self.sealed_number, place=CivilNumber.PLACE, row=self.number_id)
        return cpr.masked(value)


@dataclass(frozen=True, slots=True)
class Found:
    """The nearest first, at most 25; `more` when there were others."""

    hits: Sequence[Hit]
    more: bool = False

    @property
    def only_case(self) -> UUID | None:
        """The one open case of the one citizen, if that is all there is."""
        cases = self.hits[0].open_cases if len(self.hits) == 1 else ()
        return cases[0] if len(cases) == 1 else None


@dataclass(frozen=True, slots=True)
class _Id:
    citizen: UUID


def found(viewer: Actor, wanted: Wanted) -> Found:
    """Whom a search finds in the viewer's organisation; notices them for the log."""
    if viewer.organisation_id is None or wanted.nothing:
        return Found(())
    ids = _nearest(wanted)
    if not ids:
        return Found(())
    looks.noticed(ids[:MOST])
    # Eight digits are read as a number and as the beginning of an id: the number opens any case.
    first, last = (None, None) if wanted.digits else wanted.case or (None, None)
    shown = {"ids": ids[:MOST], "first": first, "last": last, "today": clock.today()}
    hits = [
        # Rows that were merged may have the same number.
        dataclasses.replace(hit, phones=list(dict.fromkeys(hit.phones)))
        for hit in prepared.rows(_SHOW, shown, Hit)
    ]
    return Found(hits, more=len(ids) > MOST)


def _nearest(wanted: Wanted) -> list[UUID]:
    """The ids found, one more than is shown; the database knows who asks."""
    first, last = wanted.case or (None, None)
    values: dict[str, Any] = {
        "name": wanted.name or None,
        "born": list(wanted.born) or None,
        "digits": wanted.digits or None,
        "civil": sealed.fingerprint(wanted.civil, of="cpr") if wanted.civil else None,
        "first": first,
        "last": last,
        "most": MOST + 1,
    }
    return [row.citizen for row in prepared.rows(_FIND, values, _Id)]
