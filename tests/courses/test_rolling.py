"""Kom & Kvit and the sweeps: enrolled at any time, ended after long absence, called in time."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from courses.commands import rolling
from courses.commands.enrol import enrol
from courses.commands.leaving import take_back, withdraw
from courses.commands.tasks import finish_task
from courses.models import Attendance, Course, Enrolment, Task, Tick
from courses.queries.absent import about_to_end, long_absent
from courses.rules.contact import contact_from, no_show_call_by
from courses.rules.rolling import stays_until, warned_from
from courses.states import (
    CourseKind,
    EnrolmentState,
    Item,
    Mark,
    TaskKind,
    TaskResult,
    WithdrawReason,
)
from courses.tasks import ask_for_contacts, end_long_absent
from referrals.commands.undo import undo_call
from referrals.models import Referral
from referrals.states import Outcome
from roegfri import clock
from roegfri.actor import Actor, acting, system
from roegfri.audit.models import AuditEvent
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Agreement
from tests import make
from tests.threads import answers_at_once, wait_until_blocked

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# A Monday, like make.MONDAY, on which all of the world here begins.
BEGAN = make.MONDAY
SWEEP = system("courses.test")


def at_day(year: int, month: int, day: int, hour: int = 10) -> dt.datetime:
    return clock.danish_time(dt.date(year, month, day), dt.time(hour))


# ---- rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "enrolled", "planned", "until"),
    [
        (dt.date(2026, 3, 2), dt.date(2026, 1, 1), False, dt.date(2026, 5, 2)),
        (None, dt.date(2026, 3, 2), False, dt.date(2026, 5, 2)),
        (dt.date(2025, 12, 31), dt.date(2025, 1, 1), False, dt.date(2026, 2, 28)),
        (None, dt.date(2026, 3, 2), True, None),
    ],
)
def test_how_long_one_may_stay_away(
    last: dt.date | None, enrolled: dt.date, *, planned: bool, until: dt.date | None
) -> None:
    assert stays_until(last, enrolled, quit_planned=planned, months=2) == until
    assert stays_until(last, enrolled, quit_planned=planned, months=3) != until or planned
    if until:
        assert warned_from(until, days=7) == until - 7 * DAY


@pytest.mark.parametrize(
    ("first", "closed", "begins"),
    [
        (dt.date(2026, 3, 12), set(), dt.date(2026, 3, 9)),
        (dt.date(2026, 3, 10), set(), dt.date(2026, 3, 5)),
        (dt.date(2026, 3, 10), {dt.date(2026, 3, 9)}, dt.date(2026, 3, 4)),
        (dt.date(2026, 4, 7), set(), dt.date(2026, 3, 30)),  # Easter lies between
    ],
)
def test_from_when_somebody_is_to_be_called(
    first: dt.date, closed: set[dt.date], begins: dt.date
) -> None:
    meeting = clock.danish_time(first, dt.time(17))
    assert contact_from(meeting, workdays=3, closed=closed) == begins


def test_until_when_somebody_is_called_who_stayed_away() -> None:
    meeting, following = at_day(2026, 3, 24), at_day(2026, 3, 31)
    assert no_show_call_by(meeting, following, days=7) == following
    # The clocks change on the way: seven Danish days all the same, to midnight.
    last = no_show_call_by(meeting, None, days=7)
    assert last == clock.end_of_day(dt.date(2026, 3, 31))


# ---- Kom & Kvit ----------------------------------------------------------------------------------


class Open:
    """A Kom & Kvit with a participant, enrolled on BEGAN."""

    def __init__(self, **given: Any) -> None:
        self.by: Actor = make.actor()
        self.course: Course = make.course(self.by, kind=CourseKind.OPEN, name="Kom & Kvit", **given)
        self.anna: Enrolment = make.enrolment(self.course, make.referral(self.by), self.by)

    def came(self, at: dt.datetime, mark: Mark = Mark.ATTENDED, **given: Any) -> None:
        meeting = make.meeting(self.course, at, **given)
        with acting(self.by):
            Attendance.objects.create(
                enrolment=self.anna, meeting=meeting, mark=mark, at=at, by_id=self.by.person
            )

    def sweep(self, at: dt.datetime) -> int:
        with time_machine.travel(at, tick=False), acting(SWEEP):
            with transaction.atomic():
                away = long_absent(SWEEP, at=at)
            return sum(rolling.end_absence(one.enrolment, by=SWEEP, at=at) for one in away)

    @property
    def state(self) -> str:
        with acting(self.by), transaction.atomic():
            self.anna.refresh_from_db()
        return self.anna.state


@pytest.mark.django_db
@pytest.mark.parametrize("meetings", [0, 2])
def test_one_is_enrolled_where_no_meeting_is_planned_any_more(meetings: int) -> None:
    by = make.actor()
    past = BEGAN - 28 * DAY
    course = make.course(by, kind=CourseKind.OPEN, meetings=meetings, first=past)
    case = make.referral(by)
    with acting(by):
        assert enrol(course, case, by=by, at=BEGAN).state == EnrolmentState.ENROLLED


@pytest.mark.django_db
def test_who_stays_away_for_two_months_is_withdrawn_on_the_day_after() -> None:
    there = Open()
    there.came(at_day(2026, 3, 9))
    there.came(at_day(2026, 4, 13), Mark.ABSENT)
    assert there.sweep(at_day(2026, 5, 9, 23)) == 0, "her last day"
    assert there.sweep(at_day(2026, 5, 10, 0)) == 1
    assert there.state == EnrolmentState.WITHDRAWN
    assert there.anna.left_reason == WithdrawReason.LONG_ABSENT
    assert there.sweep(at_day(2026, 5, 11)) == 0, "twice is once"
    with acting(make.SYSTEM):
        (line,) = AuditEvent.objects.filter(act="enrolment.withdrawn")
        assert (line.actor, line.user_id) == ("system:courses.test", None)


@pytest.mark.django_db
def test_who_never_came_ends_two_months_after_she_was_enrolled() -> None:
    there = Open()
    assert there.sweep(at_day(2026, 5, 2)) == 0
    assert there.sweep(at_day(2026, 5, 3)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["planned_quit_on", "actual_quit_on"])
def test_whoever_plans_to_stop_stays(day: str) -> None:
    there = Open()
    with acting(there.by):
        Enrolment.objects.filter(pk=there.anna.pk).update(**{day: dt.date(2026, 4, 1)})
    assert there.sweep(at_day(2027, 1, 1)) == 0
    assert there.state == EnrolmentState.ENROLLED


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [CourseKind.GROUP, CourseKind.INDIVIDUAL])
def test_no_other_course_ends_by_absence(kind: CourseKind) -> None:
    by = make.actor()
    make.enrolment(make.course(by, kind=kind), make.referral(by), by)
    with acting(SWEEP):
        assert long_absent(SWEEP, at=at_day(2027, 1, 1)) == []


@pytest.mark.django_db
def test_an_intake_talk_is_no_absence() -> None:
    there = Open()
    there.came(at_day(2026, 4, 20), intake=True)
    assert there.sweep(at_day(2026, 6, 20)) == 0


@pytest.mark.django_db
def test_who_was_taken_back_has_her_time_anew() -> None:
    there = Open()
    there.sweep(at_day(2026, 5, 3))
    with acting(there.by):
        take_back(there.anna, by=there.by, at=at_day(2026, 5, 4))
    assert there.sweep(at_day(2026, 7, 4)) == 0
    assert there.sweep(at_day(2026, 7, 5)) == 1


@pytest.mark.django_db
def test_the_months_are_the_agreement_s_own() -> None:
    within = make.agreement(open_ends_after_months="3")
    by = make.actor(make.grant(organisation=make.municipality(within)))
    course = make.course(by, kind=CourseKind.OPEN)
    make.enrolment(course, make.referral(by), by)
    with acting(SWEEP):
        assert long_absent(SWEEP, at=at_day(2026, 6, 2)) == []
        assert len(long_absent(SWEEP, at=at_day(2026, 6, 3))) == 1
        silent = Agreement.objects.create(name="Tavs", slug="tavs", kind=Kind.AGREEMENT)
        Course.objects.filter(pk=course.pk).update(agreement=silent)
        assert long_absent(SWEEP, at=at_day(2027, 6, 3)) == []


@pytest.mark.django_db
def test_the_counsellor_sees_who_is_about_to_end() -> None:
    there = Open()
    stranger = make.actor()
    with acting(there.by):
        assert about_to_end(there.by, there.course, at=at_day(2026, 4, 24)) == []
        (away,) = about_to_end(there.by, there.course, at=at_day(2026, 4, 25))
        assert (away.since, away.until) == (BEGAN.date(), dt.date(2026, 5, 2))
    with acting(stranger):
        assert about_to_end(stranger, there.course, at=at_day(2026, 4, 25)) == []


@pytest.mark.django_db(transaction=True)
def test_six_sweeps_at_once_withdraw_once() -> None:
    with transaction.atomic():
        there = Open()
    with time_machine.travel(at_day(2026, 5, 3), tick=False):
        answers_at_once(end_long_absent, 6)
    assert there.state == EnrolmentState.WITHDRAWN
    with acting(make.SYSTEM), transaction.atomic():
        assert AuditEvent.objects.filter(act="enrolment.withdrawn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_six_that_only_look_find_her_six_times() -> None:
    with transaction.atomic():
        Open()

    def look() -> int:
        with acting(SWEEP), transaction.atomic():
            return len(long_absent(SWEEP, at=at_day(2026, 5, 3)))

    assert sum(answers_at_once(look, 6)) == 6


def ended_meanwhile(end: Callable[[Enrolment], object]) -> str:
    """Her state, when `end` begins while a colleague who has her row is planning her quit date."""
    with transaction.atomic():
        there = Open()
    found: list[object] = []

    def sweep() -> None:
        try:
            with time_machine.travel(at_day(2026, 5, 3), tick=False), acting(SWEEP):
                found.append(end(there.anna))
        finally:
            connection.close()

    thread = threading.Thread(target=sweep)
    with acting(there.by), transaction.atomic():
        Enrolment.objects.filter(pk=there.anna.pk).update(planned_quit_on=dt.date(2026, 6, 1))
        thread.start()
        wait_until_blocked()
    thread.join()
    assert len(found) == 1
    return there.state


@pytest.mark.django_db(transaction=True)
def test_who_plans_a_quit_date_while_the_sweep_is_at_it_stays() -> None:
    at = at_day(2026, 5, 3)
    end = partial(rolling.end_absence, by=SWEEP, at=at)
    assert ended_meanwhile(end) == EnrolmentState.ENROLLED


@pytest.mark.django_db(transaction=True)
def test_control_a_sweep_that_does_not_look_again_withdraws_her() -> None:
    at = at_day(2026, 5, 3)
    end = partial(withdraw, reason=WithdrawReason.LONG_ABSENT, by=SWEEP, at=at)
    assert ended_meanwhile(end) == EnrolmentState.WITHDRAWN


@pytest.mark.django_db
def test_who_came_since_she_was_found_stays() -> None:
    there = Open()
    with acting(SWEEP):
        (found,) = long_absent(SWEEP, at=at_day(2026, 5, 3))
    there.came(at_day(2026, 5, 1))
    with acting(SWEEP):
        assert not rolling.end_absence(found.enrolment, by=SWEEP, at=at_day(2026, 5, 3))
    assert there.state == EnrolmentState.ENROLLED


# ---- who is to be called before the first meeting ------------------------------------------------


class Begins:
    """A course that begins on Thursday 12 March, with a participant nobody has talked with."""

    first = at_day(2026, 3, 12, 17)

    def __init__(self) -> None:
        self.by: Actor = make.actor()
        self.course: Course = make.course(self.by, meetings=6, first=self.first)
        self.case: Referral = make.referral(self.by)
        self.anna: Enrolment = make.enrolment(self.course, self.case, self.by)

    def sweep(self, at: dt.datetime) -> None:
        with time_machine.travel(at, tick=False):
            ask_for_contacts()

    @property
    def tasks(self) -> list[tuple[str, str]]:
        with acting(self.by), transaction.atomic():
            return list(Task.objects.order_by("made_at").values_list("kind", "result"))


@pytest.fixture
def begins(db: None) -> Iterator[Begins]:
    with time_machine.travel(at_day(2026, 3, 9, 6), tick=False):
        yield Begins()


def test_from_three_workdays_before_somebody_is_asked_to_call(begins: Begins) -> None:
    begins.sweep(at_day(2026, 3, 8, 6))
    assert begins.tasks == []
    for _twice in range(2):
        begins.sweep(at_day(2026, 3, 9, 6))
    assert begins.tasks == [(TaskKind.CONTACT_FIRST, "")]
    with acting(begins.by):
        task = Task.objects.get()
        assert (task.due_at, task.organisation_id) == (begins.first, begins.course.host_id)


def test_a_talk_drops_the_task_and_is_noted_with_its_day_and_caller(begins: Begins) -> None:
    begins.sweep(at_day(2026, 3, 9, 6))
    talk = make.call(begins.case, begins.by, Outcome.REACHED, at=at_day(2026, 3, 9, 10))
    begins.sweep(at_day(2026, 3, 9, 11))
    assert begins.tasks == [(TaskKind.CONTACT_FIRST, TaskResult.NOT_NEEDED)]
    with acting(begins.by):
        tick = Tick.objects.get()
        assert (tick.item, tick.at, tick.by_id) == (Item.CONTACTED, talk.at, begins.by.user_id)
        undo_call(talk, by=begins.by, at=at_day(2026, 3, 9, 10))
    begins.sweep(at_day(2026, 3, 9, 12))
    assert [result for _kind, result in begins.tasks] == [TaskResult.NOT_NEEDED, ""]


def test_a_call_that_nobody_answered_is_no_talk(begins: Begins) -> None:
    make.call(begins.case, begins.by, Outcome.NO_ANSWER, at=at_day(2026, 3, 9, 5))
    begins.sweep(at_day(2026, 3, 9, 6))
    assert begins.tasks == [(TaskKind.CONTACT_FIRST, "")]


def test_who_has_been_called_is_not_asked_for_again(begins: Begins) -> None:
    begins.sweep(at_day(2026, 3, 9, 6))
    with acting(begins.by):
        finish_task(Task.objects.get(), result=TaskResult.DONE, by=begins.by, at=BEGAN)
        Tick.objects.all().delete()
    begins.sweep(at_day(2026, 3, 10, 6))
    assert begins.tasks == [(TaskKind.CONTACT_FIRST, TaskResult.DONE)]


def test_nobody_is_asked_for_who_waits_or_has_begun(begins: Begins) -> None:
    other = make.enrolment(
        begins.course,
        make.referral(begins.by, number="+4520202020"),
        begins.by,
        state=EnrolmentState.WAITING,
        enrolled_at=None,
        waiting_since=BEGAN,
    )
    with acting(begins.by):
        Attendance.objects.create(
            enrolment=begins.anna,
            meeting=begins.course.all_meetings.earliest("starts_at"),
            mark=Mark.ATTENDED,
            at=BEGAN,
            by_id=begins.by.person,
        )
    begins.sweep(at_day(2026, 3, 12, 12))
    assert begins.tasks == []
    assert other.state == EnrolmentState.WAITING


def test_of_an_individual_course_her_own_appointment_counts(begins: Begins) -> None:
    course = make.course(begins.by, kind=CourseKind.INDIVIDUAL)
    alone = make.enrolment(course, make.referral(begins.by, number="+4520202021"), begins.by)
    begins.sweep(at_day(2026, 3, 9, 6))
    assert len(begins.tasks) == 1, "of the other course"
    make.appointment(alone, at_day(2026, 3, 10, 9), begins.by)
    begins.sweep(at_day(2026, 3, 9, 7))
    assert len(begins.tasks) == 2


def test_both_sweeps_run_as_what_they_are(begins: Begins) -> None:
    ask_for_contacts()
    end_long_absent()
    with acting(make.SYSTEM):
        actors = set(AuditEvent.objects.filter(act="row.added").values_list("actor", flat=True))
    assert "system:courses.ask_for_contacts" in actors
