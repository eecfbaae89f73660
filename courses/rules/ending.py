"""When somebody has completed a course: two definitions, always side by side.

What is counted is the same for both. Of a group its own meetings that have been and were not
cancelled: extra ones too, since one in place of a cancelled one is such; appointments are not. Of
an individual course her appointments. Of Kom & Kvit every meeting and appointment she came to, but
a pure intake talk.
"""

import datetime as dt
from dataclasses import dataclass

from courses.states import CourseKind
from roegfri import clock

# How many days the host still sees its participants: late registration is normal.
SEEN_AFTER = 30


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
