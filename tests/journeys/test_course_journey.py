"""A citizen's road from the referral to the last meeting, on another municipality's course.

Hvidovre has her case; Brøndby holds the course: six meetings, of which one is moved, one she stays
away from, and to one somebody comes who is not enrolled. tests/browser/test_course_journey.py
goes the same road in Chromium.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
import time_machine
from django.db import transaction

from courses.commands.ending import Line, Result, note_endings
from courses.commands.enrol import enrol
from courses.commands.marking import Said, close_meeting, mark, mark_all
from courses.commands.meetings import move_meeting
from courses.commands.planning import (
    CourseDetails,
    finish_course,
    plan_course,
    publish_course,
)
from courses.commands.tasks import finish_task
from courses.commands.ticks import tick
from courses.commands.walkin import WalkIn, walk_in
from courses.models import Attendance, Course, Enrolment, Meeting, Task, Tick
from courses.queries.endings import endings
from courses.rules.planning import Slot, proposed_meetings
from courses.states import (
    CourseKind,
    CourseState,
    EnrolmentState,
    Item,
    Mark,
    MeetingState,
    SmokeFree,
    TaskKind,
    TaskResult,
)
from referrals.models import Referral
from referrals.states import Outcome
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make

DAY = dt.timedelta(days=1)
# While the meeting goes on.
DURING = dt.timedelta(minutes=90)
AWAY = Said(mark=Mark.ABSENT)


@dataclass(frozen=True)
class Towns:
    """Who has the case, who plans the course, and who holds it."""

    handler: Actor
    planner: Actor
    host: Actor


def towns(**people: object) -> Towns:
    """Two municipalities of one agreement; `people` are users that exist already."""
    agreed = make.agreement(contact_first_workdays="2")
    hvidovre = make.municipality(agreed, name="Hvidovre Kommune")
    broendby = make.municipality(agreed, name="Brøndby Kommune")
    hired = (
        (Role.COUNSELLOR, hvidovre, "handler"),
        (Role.COORDINATOR, broendby, "planner"),
        (Role.COUNSELLOR, broendby, "host"),
    )
    return Towns(
        *(make.actor(make.grant(role, home, people.get(who))) for role, home, who in hired)  # type: ignore[arg-type]
    )


def planned(there: Towns, first: dt.datetime, at: dt.datetime) -> Course:
    """Six meetings a week apart as they are proposed, and open to everybody."""
    proposed = proposed_meetings(first, 120, 6, closed={})
    slots = [one.slot for one in proposed if not one.skipped]
    details = CourseDetails(kind=CourseKind.GROUP, name="Tirsdagsholdet", capacity=12)
    by = there.planner
    with acting(by):
        made = plan_course(details, times=slots, counsellors=[there.host.person], by=by, at=at)
        return publish_course(made, by=by, at=at)


def meetings(of: Course) -> list[Meeting]:
    """In time's order."""
    with acting(make.SYSTEM), transaction.atomic():
        return list(of.all_meetings.order_by("starts_at"))


def moved(there: Towns, meeting: Meeting, at: dt.datetime) -> None:
    """A day later; the room and the counsellor come along."""
    by, slot = there.host, Slot(meeting.starts_at + DAY, meeting.ends_at + DAY)
    with acting(by):
        move_meeting(meeting, slot, room=None, seen=meeting.revision, by=by, at=at)


def held(there: Towns, meeting: Meeting, *, away: Enrolment | None = None) -> None:
    """Whoever is not away has come, and the meeting is closed."""
    by, at = there.host, meeting.starts_at + DURING
    with time_machine.travel(at, tick=True), acting(by):
        if away:
            mark(away, meeting, said=AWAY, seen=0, once=uuid.uuid4(), by=by, at=at)
        mark_all(meeting, once=uuid.uuid4(), by=by, at=at)
        close_meeting(meeting, by=by, at=at)


