"""The list of referrals: one hand-written statement for each of its three orders, plain rows out.

What a screen's filters mean is said once, in CONDITIONS: the page, the count and the export of a
list are the same rows.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from referrals.queries import deadlines
from referrals.queries.conditions import (
    DUE_LATER,
    DUE_TODAY,
    KEPT,
    KEPT_COLUMN,
    MINE,
    NO_HOME,
    NO_NUMBER,
    NUMBER,
    OVERDUE,
)
from referrals.queries.rows import Referred
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.ui.lists import BATCH, SIZE, Column, Count, Page, Slice, Sort, page_of
from roegfri.walls import prepared

SORTS = (
    Sort("modtaget", _("Modtaget"), (Column("received_at", descending=True),)),
    Sort("frist", _("Frist"), (Column("contact_by"),)),
    Sort("navn", _("Navn"), (Column("name_key"),)),
)
CAP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFilters:
    """What narrows the list; whatever is empty narrows nothing. Dates are Danish."""

    state: str = ""
    source: str = ""
    # "overdue", "today" or "later": of those nobody has talked with yet
    due: str = ""
    # "untried": nobody has called; "unreached": called, not talked with; "reached": talked with
    contact: str = ""
    sender_id: UUID | None = None
    caseworker_id: UUID | None = None
    # the viewer's own, and those of whoever she covers for today
    mine: bool = False
    unassigned: bool = False
    unclosed: bool = False
    received_from: dt.date | None = None
    # the last day, itself included
    received_until: dt.date | None = None
    # what deadlines kept counts: one of deadlines.Kind, and one of its four verdicts
    came_as: str = ""
    verdict: str = ""
    # "number": none that works; "home": no municipality known
    lacks: str = ""


# The first wall around this list: the municipality that handles the case sees it. The second
# stands around every table below, in the database.
OWN = "r.handler_id = %(organisation)s"
# filter -> its condition; or, where there are a few choices, choice -> condition
CONDITIONS: Mapping[str, str | Mapping[str, str]] = {
    "state": "r.state = %(state)s",
    "source": "r.source = %(source)s",
    "due": {
        "overdue": OVERDUE,
        "today": DUE_TODAY,
        "later": DUE_LATER,
    },
    "contact": {
        "untried": "r.state = 'received' and r.attempts = 0",
        "unreached": "r.reached_at is null and r.attempts > 0",
        "reached": "r.reached_at is not null",
    },
    "sender_id": "r.sender_id = %(sender_id)s",
    "caseworker_id": "r.caseworker_id = %(caseworker_id)s",
    "mine": f"r.caseworker_id in {MINE}",
    "unassigned": "r.caseworker_id is null",
    "unclosed": "r.state in ('received', 'reached')",
    "received_from": "r.received_at >= %(received_from)s",
    "received_until": "r.received_at < %(received_until)s",
    "came_as": deadlines.OF_KIND,
    "verdict": deadlines.VERDICTS,
    "lacks": {
        "number": NO_NUMBER.format(of="r"),
        "home": NO_HOME.format(of="r"),
    },
}
_NAMES = {
    "received_at": "r.received_at",
    "contact_by": "r.contact_by",
    "name_key": "r.name_key",
    "id": "r.id",
}
# The limit is written out: a plan that is kept has to know it.
_PAGE = """
select r.id, r.citizen_id, {given_names} as given_names, {surname} as surname, p.number,
  r.contact_by, r.state, r.source,
  r.sender_name, r.received_at, r.attempts, r.caseworker_id, u.name as caseworker,
  r.name_key
from referrals_referral r
join referrals_citizen c on c.id = r.citizen_id
{kept}
left join lateral {number} p on true
left join accounts_user u on u.id = r.caseworker_id
where {where}
order by {order} limit {limit}
"""
_COUNT = """
select count(*) as number from (select from referrals_referral r where {where} limit {limit}) n
"""


@dataclass(frozen=True, slots=True)
class ListedRow(Referred):
    """One referral of the list. Dates are Danish, instants UTC."""

    id: UUID
    citizen_id: UUID
    given_names: str
    surname: str
    number: str | None
    contact_by: dt.date
    state: str
    source: str
    sender_name: str
    received_at: dt.datetime
    attempts: int
    caseworker_id: UUID | None
    caseworker: str | None
    # What the order by name compares; never shown.
    name_key: str


@dataclass(frozen=True, slots=True)
class _Number:
    number: int


def listed_page(
    viewer: Actor, filters: ListedFilters, sort: Sort, after: str = "", *, size: int = SIZE
) -> Page[ListedRow]:
    """One page in one of SORTS, at the cursor `after` (the first one when it is empty)."""
    where, values = narrowed(viewer, filters)

    def fetch(piece: Slice) -> list[ListedRow]:
        past, edge = piece.where(_NAMES)
        for number, value in enumerate(edge):
            past = past.replace("%s", f"%(edge{number})s", 1)
            values[f"edge{number}"] = value
        statement = _PAGE.format(
            number=NUMBER,
            kept=KEPT,
            given_names=KEPT_COLUMN.format("given_names"),
            surname=KEPT_COLUMN.format("surname"),
            where=where if past == "true" else f"{where} and {past}",
            order=piece.order_sql(_NAMES),
            limit=piece.limit,
        )
        return prepared.rows(statement, values, ListedRow)

    found = page_of(fetch, sort=sort, after=after, size=size)
    looks.noticed(row.citizen_id for row in found.rows)
    return found


def listed_every(viewer: Actor, filters: ListedFilters, sort: Sort) -> Iterator[ListedRow]:
    """The rows of all pages in their order, fetched in batches: for the export."""
    after = ""
    while True:
        batch = listed_page(viewer, filters, sort, after, size=BATCH)
        yield from batch.rows
        after = batch.next
        if not after:
            return


def listed_ids(viewer: Actor, filters: ListedFilters, *, most: int) -> list[UUID]:
    """The ids of those the filters leave, `most` of them: to do something with all."""
    where, values = narrowed(viewer, filters)
    statement = f"select r.id from referrals_referral r where {where} limit {most}"  # noqa: S608
    return [pk for (pk,) in prepared.tuples(statement, values)]


def listed_count(viewer: Actor, filters: ListedFilters, *, cap: int = CAP) -> Count:
    """How many the filters leave, or "100+"."""
    where, values = narrowed(viewer, filters)
    (found,) = prepared.rows(_COUNT.format(where=where, limit=cap + 1), values, _Number)
    return Count(min(found.number, cap), capped=found.number > cap)


def narrowed(viewer: Actor, filters: ListedFilters) -> tuple[str, dict[str, Any]]:
    """The condition of the list and its values."""
    given = {f.name: getattr(filters, f.name) for f in dataclasses.fields(filters)}
    conditions = [OWN, *(_condition(name, value) for name, value in given.items() if value)]
    values = {
        **given,
        "organisation": viewer.organisation_id,
        "viewer": viewer.user_id,
        "today": clock.today(),
    }
    if filters.received_from:
        values["received_from"] = clock.start_of_day(filters.received_from)
    if filters.received_until:
        values["received_until"] = clock.end_of_day(filters.received_until)
    return " and ".join(conditions), values


def _condition(name: str, value: Any) -> str:
    words = CONDITIONS[name]
    return words if isinstance(words, str) else words[value]
