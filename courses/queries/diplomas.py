"""Who is to have a diploma, and what stands on it: given names alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import Http404

from courses import policies
from courses.models import Course, Enrolment, Staffing
from courses.rules.ending import completed_agreement
from courses.states import CourseKind, EnrolmentState, Mark
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.ui.danish import DaSortKey
from roegfri.walls import prepared

# The course's meetings that were not cancelled; those ahead too, since a diploma is made before the
# last one. What counts is said by courses/rules/ending.py.
_MET = """
select m.id, m.starts_at, m.ends_at, m.appointment,
  case when %(kind)s = 'group' then not m.appointment else not m.intake end as counts
from courses_meeting m
where m.course_id = %(course)s and m.state <> 'cancelled'
"""
# Those whom one works with (policies.enrolments_worked_with_by, said in the statement itself), who
# take part, have ended, or were at the last meeting. `last` is the course's, or where there is no
# group the last one she came to.
_WHO = f"""
with met as materialized ({_MET}),
final as (
  select id, starts_at, ends_at from met where counts and %(kind)s = 'group'
  order by starts_at desc, id limit 1),
start as (select min(starts_at) as at from met where counts and %(kind)s = 'group')
select e.id, coalesce(k.id, c.id) as citizen_id, c.id as enrolled_as_id, e.state,
  coalesce(k.given_names, c.given_names) as given_names, coalesce(k.surname, c.surname) as surname,
  came.attended, coalesce(start.at, came.first_at) as first_at,
  coalesce(final.starts_at, came.last_at) as last_at,
  coalesce(final.id, came.last_id) as meeting_id, coalesce(final.ends_at, came.last_ends_at)
  as ends_at, coalesce(t.mark, '') as mark,
  (select i.at from courses_tick i where i.enrolment_id = e.id and i.item = 'diploma') as handed_at,
  (select w.value::int from organisations_term w where w.agreement_id = %(agreement)s
    and w.name = 'completed_from_meetings' and w.from_on <= %(today)s
    order by w.from_on desc limit 1) as from_meetings
from courses_enrolment e
join referrals_citizen c on c.id = e.citizen_id
left join referrals_citizen k on k.id = c.merged_into_id
cross join start
left join final on true
left join lateral (
  select count(*)::int as attended, min(met.starts_at) as first_at, max(met.starts_at) as last_at,
    max(met.ends_at) as last_ends_at,
    (array_agg(met.id order by met.starts_at desc, met.id))[1] as last_id
  from courses_attendance a join met on met.id = a.meeting_id
  where a.enrolment_id = e.id and a.mark = 'attended' and met.counts) came on true
left join courses_attendance t on t.enrolment_id = e.id
  and t.meeting_id = coalesce(final.id, came.last_id)
where e.course_id = %(course)s and e.state <> 'waiting'
  and (e.state in ('enrolled', 'ended') or t.mark = 'attended' or e.id = %(only)s::uuid)
  and (%(only)s::uuid is null or e.id = %(only)s::uuid) and (
    select true from referrals_citizenaccess s
    where s.citizen_id = e.citizen_id and s.organisation_id = %(own)s
      and s.from_on <= %(today)s and (s.until_on is null or s.until_on >= %(today)s)
      and ((s.ground = 'handling' and s.about = e.referral_id)
        or (s.ground = 'host' and s.about = e.id)) limit 1)
