"""Indgange: what came in, by which way, from whom, and what was refused. One statement.

What is counted are the lines that every door writes (commands/arrivals.py): they hold nothing about
a citizen, and stay when the case is given on.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from referrals import rules
from referrals.states import InboxState, Taken, Way
from roegfri import clock
from roegfri.actor import Actor
from roegfri.walls import prepared

PERIODS = (1, 7, 30)
HOURS = 24
# How far back a sender's habit is looked for: a silence of a month is forgotten.
LOOKED_BACK = dt.timedelta(days=45)
SENDERS, REFUSALS = 50, 20
_HOUR = dt.timedelta(hours=1)

# A department by itself is not enough: several hospitals have one of the same name.
_NAMED = """
left join organisations_organisation o on o.id = s.sender_id
left join organisations_hospitaldepartment d on d.organisation_ptr_id = s.sender_id
left join organisations_organisation h on h.id = d.hospital_id
"""
_NAME = "coalesce(o.name || coalesce(', ' || h.name, ''), s.sender_name)"
_KEY = "sender_id, case when sender_id is null then sender_name else '' end"
_DAY = "(at at time zone 'Europe/Copenhagen')::date"
# The message that a refusal left in the inbox: of that instant, with the same words (what the file
# says of itself is left out of them here: «…») and the same sender. Of several alike the same place
# in a row: they are told apart by nothing that is shown. Else the only one of that instant: a
# sender may be told other words than the municipality, and one that was tried again has new ones.
_MESSAGE = f"""
  select coalesce(
    (array_agg(m.id order by m.id) filter (where m.sender_name = s.sender_name and (
      m.reason = s.reason or (s.reason like '%%…%%'
        and starts_with(m.reason, split_part(s.reason, '…', 1))
        and right(m.reason, length(split_part(s.reason, '…', 2))) = split_part(s.reason, '…', 2))
    )))[s.nr],
    case when count(*) = 1 then (array_agg(m.id))[1] end
  ) as id
  from referrals_incomingmessage m
  where m.organisation_id = %(organisation)s and m.came_at = s.at and m.way = s.way
    and m.state <> '{InboxState.ACCEPTED}'
"""  # noqa: S608  (our own words)
_CAME = f"""
with came as materialized (
  select id, at, way, result, sender_id, sender_name, reason from referrals_arrival
  where organisation_id = %(organisation)s and at > %(since)s and at <= %(until)s
)
select
  (select coalesce(json_agg(json_build_array(way, result, number)), '[]') from (
    select way, result, count(*) as number from came group by way, result
  ) s) as ways,
  (select coalesce(json_agg(json_build_array(hour, result, number)), '[]') from (
    select extract(epoch from date_trunc('hour', at) - %(first_hour)s::timestamptz)::int / 3600
      as hour, result, count(*) as number
    from came where at >= %(first_hour)s::timestamptz group by hour, result
  ) s) as hours,
  (select coalesce(json_agg(json_build_array({_NAME}, s.number, s.refused, s.last)
      order by s.number desc, s.last desc), '[]') from (
    select {_KEY} as sender_name, count(*) as number, max(at) as last,
      count(*) filter (where result = '{Taken.REFUSED}') as refused
    from came group by {_KEY} order by number desc, last desc limit {SENDERS}
  ) s {_NAMED}) as senders,
  (select coalesce(json_agg(json_build_array(s.at, s.way,
        coalesce(nullif({_NAME}, ''), k.sender_name, ''), s.reason, k.id, k.reason)
      order by s.at desc, s.id desc), '[]') from (
    select *, row_number() over (partition by at, way, sender_name, reason order by id) as nr
    from came where result = '{Taken.REFUSED}' order by at desc, id desc limit {REFUSALS}
  ) s
  left join lateral ({_MESSAGE}) f on true
  left join referrals_incomingmessage k on k.id = f.id
  {_NAMED}) as refusals,
  (select coalesce(json_agg(json_build_array({_NAME}, s.days)), '[]') from (
    select {_KEY} as sender_name, json_agg(distinct {_DAY}) as days from referrals_arrival
    where organisation_id = %(organisation)s and at > %(habits_since)s and at <= %(until)s
      and (sender_id is not null or sender_name <> '')
    group by {_KEY} having count(distinct {_DAY}) >= {rules.DAILY_AT_LEAST}
  ) s {_NAMED}) as habits
