"""A year of made-up courses: as commands would have left them, whatever day it is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from courses.states import (
    CourseKind,
    CourseState,
    EnrolmentState,
    Flag,
    LetterState,
    Mark,
    MeetingForm,
    MeetingState,
    Target,
    TaskKind,
)
from roegfri import clock
from roegfri.actor import acting
from roegfri.desk.demo import drawing, setting
from roegfri.desk.demo.rows import Row
from tests import make
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db(transaction=True)
SCALE = 600


@pytest.fixture(autouse=True)
def reference() -> None:
    call_command("load_reference", demo=True, verbosity=0, stdout=StringIO())


@pytest.fixture
def laid() -> Iterator[None]:
    with override_settings(TRIAL=True):
        call_command("demo_data", scale=SCALE, stdout=StringIO())
        yield


def asked(statement: str) -> list[tuple[Any, ...]]:
    with setup_connection() as inside:
        return inside.execute(statement).fetchall()


# What must find nothing: the columns that triggers keep, and what commands never leave behind.
WRONG = {
    "seats": """
        select c.name, c.seats_taken, c.waiting from courses_course c where (seats_taken, waiting)
        <> (select count(*) filter (where state = 'enrolled'),
                   count(*) filter (where state = 'waiting')
            from courses_enrolment e where e.course_id = c.id)""",
    "dates": """
        select c.name from courses_course c join lateral (
          select min(starts_at) as first, max(starts_at) as last, count(*) as number
          from courses_meeting m
          where m.course_id = c.id and m.state <> 'cancelled' and not appointment) m on true
        where (c.first_at, c.last_at, c.meetings) is distinct from (m.first, m.last, m.number)""",
    "staff at the meeting's time": """
        select s.id from courses_staffing s join courses_meeting m on m.id = s.meeting_id
        where (s.starts_at, s.ends_at, s.live)
          <> (m.starts_at, m.ends_at, m.state <> 'cancelled')""",
    "a published group below the minimum": """
        select name from courses_course
        where kind = 'group' and state in ('published', 'finished') and meetings < 6""",
    "thirteen with one counsellor": """
        select c.name from courses_course c join courses_meeting m on m.course_id = c.id
        where c.seats_taken > 12 and c.kind <> 'individual' and m.state = 'planned' and 2 >
          (select count(*) from courses_staffing s where s.meeting_id = m.id and s.live)""",
    "a meeting without a counsellor": """
        select m.id from courses_meeting m
        where not exists (select from courses_staffing s where s.meeting_id = m.id)""",
    "a host who cannot see a participant": """
        select e.id from courses_enrolment e join courses_course c on c.id = e.course_id
        where not exists (select from referrals_citizenaccess a
          where a.about = e.id and a.ground = 'host' and a.organisation_id = c.host_id
            and a.citizen_id = e.citizen_id
            and (a.until_on is null) = (c.finished_at is null))""",
    "a home that cannot": """
        select e.id from courses_enrolment e where e.home_id is not null
          and not exists (select from referrals_citizenaccess a
            where a.about = e.id and a.ground = 'home' and a.organisation_id = e.home_id)""",
    "a home frozen on another day than the first she came": """
        select e.id from courses_enrolment e left join lateral (
          select min(m.starts_at at time zone 'Europe/Copenhagen')::date as day
          from courses_attendance a join courses_meeting m on m.id = a.meeting_id
          where a.enrolment_id = e.id and a.mark = 'attended') a on true
        where e.home_frozen_on is distinct from a.day""",
    "marked after she left, or before she came": """
        select e.id from courses_attendance a join courses_enrolment e on e.id = a.enrolment_id
        join courses_meeting m on m.id = a.meeting_id
        where m.starts_at >= e.left_at or m.ends_at < e.enrolled_at or a.at > now()""",
    "a meeting of another course": """
        select a.id from courses_attendance a join courses_enrolment e on e.id = a.enrolment_id
        join courses_meeting m on m.id = a.meeting_id where m.course_id <> e.course_id""",
    "somebody enrolled before she was talked with, or another agreement's": """
        select e.id from courses_enrolment e join referrals_referral r on r.id = e.referral_id
        join courses_course c on c.id = e.course_id
        where e.created_at < r.reached_at or r.agreement_id <> c.agreement_id
          or r.citizen_id <> e.citizen_id or e.created_at < c.published_at""",
    "an absence that nobody was to ring after": """
        select a.id from courses_attendance a join courses_meeting m on m.id = a.meeting_id
        where a.mark = 'absent' and m.state = 'held' and not exists (select from courses_task t
          where t.kind = 'no_show' and t.meeting_id = m.id and t.enrolment_id = a.enrolment_id)""",
    "something ahead of now": """
        select id from courses_enrolment where greatest(created_at, state_since, left_at) > now()
          or actual_quit_on > current_date
        union all select id from courses_meeting where state = 'held' and closed_at > now()
        union all select id from courses_task where made_at > now() or done_at > now()
        union all select id from courses_tick where at > now()
        union all select id from courses_course
          where greatest(created_at, published_at, finished_at, state_since) > now()""",
    "still enrolled where it is over": """
        select e.id from courses_enrolment e join courses_course c on c.id = e.course_id
        where c.state in ('finished', 'cancelled') and e.state in ('enrolled', 'waiting')""",
    "ended without an outcome, or before it": """
        select e.id from courses_enrolment e left join courses_ending n on n.enrolment_id = e.id
        where e.state = 'ended' and (n.at is null or n.at >= e.left_at)""",
    "a form on the checklist that is not there": """
        select t.id from courses_tick t where t.item = 'form' and not exists
          (select from courses_baseline b where b.enrolment_id = t.enrolment_id)""",
    "a diploma for somebody who was not there": """
        select t.id from courses_tick t join courses_enrolment e on e.id = t.enrolment_id
        join courses_course c on c.id = e.course_id where t.item = 'diploma' and not exists
          (select from courses_attendance a join courses_meeting m on m.id = a.meeting_id
           where a.enrolment_id = e.id and a.mark = 'attended' and m.starts_at = c.last_at)""",
    "in STOPbasen, and never agreed": """
        select f.enrolment_id from courses_transferred f
        join courses_enrolment e on e.id = f.enrolment_id where not exists
          (select from referrals_consent s where s.citizen_id = e.citizen_id
             and s.kind = 'stopbase' and s.given_at < f.at)""",
    "a letter before she agreed, or about somebody who never came": """
        select l.id from courses_dischargeletter l join referrals_consent s on s.id = l.consent_id
        where s.given_at > l.made_at or not exists (select from courses_attendance a
          where a.enrolment_id = l.enrolment_id and a.mark = 'attended')""",
    "a course that is over, and nobody is asked to end it": """
        select c.id from courses_course c where c.state = 'published' and c.kind = 'group'
          and not exists (select from courses_meeting m where m.course_id = c.id
            and m.state = 'planned')
          and not exists (select from courses_task t where t.course_id = c.id
            and t.kind = 'finish' and t.done_at is null)""",
    "said or agreed ahead of now": """
        select enrolment_id from courses_ending where at > now()
        union all select enrolment_id from courses_baseline where at > now()
        union all select enrolment_id from courses_transferred where at > now()
        union all select id from courses_dischargeletter
          where greatest(made_at, answered_at) > now()
        union all select id from referrals_consent where given_at > now()""",
}
# What a year shows: each must find something.
SHOWN = {
    "a waiting list": "select from courses_course where seats_taken = capacity and waiting > 0",
    "twelve of more, and one counsellor": """
        select from courses_course c where seats_taken = 12 and capacity > 12
          and first_at > now() and 1 = all (select count(*) from courses_staffing s
            join courses_meeting m on m.id = s.meeting_id where m.course_id = c.id
            group by m.id)""",
    "free seats": """select from courses_course
        where first_at > now() and seats_taken < capacity - 3""",
    "a pharmacy": """select from courses_course c join organisations_pharmacy p
        on p.organisation_ptr_id = c.provider_id""",
    "moved": "select from courses_meeting where planned_at <> starts_at and revision = 1",
    "called off": "select from courses_meeting where state = 'cancelled' and cancel_reason <> ''",
    "extra": "select from courses_meeting where extra",
    "a counsellor without the course": """
        select from courses_staffing s where starts_at > now() and not exists
          (select from courses_qualification q where q.user_id = s.counsellor_id)""",
    "a draft below the minimum": """select from courses_course
        where state = 'draft' and meetings < 6""",
    "moved on": "select from courses_enrolment where moved_to_id is not null",
    "walked in": "select from courses_enrolment where walked_in",
    "a talk to come": "select from courses_meeting where appointment and starts_at > now()",
    "two counsellors": """
        select from courses_staffing group by meeting_id having count(*) = 2""",
    "from elsewhere": """select from courses_enrolment e join courses_course c
        on c.id = e.course_id where e.home_id <> c.host_id having count(*) > 20""",
    "a form that is not whole": """select from courses_baseline b where not exists
        (select from courses_tick t where t.item = 'form' and t.enrolment_id = b.enrolment_id)""",
    "a form she filled in herself": "select from courses_baseline where filled_by_id is null",
    "in STOPbasen": "select from courses_transferred having count(*) > 30",
    "over, and not in STOPbasen yet": """
        select from courses_course c join organisations_municipality o
          on o.organisation_ptr_id = c.host_id where o.code = '167' and c.state = 'finished'
          and not exists (select from courses_transferred f join courses_enrolment e
            on e.id = f.enrolment_id where e.course_id = c.id)""",
    "left, and why": "select from courses_ending where dropped_out <> '' having count(*) > 8",
    "Kom & Kvit over for one": """select from courses_enrolment e join courses_course c
        on c.id = e.course_id where c.kind = 'open' and e.state = 'ended'""",
    "a letter that took another's place": """
        select from courses_dischargeletter where corrects_id is not null""",
    "a letter that did not arrive, and whom it is told": """
        select from courses_dischargeletter l join courses_task t
          on t.enrolment_id = l.enrolment_id and t.kind = 'letter_failed' and t.done_at is null
        where l.state = 'refused' and l.trouble <> ''""",
    "a letter that says how it went": """
        select from courses_dischargeletter where result_consent_id is not null""",
    "a letter to be sent": """
        select from courses_enrolment e join referrals_referral r on r.id = e.referral_id
        join organisations_municipality o on o.organisation_ptr_id = r.handler_id
        where o.code = '167' and e.state = 'ended'
          and exists (select from referrals_consent s where s.citizen_id = e.citizen_id
            and s.kind = 'discharge')
          and not exists (select from courses_dischargeletter l where l.enrolment_id = e.id)""",
    "a form she was sent a link to": """
        select from courses_formlink where used_at is null and expires_at > now()""",
    "two who had found their course": "select from courses_wish having count(*) = 2",
}


def test_a_year_is_as_commands_would_have_left_it_and_shows_everything(laid: None) -> None:
    found = {what: rows for what, statement in WRONG.items() if (rows := asked(statement)[:3])}
    assert not found
    assert [what for what, statement in SHOWN.items() if not asked(statement)] == []
    for table, column, words in (
        ("course", "kind", CourseKind),
        ("course", "state", CourseState),
        ("course", "target", Target),
        ("enrolment", "state", EnrolmentState),
        ("meeting", "state", MeetingState),
        ("meeting", "form", MeetingForm),
        ("attendance", "mark", Mark),
        ("flagged", "flag", Flag),
    ):
        there = {str(row[0]) for row in asked(f"select distinct {column} from courses_{table}")}
        assert {*words.values} - there <= {Target.OTHER}, (table, column)
    spread = "count(distinct host_id), count(distinct agreement_id), max(first_at) - min(first_at)"
    [(hosts, agreements, long)] = asked(f"select {spread} from courses_course")
    assert (hosts, agreements) == (13, 2)
    assert long > dt.timedelta(days=360)
    mette_has_a_meeting_today_and_two_to_ring()
    mette_has_a_course_to_end()
    states = {row[0] for row in asked("select distinct state from courses_dischargeletter")}
    assert {*LetterState.values} - states == {LetterState.STOPPED}
    free_at_the_end()


def mette_has_a_course_to_end() -> None:
    """Twelve who came; most forms are there, no outcome is, and letters can be written."""
    asked_for = asked(
        "select c.id, c.seats_taken from courses_task t join courses_course c on c.id = t.course_id"
        " join organisations_municipality o on o.organisation_ptr_id = t.organisation_id"
        f" where o.code = '167' and t.kind = '{TaskKind.FINISH}' and t.done_at is null"
    )
    assert len(asked_for) == 1
    [(course, taken)] = asked_for
    assert taken >= 10
    hers = f"courses_enrolment e where e.course_id = '{course}' and e.state = 'enrolled'"
    with_form = "select from courses_baseline b where b.enrolment_id = e.id"
    with_ending = "select from courses_ending n where n.enrolment_id = e.id"
    letters = """select from referrals_consent s join referrals_citizen c on c.id = s.citizen_id
        join organisations_practice p on p.organisation_ptr_id = c.practice_id
        where s.citizen_id = e.citizen_id and s.kind = 'discharge' and p.ean <> ''"""
    assert len(asked(f"select e.id from {hers} and exists ({with_form})")) >= 8
    assert not asked(f"select e.id from {hers} and exists ({with_ending})")
    assert len(asked(f"select e.id from {hers} and exists ({letters})")) >= 3


def free_at_the_end() -> None:
    """About as many as in the country: half of those who stayed."""
    [(share,)] = asked(
        "select avg((n.smoke_free = 'yes')::int) from courses_ending n join courses_enrolment e"
        " on e.id = n.enrolment_id where e.state = 'ended'"
    )
    assert 0.4 < share < 0.75


def mette_has_a_meeting_today_and_two_to_ring() -> None:
    mette = "(select id from accounts_user where email = 'raadgiver@roegfri.test')"
    today = asked(
        "select c.seats_taken from courses_staffing s join courses_meeting m on m.id = s.meeting_id"
        f" join courses_course c on c.id = m.course_id where s.counsellor_id = {mette}"
        " and c.kind = 'group' and m.state = 'planned' and (m.starts_at at time zone"
        " 'Europe/Copenhagen')::date = (now() at time zone 'Europe/Copenhagen')::date"
    )
    assert len(today) == 1
    assert today[0][0] >= 8
    to_ring = asked(
        "select t.due_at > now() from courses_task t join organisations_municipality o"
        f" on o.organisation_ptr_id = t.organisation_id where o.code = '167' and t.done_at is null"
        f" and t.kind = '{TaskKind.NO_SHOW}'"
    )
    assert len(to_ring) >= 2
    assert all(ahead for (ahead,) in to_ring)


# A Sunday, Christmas Eve, New Year's Day, the nights on which clocks change, and a plain Tuesday.
DAYS = ("2026-11-22", "2026-12-24", "2027-01-01", "2027-03-28", "2026-10-25", "2028-02-29")


def test_on_any_day_nobody_is_in_two_places() -> None:
    for day in DAYS:
        today = dt.date.fromisoformat(day)
        now = clock.danish_time(today, dt.time(10))
        with acting(make.SYSTEM), transaction.atomic():
            rows = next(drawing.draw(setting.setting(now), 250, now, 1))
        for spans in taken(rows):
            assert all(before[1] <= after[0] for before, after in pairwise(spans)), day
        planned = [one for one in rows["meeting"] if one["state"] == MeetingState.PLANNED]
        assert any(clock.danish_date(one["starts_at"]) == today for one in planned), day
        assert [one for one in rows["task"] if not one["done_at"]], day


def taken(rows: dict[str, list[Row]]) -> list[list[tuple[dt.datetime, dt.datetime]]]:
    """When each room and each counsellor is taken, in time's order."""
    times: dict[object, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    for one in rows["meeting"]:
        if one["room_id"] and one["state"] != MeetingState.CANCELLED:
            times[one["room_id"]].append((one["starts_at"], one["ends_at"]))
    for one in rows["staffing"]:
        if one["live"]:
            times[one["counsellor_id"]].append((one["starts_at"], one["ends_at"]))
    assert len(times) > 40
    return [sorted(spans) for spans in times.values()]
