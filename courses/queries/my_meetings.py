"""Which meetings a counsellor opens today: her own, and her municipality's."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.states import MeetingState
from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import Actor

# So long a meeting that nobody closed is shown; later it is found on its course's own page.
UNCLOSED = dt.timedelta(days=14)

# Meetings of a day, and those before it that are still open. No person is read: an appointment's
# participant is shown on its own page. Read by the statement that counts what waits
# (referrals.queries.counts), whose values it takes; in the order of MyMeeting.
MEETINGS = f"""(select coalesce(json_agg(json_build_array(m.id, m.starts_at, m.ends_at, m.state,
    m.appointment, c.name, h.name, r.name, v.name, c.host_id = %(organisation)s, s.mine,
    case when m.appointment then 1 else c.seats_taken end) order by m.starts_at, m.id), '[]')
  from courses_meeting m
  join courses_course c on c.id = m.course_id
  join organisations_organisation h on h.id = c.host_id
  left join courses_room r on r.id = m.room_id
  left join courses_venue v on v.id = r.venue_id
  cross join lateral (select exists (select from courses_staffing s
    where s.meeting_id = m.id and s.counsellor_id = %(viewer)s and s.live) as mine) s
  where m.starts_at >= %(morning)s - interval '{UNCLOSED.days} days' and m.starts_at < %(tomorrow)s
    and m.state <> 'cancelled' and (m.starts_at >= %(morning)s or m.state = 'planned')
    and c.state in ('published', 'finished') and (c.host_id = %(organisation)s or s.mine))
"""  # noqa: S608  (our own words and number)


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


def my_meetings(viewer: Actor, told: Iterable[Sequence[Any]], at: dt.datetime) -> MyMeetings:
    """The meetings of the Danish day, of the viewer and her municipality, out of what the count of
    the queue told (MEETINGS)."""
    if not viewer.may(Right.COURSES_RUN):
        return MyMeetings((), ())
    start = clock.start_of_day(clock.danish_date(at))
    rows = [_meeting(one) for one in told]
    today = [one for one in rows if one.starts_at >= start]
    return MyMeetings(
        today=sorted(today, key=lambda one: not one.mine),
        unclosed=[one for one in rows if one.starts_at < start],
    )


def _meeting(told: Sequence[Any]) -> MyMeeting:
    pk, starts_at, ends_at, *rest = told
    begins, ends = (dt.datetime.fromisoformat(one) for one in (starts_at, ends_at))
    return MyMeeting(UUID(pk), begins, ends, *rest)
