"""When somebody has completed a course: two definitions, always side by side.

What is counted is the same for both. Of a group its own meetings that have been and were not
cancelled: extra ones too, since one in place of a cancelled one is such; appointments are not. Of
an individual course her appointments. Of Kom & Kvit every meeting and appointment she came to, but
a pure intake talk.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from courses.states import CourseKind, DropOut, SmokeFree
from roegfri import clock

# How many days the host still sees its participants: late registration is normal.
SEEN_AFTER = 30
# Carbon monoxide in her breath, in ppm, from which it is read as a smoker's: studies of
# smoking cessation take less than this as «has not smoked» (the Russell Standard, 2005).
SMOKES_FROM_CO = 10


class Doubt(StrEnum):
    """What hardly goes together in what is said of a participant."""

    DEAD = "dead"
    CO = "co"
    LEFT_SMOKE_FREE = "left_smoke_free"
    NO_QUIT_DATE = "no_quit_date"


@dataclass(frozen=True, slots=True)
class Bar:
    """What STOPbasen asks for: so many per cent of the meetings, or of Kom & Kvit so many."""

    percent: int
    open_meetings: int


def completed_agreement(attended: int, *, from_meetings: int) -> bool:
    """Whether she has completed the course as the agreement says.

    S1: «Alle deltagere, der har gennemført et forløb (deltaget i 3 eller flere mødegange)».
    `from_meetings` is the term completed_from_meetings. The same for every kind of course.
    """
    return attended >= from_meetings


def completed_stopbase(attended: int, offered: int, *, kind: str, bar: Bar) -> bool:
    """Whether she has completed it as STOPbasen says: «mindst 75 % af mødegangene», and of Kom &
    Kvit, which one joins and leaves at any time, 4.

    Who joined late is measured by all meetings of the course, as everybody else: what was offered
    is the course, and STOPbasen knows no day of enrolment. Where nothing was offered nobody has
    completed. `bar` are the terms stopbase_completed_percent and stopbase_completed_open_meetings.
    """
    if kind == CourseKind.OPEN:
        return attended >= bar.open_meetings
    return offered > 0 and attended * 100 >= bar.percent * offered


def share(attended: int, offered: int, *, percent: int) -> int:
    """The whole per cent to show beside «mindst 75 % af mødegangene», rounded half up; one that is
    below the bar is never shown as the bar itself. 0 where nothing was offered."""
    if not offered:
        return 0
    shown = (200 * attended + offered) // (2 * offered)
    below = attended * 100 < percent * offered
    return min(shown, percent - 1) if below else shown


def finish_by(last_meeting: dt.datetime, *, days: int) -> dt.datetime:
    """Until when a course is ended whose last meeting has been: the end of the last of so many
    days.

    S1 asks for much «på sidste mødegang» and says no day; `days` is the term finish_course_days.
    """
    return clock.end_of_day(clock.danish_date(last_meeting) + dt.timedelta(days=days))


def last_seen_on(finished_on: dt.date) -> dt.date:
    """The last day on which the host sees the participants of a course that was ended on that one.

    Fastlagt i projektet: «til 30 dage efter forløbets afslutning».
    """
    return finished_on + dt.timedelta(days=SEEN_AFTER)


def doubts(smoke_free: str, co: int | None, dropped_out: str) -> frozenset[Doubt]:
    """What to ask about before an outcome is saved; it is never refused. `co` in ppm.

    Fastlagt i projektet: «spørg, når et resultat modsiger sig selv».
    """
    is_free = smoke_free == SmokeFree.YES
    found = {
        Doubt.DEAD: is_free and dropped_out == DropOut.DEAD,
        Doubt.CO: is_free and co is not None and co >= SMOKES_FROM_CO,
        Doubt.LEFT_SMOKE_FREE: smoke_free == SmokeFree.NO and dropped_out == DropOut.SMOKE_FREE,
    }
    return frozenset(doubt for doubt, is_so in found.items() if is_so)


def against_smoke_free(
    co: int | None, *quit_on: dt.date | None, today: dt.date
) -> frozenset[Doubt]:
    """Why nobody is taken for smoke-free together with others, unasked: the last measurement says
    otherwise, or no day has come on which she meant to quit. `co` in ppm.

    Fastlagt i projektet: «alle de andre er røgfri» gælder den, der er stoppet, og hvis kulilte ikke
    siger andet.
    """
    has_quit = any(day is not None and day <= today for day in quit_on)
    found = {
        Doubt.CO: co is not None and co >= SMOKES_FROM_CO,
        Doubt.NO_QUIT_DATE: not has_quit,
    }
    return frozenset(doubt for doubt, is_so in found.items() if is_so)
