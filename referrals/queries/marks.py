"""What has happened to the lines of a queue since they were shown: for a page that stays open."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from referrals.queries.counts import CAP
from referrals.queries.lists import View, branches, queue_values
from roegfri.actor import Actor
from roegfri.ui.lists import Count
from roegfri.walls import prepared

_MARKS = """
select x.id, r.id is null and m.id is null and not {known} as gone, r.state = 'closed' as closed,
  case when r.state_since >= %(since)s then r.state_since end as closed_at,
  h.name as caller, coalesce(c.at, m.handled_at{handled_at}) as handled_at,
  coalesce(c.name, k.name{handler}) as handler
from unnest(%(ids)s::uuid[]) as x(id)
left join referrals_referral r on r.id = x.id and r.handler_id = %(organisation)s
left join referrals_incomingmessage m on m.id = x.id and m.organisation_id = %(organisation)s
left join accounts_user k on k.id = m.handled_by_id
left join lateral (
  select u.name from referrals_reservation v join accounts_user u on u.id = v.holder_id
  where v.referral_id = r.id and v.until > %(now)s and v.holder_id <> %(viewer)s limit 1
) h on true
left join lateral (
  select a.at, u.name from referrals_contactattempt a join accounts_user u on u.id = a.caller_id
  where a.referral_id = r.id and a.at >= %(since)s and a.undone_at is null
  order by a.at desc limit 1
) c on true
{joins}
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line has become. `caller` is the colleague who is calling right now; `gone` is a case
    that is another municipality's by now. Names are colleagues'."""

    id: UUID
    gone: bool
    closed: bool | None
    closed_at: dt.datetime | None
    caller: str | None
    handled_at: dt.datetime | None
    handler: str | None


def marks(viewer: Actor, ids: Sequence[UUID], *, since: dt.datetime) -> list[Mark]:
    """One for each line, shown at `since`; one statement, nothing about a person."""
    values = queue_values(viewer) | {"ids": list(ids), "since": since}
    return prepared.rows(_statement(), values, Mark)


@cache
def _statement() -> str:
    """With what the branches of the storeys above say is finished."""
    done = [branch.done for branch in branches() if branch.done]
    found = [f"d{number}" for number in range(len(done))]
    joins = (
        f"left join lateral ({one}) {name} on true" for name, one in zip(found, done, strict=True)
    )
    return _MARKS.format(
        known=f"({' or '.join([f'{name}.known' for name in found] or ['false'])}) is true",
        handled_at="".join(f", {name}.at" for name in found),
        handler="".join(f", {name}.name" for name in found),
        joins="\n".join(joins),
    )


def newcomers(
    viewer: Actor,
    *,
    view: View,
    shown: Sequence[UUID],
    since: dt.datetime | None,
    until: dt.datetime | None,
) -> Count:
    """How many stand in the queue by now from `since` until `until` and are not among `shown`.

    The two are the times of the first and the last line on the screen; None: no such end.
    """
    ends = "and not {id} = any(%(shown)s)"
    ends += " and {at} >= %(since)s" if since else ""
    ends += " and {at} <= %(until)s" if until else ""
    parts = [
        f"(select from {one.rows} and {one.views[view]} {ends.format(id=one.id, at=one.at)}"
        f" limit {CAP + 1})"
        for one in branches()
        if view in one.views
    ]
    statement = f"select count(*) from ({' union all '.join(parts)}) n"  # noqa: S608
    values = queue_values(viewer) | {"shown": list(shown), "since": since, "until": until}
    ((number,),) = prepared.tuples(statement, values)
    return Count(min(number, CAP), capped=number > CAP)
