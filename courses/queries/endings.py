"""How a course ends, participant by participant: what was attended, the outcome, and what lacks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from courses.models import Course, Enrolment
from courses.rules.ending import Bar, completed_agreement, completed_stopbase, share
from courses.states import CourseKind, DropOut, EnrolmentState, SmokeFree, WithdrawReason
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.persons import names
from roegfri.walls import prepared


def _term(name: str) -> str:
    """What the agreement says on the day that counts for a participant; null: nothing."""
    return f"""(select t.value::int from organisations_term t
    where t.agreement_id = %(agreement)s and t.name = '{name}' and t.from_on <= d.day
    order by t.from_on desc limit 1)"""  # noqa: S608  (our own words)


def _agreed(kind: str) -> str:
    return f"""exists (select from referrals_consent s where s.kind = '{kind}'
    and s.withdrawn_at is null and s.citizen_id in (c.id, c.merged_into_id))"""


# Those whom one works with (policies.enrolments_worked_with_by, said in the statement itself) and
# who have had a seat. `counts` and `last` are said by courses/rules/ending.py. Of a group everybody
# is measured by the day of its last meeting, of other courses each by the day she ended on.
_WHO = f"""
with met as materialized (
  select m.id, m.starts_at, m.appointment,
    case when %(kind)s = 'group' then not m.appointment else not m.intake end as counts
  from courses_meeting m
  where m.course_id = %(course)s and m.state <> 'cancelled' and m.starts_at <= %(at)s
)
select e.id, coalesce(k.id, c.id) as citizen_id, c.id as enrolled_as_id, %(kind)s::text as kind,
  coalesce(k.given_names, c.given_names) as given_names,
  coalesce(k.surname, c.surname) as surname, coalesce(k.birth_date, c.birth_date) as birth_date,
  e.state, e.enrolled_at, e.left_at, e.left_reason,
  (select o.name from courses_enrolment n join courses_course o on o.id = n.course_id
    where n.id = e.moved_to_id) as moved_to,
  e.planned_quit_on, e.actual_quit_on,
  coalesce(g.version, 0) as version, coalesce(g.smoke_free, '') as smoke_free, g.co,
  g.satisfaction, coalesce(g.dropped_out, '') as dropped_out, coalesce(g.note, '') as note,
  g.at as noted_at, coalesce(u.name, '') as noted_by,
  (select count(*) from courses_attendance t join met on met.id = t.meeting_id
    where t.enrolment_id = e.id and t.mark = 'attended' and met.counts)::int as attended,
  (select count(*) from met where met.counts and %(kind)s <> 'open' and (not met.appointment
    or exists (select from courses_appointment p
      where p.meeting_id = met.id and p.enrolment_id = e.id)))::int as offered,
  coalesce(last.mark = 'attended', false) as at_last, last.co as last_co,
  {_term("completed_from_meetings")} as from_meetings,
  {_term("stopbase_completed_percent")} as percent,
  {_term("stopbase_completed_open_meetings")} as open_meetings,
  {_agreed("stopbase")} as stopbase_agreed, {_agreed("follow_up")} as follow_up_agreed,
  {_agreed("discharge")} as letter_agreed,
  (select true from referrals_citizenaccess h where h.citizen_id = e.citizen_id
    and h.organisation_id = %(own)s and h.ground = 'handling' and h.about = e.referral_id
    and h.from_on <= %(today)s and (h.until_on is null or h.until_on >= %(today)s)
    limit 1) is not null as handled,
  coalesce((select l.state from courses_dischargeletter l where l.enrolment_id = e.id
    and l.state <> 'stopped' order by l.made_at desc, l.id limit 1), '') as letter,
  (select f.at from courses_transferred f where f.enrolment_id = e.id) as transferred_at,
  exists (select from courses_tick i where i.enrolment_id = e.id and i.item = 'diploma')
    as has_diploma
from courses_enrolment e
join referrals_citizen c on c.id = e.citizen_id
left join referrals_citizen k on k.id = c.merged_into_id
left join courses_ending g on g.enrolment_id = e.id
left join accounts_user u on u.id = g.by_id
cross join lateral (select case when %(kind)s = 'group' then %(on)s::date
  else (coalesce(e.left_at, %(at)s) at time zone 'Europe/Copenhagen')::date end as day) d
left join lateral (
  select t.mark, t.co from met left join courses_attendance t
    on t.meeting_id = met.id and t.enrolment_id = e.id
  where met.counts and (%(kind)s = 'group' or t.mark = 'attended')
  order by met.starts_at desc, met.id limit 1) last on true
where e.course_id = %(course)s and e.state <> 'waiting' and e.enrolled_at is not null
  and (%(only)s::uuid is null or e.id = %(only)s) and (%(all)s or (
    select true from referrals_citizenaccess a
    where a.citizen_id = e.citizen_id and a.organisation_id = %(own)s
      and a.from_on <= %(today)s and (a.until_on is null or a.until_on >= %(today)s)
      and ((a.ground = 'handling' and a.about = e.referral_id)
        or (a.ground = 'host' and a.about = e.id)) limit 1))
