"""Which meetings a counsellor opens today: her own, and her municipality's."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.states import MeetingState
from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.walls import prepared

# So long a meeting that nobody closed is shown; later it is found on its course's own page.
UNCLOSED = dt.timedelta(days=14)

# Meetings of a day, and those before it that are still open. No person is read: an appointment's
# participant is shown on its own page.
_MINE = """
select m.id, m.starts_at, m.ends_at, m.state, m.appointment, c.name as course, h.name as host,
  r.name as room, v.name as venue, c.host_id = %(own)s as hosted,
  exists (select from courses_staffing s
    where s.meeting_id = m.id and s.counsellor_id = %(user)s and s.live) as mine,
  case when m.appointment then 1 else c.seats_taken end as seats
from courses_meeting m
join courses_course c on c.id = m.course_id
join organisations_organisation h on h.id = c.host_id
left join courses_room r on r.id = m.room_id
left join courses_venue v on v.id = r.venue_id
where m.starts_at >= %(since)s and m.starts_at < %(until)s and m.state <> 'cancelled'
  and (m.starts_at >= %(day)s or m.state = 'planned') and c.state in ('published', 'finished')
  and (c.host_id = %(own)s or exists (select from courses_staffing s
    where s.meeting_id = m.id and s.counsellor_id = %(user)s and s.live))
order by m.starts_at, m.id
"""


@dataclass(frozen=True, slots=True)
class MyMeeting:
    """One line. `mine`: whoever looks is at it herself; `seats`: how many take part."""

    id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    state: str
    appointment: bool
    course: str
    host: str
    room: str | None
    venue: str | None
    hosted: bool
    mine: bool
    seats: int

    @property
    def closed(self) -> bool:
        """Its attendance is registered."""
        return self.state == MeetingState.HELD

    @property
    def place(self) -> str:
        """Where; empty where that is not settled."""
        return ", ".join(filter(None, (self.venue, self.room)))


@dataclass(frozen=True, slots=True)
class MyMeetings:
    """Today's, her own before the others'; and those before today that nobody has closed."""

    today: Sequence[MyMeeting]
    unclosed: Sequence[MyMeeting]

    def __bool__(self) -> bool:
        return bool(self.today or self.unclosed)


def my_meetings(viewer: Actor, at: dt.datetime) -> MyMeetings:
    """The meetings of the Danish day, of the viewer and her municipality; one statement."""
    if viewer.organisation_id is None or not viewer.may(Right.COURSES_RUN):
        return MyMeetings((), ())
    day = clock.danish_date(at)
    start = clock.start_of_day(day)
    values = {
        "own": viewer.organisation_id,
        "user": viewer.user_id,
        "since": start - UNCLOSED,
        "day": start,
        "until": clock.end_of_day(day),
    }
    rows = prepared.rows(_MINE, values, MyMeeting)
    today = [one for one in rows if one.starts_at >= start]
    return MyMeetings(
        today=sorted(today, key=lambda one: not one.mine),
        unclosed=[one for one in rows if one.starts_at < start],
    )