order by coalesce(k.sort_key, c.sort_key), e.created_at, e.id
"""  # noqa: S608  (our own words)


@dataclass(frozen=True, slots=True)
class Receiver:
    """One who may have a diploma. `attended` is how many meetings she came to, as
    rules/ending.py counts them; `first_at` and `last_at` bound the course, or where there is no
    group hers; both None when there was no meeting. `mark` is hers at the last one (`meeting_id`).
    """

    id: UUID
    citizen_id: UUID
    enrolled_as_id: UUID
    state: str
    given_names: str
    surname: str
    attended: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    meeting_id: UUID | None
    ends_at: dt.datetime | None
    mark: str
    handed_at: dt.datetime | None
    from_meetings: int | None

    @property
    def completed(self) -> bool:
        """Whether she has completed the course by the agreement; where it says nothing, nobody is
        said to. She is given the diploma at the last meeting: while it is not registered there, it
        counts, since who stays away gets none."""
        if self.from_meetings is None:
            return False
        there = self.state == EnrolmentState.ENROLLED and not self.mark
        return completed_agreement(self.attended + there, from_meetings=self.from_meetings)

    @property
    def name(self) -> str:
        """As the counsellor knows her."""
        return f"{self.given_names} {self.surname}".strip()


@dataclass(frozen=True)
class Diplomas:
    """Who of a course may have a diploma, by name, and who signs: by the meeting it is given at."""

    course: Course
    rows: Sequence[Receiver]
    staff: dict[UUID, Sequence[str]]
    at: dt.datetime

    @property
    def on(self) -> dt.datetime | None:
        """The last meeting of a group."""
        return self.rows[0].last_at if self.rows and self.is_group else None

    @property
    def is_group(self) -> bool:
        """Whether all are given it at one meeting."""
        return self.course.kind == CourseKind.GROUP

    @cached_property
    def expected(self) -> frozenset[UUID]:
        """Who is ticked to begin with, and has none yet: all who were at the last meeting, and
        while nothing is registered of somebody there, who is still to come to it. Where there is no
        group, who has ended."""
        return frozenset(one.id for one in self.rows if not one.handed_at and self._is_due(one))

    def signers(self, one: Receiver) -> Sequence[str]:
        """The counsellors of her last meeting."""
        return self.staff.get(one.meeting_id, ()) if one.meeting_id else ()

    def _is_due(self, one: Receiver) -> bool:
        if one.last_at is None:
            return False
        if not self.is_group:
            return one.state == EnrolmentState.ENDED
        enrolled = one.state == EnrolmentState.ENROLLED
        return one.mark == Mark.ATTENDED or (enrolled and not one.mark)


def diplomas(viewer: Actor, course: Course, *, at: dt.datetime) -> Diplomas:
    """Everybody of a course whom one works with; two statements. Noticed in the log of look-ups."""
    return _read(viewer, course, None, at)


def diploma_of(viewer: Actor, pk: UUID, *, at: dt.datetime) -> Diplomas:
    """The same of one participant, also of who left before the end. Raises Http404 where one does
    not work with her, and of whoever has had no seat."""
    rows = policies.enrolments_worked_with_by(viewer).select_related("course__host")
    row: Enrolment | None = rows.select_related("course__agreement").filter(pk=pk).first()
    found = _read(viewer, row.course, pk, at) if row else None
    if found is None or not found.rows:
        raise Http404
    return found


def _read(viewer: Actor, course: Course, only: UUID | None, at: dt.datetime) -> Diplomas:
    values = {
        "course": course.pk,
        "kind": course.kind,
        "agreement": course.agreement_id,
        "only": only,
        "own": viewer.organisation_id,
        "today": clock.danish_date(at),
    }
    rows = prepared.rows(_WHO, values, Receiver)
    looks.noticed(pk for one in rows for pk in (one.citizen_id, one.enrolled_as_id))
    return Diplomas(course, rows, _staff({one.meeting_id for one in rows}), at)


def _staff(meetings: set[UUID | None]) -> dict[UUID, Sequence[str]]:
    """Who holds each of them, by name."""
    rows = Staffing.objects.filter(meeting__in=meetings - {None})
    found = dict[UUID, Sequence[str]]()
    names = rows.order_by(DaSortKey("counsellor__name"), "pk").values_list(
        "meeting", "counsellor__name"
    )
    for pk, name in names:
        found[pk] = [*found.get(pk, ()), name]
    return found
