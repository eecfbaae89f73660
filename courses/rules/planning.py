"""What the agreements say of a course's meetings. No database, no system clock."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from courses.states import CourseKind
from roegfri import clock

WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From one instant until another; the end is free again."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def overlaps(self, other: "Slot") -> bool:
        """Whether both go on at some moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Proposal:
    """A week's day of a course. With `skipped` it is none of the meetings: the name of the holiday,
    or why the municipality is closed."""

    slot: Slot
    skipped: str = ""


def slot_on(day: dt.date, time: dt.time, minutes: int) -> Slot:
    """What begins when a Danish wall clock shows `time` and lasts so many minutes."""
    starts_at = clock.danish_time(day, time).astimezone(dt.UTC)
    return Slot(starts_at, starts_at + dt.timedelta(minutes=minutes))


def closed_because(day: dt.date, *, closed: Mapping[dt.date, str]) -> str:
    """Why nobody meets on a Danish date; empty when it is open. Saturdays and Sundays are open.

    `closed` holds the host's own closing days by reason.
    """
    if holiday := clock.holiday_names(day.year).get(day):
        return holiday
    return (closed[day] or "Lukkedag") if day in closed else ""


def proposed_meetings(
    first: dt.datetime, minutes: int, count: int, *, closed: Mapping[dt.date, str]
) -> list[Proposal]:
    """`count` meetings a week apart at the same Danish time, and between them the days skipped.

    S1: «De gruppebaserede rygestoptilbud indeholder minimum 6 mødegange». The first may itself fall
    on a closed day: then the course begins a week later. Clocks that change move no meeting.
    """
    local = first.astimezone(clock.COPENHAGEN)
    day, proposals = local.date(), list[Proposal]()
    while count > 0:
        skipped = closed_because(day, closed=closed)
        proposals.append(Proposal(slot_on(day, local.time(), minutes), skipped))
        count -= not skipped
        day += WEEK
    return proposals


def enough_meetings(kind: str, planned: int, *, minimum: int) -> bool:
    """Whether a course may be published with so many meetings.

    S1: «De gruppebaserede rygestoptilbud indeholder minimum 6 mødegange». `minimum` is the term
    group_minimum_meetings on the day of the first one; 0: no demand. Other kinds have none.
    """
    return kind != CourseKind.GROUP or planned >= minimum


def counsellors_needed(kind: str, active: int, *, two_from: int) -> int:
    """How many counsellors a meeting needs with so many active participants (waiting ones apart).

    S1: «Hold med flere end 12 deltagere varetages af to rådgivere». `two_from` is the term
    two_counsellors_from on the meeting's day: 13, so that 12 need one. Kom & Kvit is a hold too;
    who talks with one participant at a time is one.
    """
    return 2 if kind != CourseKind.INDIVIDUAL and active >= two_from else 1


def first_overlap(slots: Sequence[Slot]) -> tuple[Slot, Slot] | None:
    """Two meetings of one course that go on at the same moment; None when they come in turn."""
    return next(
        ((one, other) for one, other in pairwise(sorted(slots)) if one.overlaps(other)), None
    )