def rung(there: Towns, at: dt.datetime) -> None:
    """Whoever stayed away is called: there is one to call, and then there is none."""
    by = there.host
    with time_machine.travel(at, tick=True), acting(by), transaction.atomic():
        task = Task.objects.get(kind=TaskKind.NO_SHOW, done_at=None)
        assert task.due_at > at
        finish_task(task, result=TaskResult.DONE, by=by, at=at)


def over(there: Towns, course: Course, enrolment: Enrolment, at: dt.datetime) -> None:
    """The diploma is given, it is noted how it ended for each, and the course is ended."""
    by = there.host
    with time_machine.travel(at, tick=True), acting(by), transaction.atomic():
        tick(enrolment, item=Item.DIPLOMA, by=by, at=at)
        with pytest.raises(Refusal, match="2 deltagere har hverken"):
            finish_course(course, by=by, at=at)
        stayed = endings(by, course, at=at).missing
        smoke_free = Result(smoke_free=SmokeFree.YES)
        note_endings([Line(one.id, smoke_free, None) for one in stayed], by=by, at=at)
        finish_course(course, by=by, at=at)


def as_it_was(enrolment: Enrolment) -> None:
    """What the six meetings have left behind, whoever looks."""
    with acting(make.SYSTEM), transaction.atomic():
        course = Course.objects.get(pk=enrolment.course_id)
        hers = Enrolment.objects.get(pk=enrolment.pk)
        marks = list(
            Attendance.objects.filter(enrolment=hers)
            .order_by("meeting__starts_at")
            .values_list("mark", flat=True)
        )
        held_ones = course.all_meetings.filter(state=MeetingState.HELD)
        assert (course.state, held_ones.count(), course.seats_taken) == (CourseState.FINISHED, 6, 0)
        assert marks == [Mark.ATTENDED] * 3 + [Mark.ABSENT] + [Mark.ATTENDED] * 2
        assert (hers.state, hers.home_id) == (EnrolmentState.ENDED, hers.referral.handler_id)
        first = held_ones.earliest("starts_at")
        assert hers.home_frozen_on == clock.danish_date(first.starts_at)
        assert held_ones.filter(revision=1).count() == 1
        assert set(Tick.objects.filter(enrolment=hers).values_list("item", flat=True)) == {
            Item.CONTACTED,
            Item.NO_SHOW_CALLED,
            Item.DIPLOMA,
        }
        came = Enrolment.objects.get(course=course, walked_in=True)
        assert came.attendances.filter(mark=Mark.ATTENDED).count() == 2
        assert not Task.objects.filter(kind=TaskKind.NO_SHOW, done_at=None).exists()


@pytest.mark.django_db
def test_referral_call_another_towns_course_and_six_meetings() -> None:
    there, at = towns(), make.MONDAY
    with time_machine.travel(at, tick=False):
        home = make.home(there.handler)
        case = make.referral(there.handler, home=home)
        course = planned(there, at + 8 * DAY, at)
        make.call(case, there.handler, Outcome.REACHED)
        with acting(there.handler):
            hers = enrol(course, case, by=there.handler, at=at)
        moved(there, meetings(course)[2], at)
    six = meetings(course)
    for meeting in six[:3]:
        held(there, meeting)
    held(there, six[3], away=hers)
    rung(there, six[3].starts_at + DAY)
    with time_machine.travel(six[4].starts_at, tick=False), acting(there.host):
        who, once = WalkIn(given_names="Ole", phone="+4530303030"), uuid.uuid4()
        walk_in(six[4], who, once=once, by=there.host, at=six[4].starts_at)
    for meeting in six[4:]:
        held(there, meeting)
    over(there, course, hers, six[5].ends_at + DAY)
    as_it_was(hers)
    # Hvidovre, which has the case, still sees it; Brøndby for a while.
    for by, days, seen in ((there.handler, 40, 1), (there.host, 20, 1), (there.host, 40, 0)):
        with time_machine.travel(six[5].ends_at + days * DAY, tick=False), acting(by):
            assert Enrolment.objects.filter(pk=hers.pk).count() == seen
            assert Referral.objects.filter(pk=case.pk).count() == (by is there.handler)