"""  # noqa: S608  (our own words)


@dataclass(frozen=True, slots=True)
class ByWay:
    """How much came by one way, by what became of it."""

    way: Way
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.numbers)

    @property
    def told(self) -> list[tuple[str, int]]:
        """The numbers, each with its name."""
        return list(zip(map(str, Taken.labels), self.numbers, strict=True))


@dataclass(frozen=True, slots=True)
class ByHour:
    """How much came in the hour that begins at an instant, by what became of it."""

    hour: dt.datetime
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BySender:
    """What one sender sent; `name` is empty for all who are not known by one."""

    name: str
    number: int
    refused: int
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was not taken in; `message` lies in the inbox, None where nothing was kept.

    `reason` has no words of the file's own; `whole` is as the inbox has it, with them.
    """

    at: dt.datetime
    way: Way
    sender: str
    reason: str
    message: UUID | None
    whole: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A sender that used to send every workday, and the last day on which it did."""

    sender: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came to the viewer's municipality. Numbers stand in the order of Taken.

    `ways` are all there are; `hours` the last 24, oldest first, whatever the period.
    """

    ways: tuple[ByWay, ...]
    hours: tuple[ByHour, ...]
    senders: tuple[BySender, ...]
    refusals: tuple[Refused, ...]
    silent: tuple[Silent, ...]

    @property
    def total(self) -> ByWay:
        """By what became of it, by all ways; `way` says nothing."""
        columns = zip(*(one.numbers for one in self.ways), strict=True)
        return ByWay(Way.UPLOAD, tuple(map(sum, columns)))


def arrivals(viewer: Actor, *, days: int, at: dt.datetime) -> Arrivals:
    """What came in during as many days and nights up to `at`; nothing to who is in no place."""
    values = _values(viewer, days, at)
    ((ways, hours, senders, refusals, habits),) = prepared.tuples(_CAME, values)
    return Arrivals(
        ways=_by_way(ways),
        hours=_by_hour(hours, values["first_hour"]),
        senders=tuple(BySender(name, n, no, _instant(last)) for name, n, no, last in senders),
        refusals=tuple(_refused(*row) for row in refusals),
        silent=_silent(habits, clock.danish_date(at)),
    )


def _values(viewer: Actor, days: int, at: dt.datetime) -> dict[str, Any]:
    this_hour = at.replace(minute=0, second=0, microsecond=0)
    return {
        "organisation": viewer.organisation_id,
        "since": at - dt.timedelta(days=days),
        "until": at,
        "first_hour": this_hour - (HOURS - 1) * _HOUR,
        "habits_since": at - LOOKED_BACK,
    }


def _by_way(rows: Sequence[tuple[str, str, int]]) -> tuple[ByWay, ...]:
    counted = {(way, result): number for way, result, number in rows}
    return tuple(ByWay(way, tuple(counted.get((way, one), 0) for one in Taken)) for way in Way)


def _by_hour(rows: Sequence[tuple[int, str, int]], first: dt.datetime) -> tuple[ByHour, ...]:
    counted = {(hour, result): number for hour, result, number in rows}
    return tuple(
        ByHour(first + hour * _HOUR, tuple(counted.get((hour, one), 0) for one in Taken))
        for hour in range(HOURS)
    )


def _refused(
    at: str, way: str, sender: str, reason: str, message: str | None, whole: str | None
) -> Refused:
    pk = UUID(message) if message else None
    return Refused(_instant(at), Way(way), sender, reason, pk, whole or reason)


def _silent(habits: Sequence[tuple[str, list[str]]], on: dt.date) -> tuple[Silent, ...]:
    found = []
    for sender, written in habits:
        since = rules.silent_since(map(dt.date.fromisoformat, written), on)
        if since is not None:
            found.append(Silent(sender, since))
    return tuple(sorted(found, key=lambda one: (one.since, one.sender)))


def _instant(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written)
