"""Deadlines kept: how soon those were reached who were referred to one's own municipality."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Count

from referrals.models import Referral
from referrals.states import SELF_REFERRALS, CloseReason, ReferralState, Source
from roegfri.actor import Actor
from roegfri.walls import prepared

WEEKS = 26
_WEEK = dt.timedelta(days=7)


class Kind(StrEnum):
    """How somebody came: sent by another, by herself, or anew after the six-month call."""

    SENT = "sent"
    SELF = "self"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Kept:
    """The referrals of one kind that one's own municipality received first, in one or more weeks.

    `week` is the (first) Monday. `in_time` and `late` were reached by the deadline and after it;
    `waiting` can still be; `missed` are past it, or were closed without a conversation. Those four
    are all there are. `handed_on` of them are another municipality's by now. `calls` is how many
    calls it took to reach those reached, of whom `at_first_call` answered the first.
    """

    week: dt.date
    kind: str
    received: int
    in_time: int
    late: int
    waiting: int
    missed: int
    handed_on: int
    calls: int
    at_first_call: int

    @classmethod
    def in_all(cls, weeks: Iterable["Kept"], kind: Kind) -> "Kept":
        """The sum of a kind's weeks, from the first of them on."""
        rows = [week for week in weeks if week.kind == kind]
        counted = [f.name for f in dataclasses.fields(cls) if f.name not in {"week", "kind"}]
        first = min((row.week for row in rows), default=dt.date.min)
        sums = {name: sum(getattr(row, name) for row in rows) for name in counted}
        return cls(week=first, kind=kind, **sums)

    @property
    def last(self) -> dt.date:
        """The week's Sunday."""
        return self.week + _WEEK - dt.timedelta(days=1)

    @property
    def reached(self) -> int:
        """In time or not."""
        return self.in_time + self.late

    @property
    def decided(self) -> int:
        """Those that cannot be in time any more, or are."""
        return self.in_time + self.late + self.missed

    @property
    def percent(self) -> int | None:
        """In time, of those decided; rounded half up; None when none is."""
        return (200 * self.in_time + self.decided) // (2 * self.decided) if self.decided else None

    @property
    def calls_each(self) -> float | None:
        """Calls for each one reached; None when nobody was."""
        return self.calls / self.reached if self.reached else None


# One statement; what is counted across the wall is counted by the database (desk 0002).
_KEPT = "select * from referrals_deadlines_kept(%(first)s, %(today)s)"


def deadlines_kept(viewer: Actor, *, on: dt.date) -> list[Kept]:
    """The last 26 ISO weeks up to the one that holds `on`, oldest first, each with every Kind.

    Counted where a referral was first received, by the deadline that municipality had: a case that
    was handed on stays in its week. What was made by mistake is not counted.
    """
    if viewer.organisation_id is None:
        return []
    monday = on - dt.timedelta(days=on.weekday())
    return prepared.rows(_KEPT, {"first": monday - (WEEKS - 1) * _WEEK, "today": on}, Kept)


# ---- the rows behind the numbers, for the list of referrals --------------------------------------

_OURS = (
    f"r.received_by_id = %(organisation)s and r.close_reason <> '{CloseReason.MISTAKE}'"
    " and r.source"
)
_SELF = ", ".join(f"'{source}'" for source in sorted(SELF_REFERRALS))
# Which referrals a kind's numbers count; `r` is the referral.
OF_KIND: dict[str, str] = {
    Kind.SENT: f"{_OURS} not in ({_SELF}, '{Source.FOLLOW_UP}')",
    Kind.SELF: f"{_OURS} in ({_SELF})",
    Kind.FOLLOW_UP: f"{_OURS} = '{Source.FOLLOW_UP}'",
}
_REACHED_ON = "(r.reached_at at time zone 'Europe/Copenhagen')::date"
_BY = """coalesce((
  select h.contact_by_before from referrals_handover h
  where h.referral_id = r.id and h.giver_id = r.received_by_id order by h.at limit 1
), r.contact_by)"""
# The four that a referral is one of.
VERDICTS: dict[str, str] = {
    "in_time": f"{_REACHED_ON} <= {_BY}",
    "late": f"{_REACHED_ON} > {_BY}",
    "waiting": f"r.reached_at is null and r.state <> 'closed' and {_BY} >= %(today)s",
    "missed": f"r.reached_at is null and (r.state = 'closed' or {_BY} < %(today)s)",
}


def open_cases(viewer: Actor) -> dict[UUID, int]:
    """How many open cases each caseworker of one's own municipality has."""
    if viewer.organisation_id is None:
        return {}
    mine = Referral.objects.filter(handler_id=viewer.organisation_id, caseworker__isnull=False)
    rows = mine.exclude(state=ReferralState.CLOSED).values_list("caseworker_id")
    return {key: number for key, number in rows.annotate(Count("id")) if key}
