"""How many wait in each view of the queue, and for whom one covers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from referrals.queries.conditions import AGREED, COVERS, DUE_TODAY, MINE, NO_NUMBER, OVERDUE, UNREAD
from referrals.queries.lists import View, branches, queue_values
from roegfri.actor import Actor
from roegfri.ui.lists import Count
from roegfri.walls import prepared

CAP = 100
# How far down the queue those without a number and the agreed times are counted: no index has them.
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Covering:
    """Whose cases one looks after, and until when (the last day)."""

    name: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Counts:
    """How many each view of the queue has, counted up to 100; for whom one covers; and what the
    storeys above show beside them, by name (lists.Branch.beside)."""

    number: Mapping[View, Count]
    covering: Sequence[Covering]
    beside: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Counted:
    overdue: int
    today: int
    mine: int
    messages: int
    agreed: int
    no_number: int
    deeper: bool
    covering: list[list[str]]
    above: dict[str, int]
    beside: dict[str, list[Any]]


_OURS = "select from referrals_referral r where r.handler_id = %(organisation)s"


def _up_to_cap(rows: str) -> str:
    return f"(select count(*) from ({rows} limit {CAP + 1}) n)"  # noqa: S608  (our own words)


_COUNTS = f"""
with top as materialized (
  select citizen_id, next_step, next_at from referrals_referral
  where handler_id = %(organisation)s and next_at is not null order by next_at limit {DEPTH}
)
select
  {_up_to_cap(f"{_OURS} and {OVERDUE}")} as overdue,
  {_up_to_cap(f"{_OURS} and {DUE_TODAY}")} as today,
  {_up_to_cap(f"{_OURS} and r.next_at is not null and r.caseworker_id in {MINE}")} as mine,
  {_up_to_cap(f"select from referrals_incomingmessage m where {UNREAD}")} as messages,
  (select count(*) from top where next_step in {AGREED} and next_at < %(tomorrow)s) as agreed,
  (select count(*) from top where {NO_NUMBER.format(of="top")}) as no_number,
  (select count(*) = {DEPTH} from top) as deeper,
  (select coalesce(json_agg(json_build_array(u.name, cover.until_on)
      order by cover.until_on, u.name), '[]')
    from referrals_cover cover join accounts_user u on u.id = cover.absent_id
    where {COVERS}) as covering
"""  # noqa: S608  (our own words and numbers)


@cache
def _above() -> str:
    """What the branches of the storeys above count, by view, and show beside it: two columns."""
    counted = [
        f"'{view}', {_up_to_cap(rows)}"
        for branch in branches()
        for view, rows in branch.counted.items()
    ]
    beside = [f"'{name}', {rows}" for branch in branches() for name, rows in branch.beside.items()]
    return (
        f", json_build_object({', '.join(counted)}) as above"
        f", json_build_object({', '.join(beside)}) as beside"
    )


def waiting_counts(viewer: Actor) -> Counts:
    """How many wait in each view; one statement."""
    (found,) = prepared.rows(f"{_COUNTS}{_above()}", queue_values(viewer), _Counted)
    exact = {
        View.OVERDUE: found.overdue,
        View.TODAY: found.today,
        View.MINE: found.mine,
        View.MESSAGES: found.messages,
        **{View(name): number for name, number in found.above.items()},
    }
    # Counted at the top of the queue: of a longer one, this is the least there are.
    at_top = {View.AGREED: found.agreed, View.NO_NUMBER: found.no_number}
    return Counts(
        {view: Count(min(n, CAP), capped=n > CAP) for view, n in exact.items()}
        | {v: Count(min(n, CAP), capped=n > CAP or found.deeper) for v, n in at_top.items()},
        [Covering(name, dt.date.fromisoformat(until)) for name, until in found.covering],
        found.beside,
    )