order by coalesce(k.sort_key, c.sort_key), e.created_at, e.id
"""  # noqa: S608  (our own words)


@dataclass(frozen=True, slots=True)
class Ended:
    """One participant at the end. `citizen_id` is the row that counts, `enrolled_as_id` hers then.

    `version` is the outcome's, 0: nothing is noted. `attended` of `offered` as rules/ending.py
    counts them; `offered` is 0 for Kom & Kvit. `at_last`: she was at the last meeting of the group,
    or ever came to another course; `last_co` is measured there, in ppm. `from_meetings`, `percent`
    and `open_meetings` are what the agreement said then, None where it says nothing.

    What the viewer may not see is False or empty: the letter and its consent belong to whoever
    handles her case (`handled`).
    """

    id: UUID
    citizen_id: UUID
    enrolled_as_id: UUID
    kind: str
    given_names: str
    surname: str
    birth_date: dt.date | None
    state: str
    enrolled_at: dt.datetime
    left_at: dt.datetime | None
    left_reason: str
    moved_to: str | None
    planned_quit_on: dt.date | None
    actual_quit_on: dt.date | None
    version: int
    smoke_free: str
    co: int | None
    satisfaction: int | None
    dropped_out: str
    note: str
    noted_at: dt.datetime | None
    noted_by: str
    attended: int
    offered: int
    at_last: bool
    last_co: int | None
    from_meetings: int | None
    percent: int | None
    open_meetings: int | None
    stopbase_agreed: bool
    follow_up_agreed: bool
    letter_agreed: bool
    handled: bool
    letter: str
    transferred_at: dt.datetime | None
    has_diploma: bool

    @property
    def name(self) -> str:
        """In full; empty where it is not known."""
        return names.full(self.given_names, self.surname)

    @property
    def stayed(self) -> bool:
        """She was there to the end: enrolled, or ended."""
        return self.state in (EnrolmentState.ENROLLED, EnrolmentState.ENDED)

    @property
    def missing(self) -> bool:
        """There is neither an outcome nor a reason; who left has given hers."""
        return self.stayed and not self.version

    @property
    def may_note(self) -> bool:
        """Her outcome stands here; of who moved on it stands where she is now."""
        return self.state != EnrolmentState.MOVED

    @property
    def by_agreement(self) -> bool | None:
        """Completed as the agreement says; None where it says nothing."""
        if self.from_meetings is None:
            return None
        return completed_agreement(self.attended, from_meetings=self.from_meetings)

    @property
    def by_stopbase(self) -> bool | None:
        """Completed as STOPbasen says; None where no number is set."""
        if self.percent is None or self.open_meetings is None:
            return None
        bar = Bar(self.percent, self.open_meetings)
        return completed_stopbase(self.attended, self.offered, kind=self.kind, bar=bar)

    @property
    def agreement_words(self) -> str:
        """«ja (4 af 6, mindst 3)»."""
        return self._words(self.by_agreement, str(self.from_meetings), self._met)

    @property
    def stopbase_words(self) -> str:
        """«nej (67 %, mindst 75 %)»; of Kom & Kvit «ja (5 mødegange, mindst 4)»."""
        if self.kind == CourseKind.OPEN:
            return self._words(self.by_stopbase, str(self.open_meetings), self._met)
        percent = self.percent or 0
        shown = f"{share(self.attended, self.offered, percent=percent)} %"
        return self._words(self.by_stopbase, f"{percent} %", shown)

    @property
    def _met(self) -> str:
        if self.kind == CourseKind.OPEN:
            return _("%(n)d mødegange") % {"n": self.attended}
        return _("%(n)d af %(of)d") % {"n": self.attended, "of": self.offered}

    def _words(self, is_so: bool | None, least: str, met: str) -> str:  # noqa: FBT001
        if is_so is None:
            return _("aftalen siger intet (%(met)s)") % {"met": met}
        said = _("ja") if is_so else _("nej")
        return _("%(said)s (%(met)s, mindst %(least)s)") % {
            "said": said,
            "met": met,
            "least": least,
        }

    @property
    def smoke_free_words(self) -> str:
        """The answer; empty where there is none."""
        return str(SmokeFree(self.smoke_free).label) if self.smoke_free else ""

    @property
    def because(self) -> str:
        """Why she did not stay to the end, in words; empty where she did."""
        if self.dropped_out:
            return str(DropOut(self.dropped_out).label)
        return str(WithdrawReason(self.left_reason).label) if self.left_reason else ""


@dataclass(frozen=True)
class Endings:
    """All of a course who have had a seat and whom the viewer works with, by name. `hosted`: the
    course is hers to end."""

    course: Course
    rows: Sequence[Ended]
    hosted: bool

    @cached_property
    def stayed(self) -> list[Ended]:
        """Who takes part, or did so to the end."""
        return [one for one in self.rows if one.stayed]

    @cached_property
    def left(self) -> list[Ended]:
        """Who has left before."""
        return [one for one in self.rows if not one.stayed]

    @cached_property
    def missing(self) -> list[Ended]:
        """Who has neither an outcome nor a reason: while there is one, the course stays open."""
        return [one for one in self.rows if one.missing]


def endings(viewer: Actor, course: Course, *, at: dt.datetime) -> Endings:
    """How it ends for everybody of a course; one statement. Noticed in the log of look-ups."""
    rows = _read(viewer, course, None, at)
    return Endings(course, rows, hosted=viewer.organisation_id == course.host_id)


def ending_of(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime) -> Ended:
    """The same of one participant. Raises Http404 where one does not work with her, and of whoever
    has had no seat."""
    found = _read(viewer, enrolment.course, enrolment.pk, at)
    if not found:
        raise Http404
    return found[0]


def _read(viewer: Actor, course: Course, only: UUID | None, at: dt.datetime) -> list[Ended]:
    values = {
        "course": course.pk,
        "kind": course.kind,
        "agreement": course.agreement_id,
        "on": clock.danish_date(min(course.last_at or at, at)),
        "only": only,
        "at": at,
        "all": viewer.is_system,
        "own": viewer.organisation_id,
        "today": clock.today(),
    }
    rows = prepared.rows(_WHO, values, Ended)
    looks.noticed(pk for one in rows for pk in (one.citizen_id, one.enrolled_as_id))
    return rows
