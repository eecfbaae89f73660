"""What a hostile or hurried person does: wrong years, forged fields, two at the same moment."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.test import Client

from courses.commands.books import locked_course, locked_participant
from courses.commands.hosted import own_meeting
from courses.commands.marking import Said, mark
from courses.commands.meetings import add_meeting, move_meeting
from courses.commands.tasks import make_task
from courses.models import Course, Enrolment, Meeting
from courses.rules.planning import Slot
from courses.states import TaskKind
from roegfri.actor import Actor, acting, hosting
from roegfri.refusal import Refusal
from tests import make
from tests.courses.world import coming, do, put, towns
from tests.threads import at_once

WEEK, HOUR = dt.timedelta(weeks=1), dt.timedelta(hours=1)


def pointing_at(course: Course, meeting: Meeting, enrolment: Enrolment, by: Actor) -> list[Any]:
    """What goes wrong when a colleague makes a task about all three, and waits for nobody."""

    def point() -> None:
        with acting(by), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '400ms'")
            make_task(
                TaskKind.NO_SHOW,
                course=course,
                meeting=meeting,
                enrolment=enrolment,
                due_at=make.MONDAY,
                at=make.MONDAY,
            )

    return at_once(point)


@pytest.mark.django_db(transaction=True)
def test_what_is_locked_can_still_be_pointed_at() -> None:
    """Closing a meeting makes tasks about a course that another command holds, which in turn waits
    for that meeting: in a circle, were a task kept out by the lock."""
    a = towns().a
    course = coming(a)
    enrolment, meeting = put(course, a), course.all_meetings.earliest("starts_at")
    with acting(a), transaction.atomic():
        own_meeting(meeting, a)
        locked_participant(enrolment, a)
        with acting(hosting(a, course.host_id)):
            locked_course(course)
        assert pointing_at(course, meeting, enrolment, a) == []
    # The control: a lock that is stronger than it needs be keeps the task out.
    with acting(a), transaction.atomic():
        Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
        later = course.all_meetings.latest("starts_at")
        [kept_out] = pointing_at(course, later, enrolment, a)
        assert isinstance(kept_out, OperationalError)


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 1926, 9999])
def test_a_wrong_year_is_asked_about(year: int) -> None:
    a = towns().a
    course = coming(a, first=make.MONDAY + HOUR)
    enrolment, meeting = put(course, a), course.all_meetings.earliest("starts_at")
    starts_at = meeting.starts_at.replace(year=year)
    slot = Slot(starts_at, starts_at + HOUR)
    with pytest.raises(Refusal, match="årstallet"):
        do(a, move_meeting, meeting, slot, room=None)
    with pytest.raises(Refusal, match="årstallet"):
        do(a, add_meeting, course, slot, counsellors=[])
    for said in (
        Said(planned_quit_on=dt.date(year, 5, 1)),
        Said(actual_quit_on=dt.date(min(year, 1926), 5, 1)),
    ):
        with pytest.raises(Refusal, match="årstallet"):
            do(a, mark, enrolment, meeting, said=said, seen=0, once=uuid.uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize("was", ["[" * 5000, '{"version": 1e999}', "[]", "null", '{"version": 0}'])
def test_a_forged_sheet_is_refused(was: str, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    towns_ = towns()
    course = coming(towns_.a, first=make.MONDAY + HOUR)
    enrolment, meeting = put(course, towns_.a), course.all_meetings.earliest("starts_at")
    client = Client()
    with time_machine.travel(meeting.starts_at, tick=False):
        client.force_login(towns_.grant_a.user)
        sent = {
            "once": str(uuid.uuid4()),
            f"mark-{enrolment.pk}": "attended",
            f"was-{enrolment.pk}": was,
        }
        answer = client.post(f"/moede/{meeting.pk}/fremmoede/", sent)
    assert answer.status_code == 422
    assert "Genindlæs siden" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "when",
    [
        {"pick": "9999-12-31T23:59"},
        {"starts_0": "0001-01-01", "starts_1": "00:00"},
        {"starts_0": "9999-12-31", "starts_1": "23:59"},
    ],
)
def test_a_time_beyond_all_calendars_is_refused(when: dict[str, str], settings: Any) -> None:
    settings.SECOND_FACTOR = False
    towns_ = towns()
    enrolment = put(coming(towns_.a), towns_.a)
    client = Client()
    with time_machine.travel(make.MONDAY, tick=False):
        client.force_login(towns_.grant_a.user)
        sent = {"counsellor": str(towns_.a.user_id), "minutes": "45", "form": "in_person", **when}
        answer = client.post(f"/tilmelding/{enrolment.pk}/aftale/", sent)
    assert answer.status_code == 422
