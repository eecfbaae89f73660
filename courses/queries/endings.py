"""How a course ends, participant by participant: what was attended, the outcome, and what lacks."""

import datetime as dt
from uuid import UUID

from django.http import Http404

from courses.models import Course, Enrolment
from courses.queries.baseline import baseline, completeness_by_enrolment
from courses.queries.ended import Ended, Endings
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.walls import prepared

__all__ = ["Ended", "Endings", "ending_alone", "ending_if_any", "ending_of", "endings"]


def _term(name: str) -> str:
    """What the agreement says on the day that counts for a participant; null: nothing."""
    return f"""(select t.value::int from organisations_term t
    where t.agreement_id = %(agreement)s and t.name = '{name}' and t.from_on <= d.day
    order by t.from_on desc limit 1)"""  # noqa: S608  (our own words)


def _agreed(kind: str) -> str:
    """On whichever row that is her it was noted."""
    return f"""exists (select from referrals_citizen r
    join referrals_consent s on s.citizen_id = r.id and s.kind = '{kind}' and s.withdrawn_at is null
    where r.id = coalesce(k.id, c.id) or r.merged_into_id = coalesce(k.id, c.id))"""


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
  (select t.co from courses_attendance t join met on met.id = t.meeting_id
    where t.enrolment_id = e.id and t.co is not null
    order by met.starts_at desc, met.id limit 1) as measured_co,
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


def endings(viewer: Actor, course: Course, *, at: dt.datetime) -> Endings:
    """How it ends for everybody of a course; two statements. Noticed in the log of look-ups."""
    rows = _read(viewer, course, None, at)
    forms = completeness_by_enrolment(viewer, course)
    return Endings(course, rows, forms, hosted=viewer.organisation_id == course.host_id)


def ending_of(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime) -> Ended:
    """The same of one participant. Raises Http404 where one does not work with her, and of whoever
    has had no seat."""
    if (found := ending_if_any(viewer, enrolment, at=at)) is None:
        raise Http404
    return found


def ending_if_any(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime) -> Ended | None:
    """The same, and None instead; one statement."""
    return next(iter(_read(viewer, enrolment.course, enrolment.pk, at)), None)


def ending_alone(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime) -> Endings:
    """One participant as `endings` says it of all. Raises Http404 as ending_of does."""
    course, filled = enrolment.course, baseline(viewer, enrolment)
    forms = {enrolment.pk: filled.completeness} if filled else {}
    rows = [ending_of(viewer, enrolment, at=at)]
    return Endings(course, rows, forms, hosted=viewer.organisation_id == course.host_id)


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
