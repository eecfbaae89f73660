"""What stands around the list of referrals: how many each tab has, one's own filters, who there is.

One statement, because the list is read all day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from referrals.queries.conditions import COVERS
from referrals.queries.listing import CAP, ListedFilters, narrowed
from referrals.states import ReferralState
from roegfri.accounts.roles import STAFF
from roegfri.actor import Actor
from roegfri.ui.lists import Count
from roegfri.walls import prepared

# The list's name where one's own filters are kept.
LIST = "referrals"
# How many of the newest referrals are looked through for who sends any.
NEWEST = 2000
TABS: Mapping[str, ListedFilters] = {
    "new": ListedFilters(contact="untried"),
    "overdue": ListedFilters(due="overdue"),
    "mine": ListedFilters(mine=True, unclosed=True),
    "open": ListedFilters(unclosed=True),
    "closed": ListedFilters(state=ReferralState.CLOSED),
}
_ROLES = ", ".join(f"'{role}'" for role in STAFF)
_BESIDE = f"""
  (select coalesce(json_agg(json_build_array(id, name, query) order by da_sort_key(name)), '[]')
    from ui_savedfilter where user_id = %(viewer)s and list = '{LIST}') as saved,
  (select coalesce(json_agg(json_build_array(id, name) order by da_sort_key(name), id), '[]')
    from accounts_user where is_active and id in (
      select user_id from accounts_grant where organisation_id = %(organisation)s
        and role in ({_ROLES}) and from_on <= %(today)s
        and (until_on is null or until_on >= %(today)s))) as people,
  exists (select from referrals_cover cover where {COVERS}) as covering
"""  # noqa: S608  (our own words)
_SENDERS = f"""
select o.id, o.name, o.kind from organisations_organisation o where o.id in (
  select sender_id from (
    select sender_id from referrals_referral where handler_id = %(organisation)s
    order by received_at desc, id desc limit {NEWEST}
  ) newest where sender_id is not null
) order by o.kind, da_sort_key(o.name), o.id
"""  # noqa: S608  (our own words)


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter one has kept: what it is called, and the query string it stands for."""

    id: UUID
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Overview:
    """`tabs` are those of TABS; `found` is how many the filters leave; `people` may have cases;
    `covering`: among those that are mine are those of whoever I cover for today."""

    tabs: Mapping[str, Count]
    found: Count
    saved: Sequence[Saved]
    people: Sequence[tuple[UUID, str]]
    covering: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """An organisation that has sent somebody lately."""

    id: UUID
    name: str
    kind: str


def overview(viewer: Actor, filters: ListedFilters | None) -> Overview:
    """What stands around the list that `filters` leaves; None leaves nothing."""
    counted: dict[str, ListedFilters] = dict(TABS)
    if filters:
        counted["found"] = filters
    columns, values = [], narrowed(viewer, ListedFilters())[1]
    for name, one in counted.items():
        words, more = _counted(viewer, name, one)
        columns.append(f"{words} as {name}")
        values |= more
    ((*numbers, saved, people, covering),) = prepared.tuples(
        f"select {', '.join(columns)},{_BESIDE}", values
    )
    found = {
        name: Count(min(number, CAP), capped=number > CAP)
        for name, number in zip(counted, numbers, strict=True)
    }
    return Overview(
        tabs={name: found[name] for name in TABS},
        found=found.get("found", Count(0, capped=False)),
        saved=[Saved(UUID(pk), name, query) for pk, name, query in saved],
        people=[(UUID(pk), name) for pk, name in people],
        covering=covering,
    )


def senders(viewer: Actor) -> list[Sender]:
    """Those among the newest referrals' senders, by kind and in Danish order."""
    return prepared.rows(_SENDERS, {"organisation": viewer.organisation_id}, Sender)


def _counted(viewer: Actor, name: str, filters: ListedFilters) -> tuple[str, dict[str, object]]:
    """A count of its own in a statement of several: its values are named after it."""
    where, values = narrowed(viewer, filters)
    own = {}
    for one in fields(filters):
        where = where.replace(f"%({one.name})s", f"%({name}_{one.name})s")
        own[f"{name}_{one.name}"] = values[one.name]
    rows = f"select from referrals_referral r where {where} limit {CAP + 1}"
    return f"(select count(*) from ({rows}) n)", own  # noqa: S608
