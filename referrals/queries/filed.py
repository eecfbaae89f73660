"""What a citizen's file is read with: prepared statements, because a file is opened all day.

Planning the joins behind their walls costs more than running them. The first wall is written out
here as policies.py says it; the second stands around every table.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from referrals.models import Citizen, Phone, Referral
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality, Organisation, Practice
from roegfri.walls import prepared

M = TypeVar("M", bound=models.Model)

_LIVE = """a.organisation_id = %(organisation)s and a.from_on <= %(today)s
  and (a.until_on is null or a.until_on >= %(today)s) limit 1"""
# As policies.referrals_visible_to, and as policies.citizens_visible_to.
_HANDLED = f"""(%(system)s or (select true from referrals_citizenaccess a
  where a.about = r.id and a.ground = 'handling' and {_LIVE}))"""  # noqa: S608  (our own words)
_SEEN = f"""(%(system)s or (select true from referrals_citizenaccess a
  where a.citizen_id = c.id and {_LIVE}))"""  # noqa: S608  (our own words)
# Whose referral it is; and the other rows of the same person, if she was merged.
_OWN = """
select {columns}, d.name, y.provider_number
from referrals_referral r join referrals_citizen c on c.id = r.citizen_id
left join organisations_organisation d on d.id = c.practice_id
left join organisations_practice y on y.organisation_ptr_id = c.practice_id
where r.id = %(referral)s and {handled}
"""
_SAME = """
select {columns}, d.name, y.provider_number
from referrals_citizen c
left join organisations_organisation d on d.id = c.practice_id
left join organisations_practice y on y.organisation_ptr_id = c.practice_id
where (c.id = %(root)s or c.merged_into_id = %(root)s) and c.id <> %(own)s and {seen}
"""
_CASES = """
select {columns}, h.name, b.name, g.name, u.name
from referrals_referral r
join organisations_organisation h on h.id = r.handler_id
join organisations_organisation b on b.id = r.received_by_id
join organisations_organisation g on g.id = r.agreement_id
left join accounts_user u on u.id = r.caseworker_id
where r.citizen_id = any(%(persons)s) and {handled}
order by r.received_at desc, r.id
"""
_PHONES = "select {columns} from referrals_phone p where p.citizen_id = any(%(persons)s)"
_NUMBERS = """
select n.id, n.sealed_value, n.since from referrals_civilnumber n
where n.citizen_id = any(%(persons)s) order by n.since desc, n.id
"""
_HOMES = """
select s.id, o.name, s.from_on, exists (
  select from organisations_membership m
  where m.municipality_id = s.municipality_id and m.agreement_id = %(agreement)s
    and m.scope = %(scope)s and m.from_on <= %(today)s
    and (m.until_on is null or m.until_on >= %(today)s))
from referrals_residence s join organisations_organisation o on o.id = s.municipality_id
where s.citizen_id = any(%(persons)s) order by s.from_on desc, s.id
"""


def rows_of_person(viewer: Actor, referral: UUID) -> list[Citizen]:
    """The rows that are the person of a referral and that one may see, the one that counts in
    front; none for another's referral."""
    own = _citizens(_OWN, _values(viewer, referral=referral))
    if not own:
        return []
    root = own[0].merged_into_id or own[0].pk
    same = _citizens(_SAME, _values(viewer, root=root, own=own[0].pk))
    return sorted(own + same, key=lambda one: (one.pk != root, one.pk))


def _citizens(sql: str, values: dict[str, Any]) -> list[Citizen]:
    found = []
    for *columns, name, number in prepared.tuples(_with_columns(sql, Citizen, "c"), values):
        citizen = _made(Citizen, columns)
        if citizen.practice_id:
            practice = Organisation(pk=citizen.practice_id, name=name)
            practice.as_practice = Practice(provider_number=number) if number else None
            citizen.practice = practice
        found.append(citizen)
    return found


def cases_of(viewer: Actor, persons: Sequence[UUID]) -> list[Referral]:
    """Their referrals, the newest first; of organisations and people there are id and name."""
    found = []
    sql = _with_columns(_CASES, Referral, "r")
    for *columns, handler, receiver, agreement, caseworker in prepared.tuples(
        sql, _values(viewer, persons=persons)
    ):
        one = _made(Referral, columns)
        one.handler = Municipality(pk=one.handler_id, name=handler)
        one.received_by = Municipality(pk=one.received_by_id, name=receiver)
        one.agreement = Agreement(pk=one.agreement_id, name=agreement)
        one.caseworker = User(pk=one.caseworker_id, name=caseworker) if one.caseworker_id else None
        found.append(one)
    return found


def phones_of(viewer: Actor, persons: Sequence[UUID]) -> list[Phone]:
    """Their numbers in the order to call them, as the lists choose the first (conditions.NUMBER).

    One that two rows of a person have stands once: the one that works, or else as the row has it
    that counts (`persons` names that one first)."""
    sql = _with_columns(_PHONES, Phone, "p")
    found = [_made(Phone, row) for row in prepared.tuples(sql, {"persons": list(persons)})]
    place = {pk: nr for nr, pk in enumerate(persons)}
    found.sort(key=lambda one: (bool(one.wrong_since), place[one.citizen_id]))
    once: dict[str, Phone] = {}
    for one in found:
        once.setdefault(one.number, one)
    return sorted(once.values(), key=lambda one: (one.rank, place[one.citizen_id], one.pk))


def sealed_numbers_of(
    viewer: Actor, persons: Sequence[UUID]
) -> list[tuple[UUID, bytes, dt.datetime]]:
    """Their CPR numbers, the newest first: id, ciphertext, since."""
    rows = prepared.tuples(_NUMBERS, {"persons": list(persons)})
    return [(pk, bytes(value), since) for pk, value, since in rows]


def homes_of(
    viewer: Actor, persons: Sequence[UUID], agreement: UUID
) -> list[tuple[UUID, str, dt.date, bool]]:
    """Where they live, the newest first: id, name, from when, whether it is in the agreement."""
    values = {"agreement": agreement, "scope": Scope.CESSATION.value}
    rows = prepared.tuples(_HOMES, _values(viewer, persons=persons) | values)
    return [(pk, name, from_on, member) for pk, name, from_on, member in rows]


def _values(viewer: Actor, **more: Any) -> dict[str, Any]:
    return {
        "organisation": viewer.organisation_id,
        "system": viewer.is_system,
        "today": clock.today(),
        **{name: list(value) if isinstance(value, list) else value for name, value in more.items()},
    }


@cache
def _with_columns(sql: str, model: type[models.Model], alias: str) -> str:
    columns = ", ".join(f"{alias}.{one.column}" for one in model._meta.concrete_fields)
    return sql.format(columns=columns, handled=_HANDLED, seen=_SEEN)


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(one.attname for one in model._meta.concrete_fields)


def _made(model: type[M], row: Sequence[Any]) -> M:
    return model.from_db("default", _names(model), list(row))
