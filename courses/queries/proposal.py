"""What a course that is being planned would look like: its meetings, its name, what to look out
for. Nothing of it is saved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

from courses.models import Room
from courses.queries.clashes import Want, clashes
from courses.queries.planning import planned_for, qualified
from courses.queries.warnings import Plan, warnings
from courses.rules.planning import Slot, closed_because, proposed_meetings, slot_on
from courses.states import CourseKind
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.organisations.models import Agreement

# The most meetings that are proposed at once: weekly for a year.
MOST = 52
Closed = Mapping[dt.date, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has been chosen so far; each can still be missing. `on` are the days that were chosen
    one by one; without them they are proposed."""

    kind: str = CourseKind.GROUP
    first_on: dt.date | None = None
    starts: dt.time | None = None
    ends: dt.time | None = None
    count: int = 0
    on: tuple[dt.date, ...] = ()
    capacity: int = 0
    room: Room | None = None
    counsellors: tuple[User, ...] = ()

    @property
    def minutes(self) -> int:
        """From beginning to end; 0 when that is not said, or the end is before the beginning."""
        if self.starts is None or self.ends is None:
            return 0
        begin, end = (one.hour * 60 + one.minute for one in (self.starts, self.ends))
        return max(end - begin, 0)

    def weeks(self, closed: Closed) -> list[tuple[dt.date, str]]:
        """The days that are proposed, each with why it is skipped."""
        if self.first_on is None or self.starts is None or not self.minutes:
            return []
        first = clock.danish_time(self.first_on, self.starts)
        number = min(self.count, MOST)
        found = proposed_meetings(first, self.minutes, number, closed=closed)
        return [(clock.danish_date(one.slot.starts_at), one.skipped) for one in found]

    def days(self, closed: Closed) -> list[dt.date]:
        """On which days the course would meet."""
        return list(self.on) or [day for day, skipped in self.weeks(closed) if not skipped]

    def slots(self, closed: Closed) -> list[Slot]:
        """When the course would meet."""
        if self.starts is None or not self.minutes:
            return []
        return [slot_on(day, self.starts, self.minutes) for day in self.days(closed)]

    def name(self, closed: Closed) -> str:
        """For a course that has been given none: what it is, which weekday, and from when."""
        kind, days = str(CourseKind(self.kind).label), self.days(closed)
        if not days or self.starts is None:
            return kind
        return _("%(kind)s, %(weekday)s kl. %(time)s fra %(day)s") % {
            "kind": kind,
            "weekday": formats.date_format(days[0], "l"),
            "time": f"{self.starts.hour}.{self.starts.minute:02d}",
            "day": formats.date_format(days[0], "j. F"),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A day of the proposal. `number` is 0 for one that is skipped; `why` is why it is closed, and
    `clash` what is in the way there."""

    on: dt.date
    number: int
    why: str = ""
    clash: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The days in order, what to look out for, and a name."""

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    name: str


def proposal(viewer: Actor, wanted: Wanted, closed: Closed) -> Proposed:
    """The meetings of a course as far as it has been said when it meets."""
    days = wanted.days(closed) if wanted.minutes else []
    late = [_("Første mødegang ligger før i dag.")] if days and days[0] < clock.today() else []
    _own, agreement = planned_for(viewer, days[0] if days else clock.today())
    known = qualified(viewer) if wanted.counsellors else set()
    without = [one.name for one in wanted.counsellors if one.pk not in known]
    found = warnings(viewer, _plan_of(wanted, agreement, days, without))
    rows = _rows(wanted, days, closed, _in_the_way(viewer, wanted, closed))
    return Proposed(tuple(rows), (*late, *found), wanted.name(closed))


def _rows(
    wanted: Wanted, days: Sequence[dt.date], closed: Closed, in_the_way: Mapping[dt.date, str]
) -> list[Row]:
    """The days, and between them those of the proposal that are skipped."""
    skipped = [Row(day, 0, why) for day, why in wanted.weeks(closed) if why and day not in days]
    rows: list[Row] = []
    for number, day in enumerate(days, 1):
        while skipped and skipped[0].on < day:
            rows.append(skipped.pop(0))
        before = number > 1 and day < days[number - 2]
        why = _("før den forrige") if before else closed_because(day, closed=closed)
        rows.append(Row(day, number, why, in_the_way.get(day, "")))
    return rows


def _in_the_way(viewer: Actor, wanted: Wanted, closed: Closed) -> dict[dt.date, str]:
    """By day, what the room or a counsellor is taken by."""
    room = wanted.room.pk if wanted.room else None
    people = tuple(one.pk for one in wanted.counsellors)
    asked = [Want(slot, room, people) for slot in wanted.slots(closed)]
    found = clashes(viewer, asked)
    return {clock.danish_date(one.slot.starts_at): str(one) for one in reversed(found)}


def _plan_of(
    wanted: Wanted,
    agreement: Agreement | None,
    days: Sequence[dt.date],
    unqualified: Sequence[str],
) -> Plan:
    return Plan(
        kind=wanted.kind,
        agreement=agreement,
        capacity=wanted.capacity,
        meetings=len(days),
        first_on=days[0] if days else None,
        room=wanted.room,
        unqualified=unqualified,
        shared=len(wanted.counsellors) if days else None,
    )
