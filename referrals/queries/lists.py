"""The lists: who is to be called, all referrals, what came into the inbox."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from referrals import policies
from referrals.models import IncomingMessage
from referrals.states import GuardianConsent, InboxState, Source
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.persons import phone
from roegfri.ui.lists import Column, Page, Slice, Sort, page_of
from roegfri.walls import prepared

BY_NEXT = Sort("next", "", (Column("next_at"),))
CAP = 100

_NAMES = {"next_at": "r.next_at", "id": "r.id"}
# One statement for the page that is open all day. The walls stand around every table in it. The
# limits are written out: a plan that is kept has to know them.
_WORKLIST = """
select r.id, r.citizen_id, c.given_names, c.surname, c.birth_date, c.interpreter, c.language,
  c.guardian_name, c.guardian_phone, r.guardian_consent, r.source, r.sender_name, r.received_at,
  r.contact_by, r.next_at, r.attempts, p.number, u.name as caseworker
from referrals_referral r
join referrals_citizen c on c.id = r.citizen_id
left join lateral (
  select number from referrals_phone
  where citizen_id = r.citizen_id and wrong_since is null order by rank limit 1
) p on true
left join accounts_user u on u.id = r.caseworker_id
where r.handler_id = %(organisation)s and r.state = 'received' {and_past} {and_overdue}
order by {order} limit {limit}
"""
_COUNTS = f"""
select
  (select count(*) from (select from referrals_referral where handler_id = %(organisation)s
    and state = 'received' and contact_by < %(today)s limit {CAP}) n) as overdue,
  (select count(*) from (select from referrals_referral where handler_id = %(organisation)s
    and state = 'received' and contact_by = %(today)s limit {CAP}) n) as today,
  (select count(*) from (select from referrals_referral where handler_id = %(organisation)s
    and state = 'received' and contact_by > %(today)s limit {CAP}) n) as later
"""  # noqa: S608  (a number of ours)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody to call. Dates are Danish, instants UTC."""

    id: UUID
    citizen_id: UUID
    given_names: str
    surname: str
    birth_date: dt.date | None
    interpreter: bool
    language: str
    guardian_name: str
    guardian_phone: str
    guardian_consent: str
    source: str
    sender_name: str
    received_at: dt.datetime
    contact_by: dt.date
    next_at: dt.datetime
    attempts: int
    number: str | None
    caseworker: str | None

    @property
    def name(self) -> str:
        """As it is said; empty when nobody has told us."""
        return f"{self.given_names} {self.surname}".strip()

    @property
    def phone(self) -> str:
        """As Danes read it; empty when there is none that works."""
        return phone.display(self.number) if self.number else ""

    @property
    def sender(self) -> str:
        """The sender's own name, or what kind of sender it was."""
        return self.sender_name or str(Source(self.source).label)

    @property
    def guardian_agreed(self) -> bool:
        """The sender says the parents have agreed."""
        return self.guardian_consent == GuardianConsent.YES


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, each counted up to 100 and no further."""

    overdue: int
    today: int
    later: int


def worklist(viewer: Actor, *, after: str = "", overdue: bool = False) -> Page[Waiting]:
    """Those nobody has talked with yet, in the order to call them; one statement."""

    def fetch(piece: Slice) -> list[Waiting]:
        past, edge = piece.where(_NAMES)
        values: dict[str, Any] = {f"edge{n}": value for n, value in enumerate(edge)}
        for name in values:
            past = past.replace("%s", f"%({name})s", 1)
        values |= {"organisation": viewer.organisation_id}
        values |= {"today": clock.today()} if overdue else {}
        statement = _WORKLIST.format(
            and_past="" if past == "true" else f"and {past}",
            and_overdue="and r.contact_by < %(today)s" if overdue else "",
            order=piece.order_sql(_NAMES),
            limit=piece.limit,
        )
        return prepared.rows(statement, values, Waiting)

    found = page_of(fetch, sort=BY_NEXT, after=after)
    looks.noticed(row.citizen_id for row in found.rows)
    return found


def waiting_counts(viewer: Actor) -> Counts:
    """Overdue, due today and due later."""
    values: Mapping[str, Any] = {
        "organisation": viewer.organisation_id,
        "today": clock.today(),
    }
    return prepared.rows(_COUNTS, values, Counts)[0]


def inbox(viewer: Actor) -> QuerySet[IncomingMessage]:
    """What could not be taken in, the newest first."""
    waiting = policies.messages_visible_to(viewer).exclude(state=InboxState.ACCEPTED)
    return waiting.defer("body").order_by("-came_at", "pk")
