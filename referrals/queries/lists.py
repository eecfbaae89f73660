"""I dag: one queue for everything with a clock, by next action, then by when it was received.

What can stand in the queue is a table of branches: each is read in its own order through its own
index and no further than a page needs, and the statement merges them. A storey above adds branches
of its own by naming them in the settings (QUEUE_BRANCHES), and words for them (desk/lines).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from referrals.queries.conditions import (
    AGREED,
    DUE_TODAY,
    KEPT,
    KEPT_COLUMN,
    MINE,
    NO_HOME,
    NO_NUMBER,
    NUMBER,
    OVERDUE,
    UNREAD,
)
from referrals.queries.waiting import MESSAGE, TERMS_TOLD, Waiting
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.ui.lists import Column, Page, Slice, Sort, page_of
from roegfri.walls import prepared

BY_NEXT = Sort("next", "", (Column("next_at"), Column("received_at")))
_SHOWN = {name: name for name in ("next_at", "received_at", "id")}


class View(StrEnum):
    """What one can look at of the queue; the words stand in the address."""

    ALL = ""
    MINE = "mine"
    OVERDUE = "overskredet"
    TODAY = "frist-i-dag"
    AGREED = "aftaler"
    NO_NUMBER = "mangler-nummer"
    MESSAGES = "beskeder"
    TASKS = "opgaver"


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One kind of thing that waits: where it is read, and in which order (`at`, `received`, `id`).

    `values` says what a column of a line is; one that is not named is empty. `views` says what a
    view leaves of it; one that is not named leaves nothing. `counted` are, by view, the rows whose
    number stands on top where counts.py does not count them itself; `beside` is, by name, what else
    is shown on top: SQL for a JSON array. `done` says of the id `x.id`
    when it was finished (`at`, null while it is open) and by whom (`name`); no row: it is not ours.
    """

    rows: str
    at: str
    received: str
    id: str
    values: Mapping[str, str]
    views: Mapping[View, str]
    counted: Mapping[View, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    done: str = ""


BRANCHES: Sequence[Branch] = (
    # Whoever is to be called or met: the first wall is the municipality that handles the case.
    Branch(
        rows=f"""referrals_referral r
join referrals_citizen c on c.id = r.citizen_id
{KEPT}
left join lateral {NUMBER} p on true
left join lateral (
  select string_agg(name || '=' || value || '@' || from_on, ';' order by name, from_on) as told
  from organisations_term
  where agreement_id = r.agreement_id
    and name in ({", ".join(f"'{name}'" for name in TERMS_TOLD)})
) t on true
left join lateral (
  select h.name from referrals_reservation v join accounts_user h on h.id = v.holder_id
  where v.referral_id = r.id and v.until > %(now)s and v.holder_id <> %(viewer)s limit 1
) v on true
left join accounts_user u on u.id = r.caseworker_id
where r.handler_id = %(organisation)s and r.next_at is not null""",  # noqa: S608  (our own words)
        at="r.next_at",
        received="r.received_at",
        id="r.id",
        values={
            "kind": "r.next_step",
            "state": "r.state",
            "note": "r.next_note",
            "citizen_id": "r.citizen_id",
            "given_names": KEPT_COLUMN.format("given_names"),
            "surname": KEPT_COLUMN.format("surname"),
            "birth_date": KEPT_COLUMN.format("birth_date"),
            "interpreter": KEPT_COLUMN.format("interpreter"),
            "language": KEPT_COLUMN.format("language"),
            "guardian_consent": "r.guardian_consent",
            "source": "r.source",
            "sender_name": "r.sender_name",
            "contact_by": "r.contact_by",
            "attempts": "r.attempts::int",
            "number": "p.number",
            "caseworker": "u.name",
            "home_known": f"not {NO_HOME.format(of='r')}",
            "told": "coalesce(t.told, '')",
            "reserved_by": "v.name",
            "free": f"r.state = 'received' or coalesce(r.caseworker_id in {MINE}, true)",
        },
        views={
            View.ALL: "true",
            View.MINE: f"r.caseworker_id in {MINE}",
            View.OVERDUE: OVERDUE,
            View.TODAY: DUE_TODAY,
            View.AGREED: f"r.next_step in {AGREED} and r.next_at < %(tomorrow)s",
            View.NO_NUMBER: NO_NUMBER.format(of="r"),
        },
    ),
    # What came into the own inbox and needs a person.
    Branch(
        rows=f"referrals_incomingmessage m where {UNREAD}",
        at="m.came_at",
        received="m.came_at",
        id="m.id",
        values={
            "kind": f"'{MESSAGE}'",
            "state": "m.state",
            "note": "m.reason",
            "sender_name": "coalesce(nullif(m.sender_name, ''), m.filename)",
            "home_known": "true",
        },
        views={View.ALL: "true", View.MESSAGES: "true"},
    ),
)
_EMPTY: Mapping[type, str] = {str: "''", bool: "false", int: "0"}
_NOTHING = {
    "citizen_id": "null::uuid",
    "birth_date": "null::date",
    "contact_by": "null::date",
    "happened_at": "null::timestamptz",
    "before_at": "null::timestamptz",
}


@cache
def branches() -> Sequence[Branch]:
    """All there are, of this storey and of those above it; read when they are first asked for."""
    return [one for name in settings.QUEUE_BRANCHES for one in import_string(name)]


def _columns(branch: Branch) -> str:
    """The columns of a line, in the order of Waiting; the limits of UNION are positions."""
    named = {**_order(branch), **branch.values}
    return ", ".join(
        f"{named.get(name) or _NOTHING.get(name) or _EMPTY.get(kind, 'null::text')} as {name}"
        for name, kind in Waiting.__annotations__.items()
    )


def _order(branch: Branch) -> dict[str, str]:
    """The columns of BY_NEXT and the unique one, as the branch has them."""
    return {"next_at": branch.at, "received_at": branch.received, "id": branch.id}


@cache
def _select(branch: Branch) -> str:
    return f"select {_columns(branch)} from {branch.rows}"  # noqa: S608  (our own words)


def worklist(viewer: Actor, *, after: str = "", view: View = View.ALL) -> Page[Waiting]:
    """A page of the queue, in its order; one statement."""

    def fetch(piece: Slice) -> list[Waiting]:
        values = queue_values(viewer)
        statement = _union(
            [_piece(branch, piece, values, view) for branch in branches() if view in branch.views],
            f"order by {piece.order_sql(_SHOWN)} limit {piece.limit}",
        )
        return prepared.rows(statement, values, Waiting)

    found = page_of(fetch, sort=BY_NEXT, after=after)
    looks.noticed(row.citizen_id for row in found.rows if row.citizen_id)
    return found


def queued(viewer: Actor, pk: UUID) -> Waiting | None:
    """One line of the queue as it stands now; None when it is in the queue no more."""
    parts = [f"{_select(branch)} and {branch.id} = %(pk)s" for branch in branches()]
    rows = prepared.rows(_union(parts, "limit 1"), queue_values(viewer) | {"pk": pk}, Waiting)
    looks.noticed(row.citizen_id for row in rows if row.citizen_id)
    return rows[0] if rows else None


def _piece(branch: Branch, piece: Slice, values: dict[str, Any], view: View) -> str:
    """What one branch gives to a page: no more rows than the page has."""
    names = _order(branch)
    past, edge = piece.where(names)
    for number, value in enumerate(edge):
        past = past.replace("%s", f"%(edge{number})s", 1)
        values[f"edge{number}"] = value
    # Said twice: the index is entered at the time alone.
    start = f"{branch.at} {'<=' if piece.backwards else '>='} %(edge0)s" if edge else "true"
    return (
        f"({_select(branch)} and {branch.views[view]} and {start} and {past}"
        f" order by {piece.order_sql(names)} limit {piece.limit})"
    )


def _union(parts: Sequence[str], ends: str) -> str:
    return f"select * from ({' union all '.join(parts)}) q {ends}"  # noqa: S608  (our own words)


def queue_values(viewer: Actor) -> dict[str, Any]:
    """What every statement about the queue is told: who asks, and when."""
    now = clock.now()
    today = clock.danish_date(now)
    return {
        "organisation": viewer.organisation_id,
        "viewer": viewer.user_id,
        "now": now,
        "today": today,
        "morning": clock.start_of_day(today),
        "tomorrow": clock.end_of_day(today),
    }
