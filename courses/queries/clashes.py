"""What stands in the way of a meeting: a room, a counsellor or the course itself is taken."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from courses.rules.planning import Slot
from roegfri.actor import Actor
from roegfri.ui.spans import span_words, times_words
from roegfri.walls import prepared


@dataclass(frozen=True, slots=True)
class Want:
    """A time that is asked for: where, by whom, and for which course's group (None: for one
    participant alone). `meeting` is the one that has the time, or is moved to it."""

    slot: Slot
    room: UUID | None = None
    counsellors: tuple[UUID, ...] = ()
    course: UUID | None = None
    meeting: UUID | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """One meeting in the way of `slot`. `who` is taken: a counsellor's name, a room's, or empty:
    the course meets then itself. `by_course` is empty when it is another municipality's."""

    slot: Slot
    kind: str
    whom: UUID | None
    who: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    by_course: str
    host: str

    def __str__(self) -> str:
        """In words: who or what is taken, where and when."""
        where = f"«{self.by_course}»" if self.by_course else self.host
        times = times_words(self.starts_at, self.ends_at)
        if self.kind == "course":
            return _("forløbet mødes allerede kl. %(times)s") % {"times": times}
        return _("%(who)s er optaget kl. %(times)s (%(where)s)") % {
            "who": self.who,
            "times": times,
            "where": where,
        }

    @property
    def meeting(self) -> str:
        """When the wanted meeting is."""
        return span_words(self.slot.starts_at, self.slot.ends_at)


# One statement for all the times of a course, whichever municipality has the room or the person.
_CLASHES = """
with want as (
  select * from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[], %(rooms)s::uuid[],
    %(courses)s::uuid[], %(meetings)s::uuid[]) with ordinality
    as t(starts_at, ends_at, room, course, meeting, nr)
), asked as (
  select * from unnest(%(nrs)s::bigint[], %(counsellors)s::uuid[]) as t(nr, counsellor)
), taken as (
  select w.nr, 'room' as kind, m.room_id as whom, m.id as meeting from want w
  join courses_meeting m on m.room_id = w.room
    and tstzrange(m.starts_at, m.ends_at, '[)') && tstzrange(w.starts_at, w.ends_at, '[)')
  where m.state <> 'cancelled' and m.id is distinct from w.meeting
  union all
  select w.nr, 'counsellor', s.counsellor_id, s.meeting_id from want w
  join asked a using (nr)
  join courses_staffing s on s.counsellor_id = a.counsellor and s.live
    and tstzrange(s.starts_at, s.ends_at, '[)') && tstzrange(w.starts_at, w.ends_at, '[)')
  where s.meeting_id is distinct from w.meeting
  union all
  select w.nr, 'course', null, m.id from want w
  join courses_meeting m on m.course_id = w.course and not m.appointment
    and m.starts_at < w.ends_at and m.ends_at > w.starts_at
  where m.state <> 'cancelled' and m.id is distinct from w.meeting
)
select t.nr, t.kind, t.whom, coalesce(u.name, r.name, '') as who, m.starts_at, m.ends_at,
  case when c.host_id = %(own)s::uuid then c.name else '' end as by_course, o.name as host
from taken t
join courses_meeting m on m.id = t.meeting
join courses_course c on c.id = m.course_id
join organisations_organisation o on o.id = c.host_id
left join accounts_user u on t.kind = 'counsellor' and u.id = t.whom
left join courses_room r on t.kind = 'room' and r.id = t.whom
order by t.nr, t.kind desc, m.starts_at, m.id
"""


def clashes(viewer: Actor, wanted: Sequence[Want]) -> list[Clash]:
    """All that stands in the way of these times, in their order. Of another municipality's course
    no more than when, and whose."""
    if not wanted:
        return []
    staff = [(nr, one) for nr, want in enumerate(wanted, 1) for one in want.counsellors]
    values = {
        "starts": [one.slot.starts_at for one in wanted],
        "ends": [one.slot.ends_at for one in wanted],
        "rooms": [one.room for one in wanted],
        "courses": [one.course for one in wanted],
        "meetings": [one.meeting for one in wanted],
        "nrs": [nr for nr, _one in staff],
        "counsellors": [one for _nr, one in staff],
        "own": viewer.organisation_id,
    }
    found = prepared.tuples(_CLASHES, values)
    return [Clash(wanted[nr - 1].slot, *rest) for nr, *rest in found]
