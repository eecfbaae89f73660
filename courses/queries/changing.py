"""What to know before a meeting is changed, and what a further one would look like."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from courses import policies
from courses.models import Attendance, Course, Meeting
from courses.queries.meetings import meetings
from courses.queries.planning import closed_days
from courses.rules.planning import enough_meetings, proposed_meetings
from courses.states import EnrolmentState, Mark, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.ui.spans import span_words


@dataclass(frozen=True, slots=True)
class Before:
    """`tell`: how many have to be told. `afbud`: how many have said that they will not come then.
    `left`: how many meetings there are without this one, and `minimum` how many the agreement asks
    for; 0 when they are enough."""

    tell: int
    afbud: int
    left: int
    minimum: int
    when: str


def before_changing(viewer: Actor, meeting: Meeting) -> Before:
    """Of one's own municipality's meeting."""
    course = meeting.course
    afbud = Attendance.objects.filter(meeting=meeting, mark=Mark.CANCELLED)
    on = clock.danish_date(course.first_at or meeting.starts_at)
    said = lookup.terms(course.agreement, on).texts.get("group_minimum_meetings", "0")
    left = course.meetings - (meeting.state != MeetingState.CANCELLED)
    minimum = int(said)
    enough = meeting.appointment or enough_meetings(course.kind, left, minimum=minimum)
    return Before(
        tell=to_tell(viewer, course, meeting),
        afbud=afbud.count(),
        left=left,
        minimum=0 if enough else minimum,
        when=span_words(meeting.starts_at, meeting.ends_at),
    )


def to_tell(viewer: Actor, course: Course, meeting: Meeting | None = None) -> int:
    """How many participants have to be told that something has changed: nobody of what is past."""
    if meeting and meeting.ends_at <= clock.now():
        return 0
    rows = policies.enrolments_visible_to(viewer).filter(
        course=course, state=EnrolmentState.ENROLLED
    )
    if meeting and meeting.appointment:
        rows = rows.filter(appointments__meeting=meeting)
    return rows.count()


def one_more(viewer: Actor, course: Course) -> dict[str, Any]:
    """A week after the last meeting, or two where one is closed: its time, its place, its people.
    What a form shows first."""
    rows = [one for one in meetings(viewer, course) if one.number]
    if not rows:
        return {"room": course.room_id}
    last = rows[-1].meeting
    minutes = int((last.ends_at - last.starts_at) / dt.timedelta(minutes=1))
    after = last.starts_at.astimezone(clock.COPENHAGEN) + dt.timedelta(weeks=1)
    proposed = proposed_meetings(after, minutes, 1, closed=closed_days(viewer))[-1].slot
    begins, ends = (
        one.astimezone(clock.COPENHAGEN) for one in (proposed.starts_at, proposed.ends_at)
    )
    return {
        "on": begins.date(),
        "starts": begins.time(),
        "ends": ends.time(),
        "room": last.room_id,
        "form": last.form,
        "counsellors": [str(one.id) for one in rows[-1].staff],
    }
