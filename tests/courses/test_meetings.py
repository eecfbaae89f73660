"""Meetings are laid, added, moved, cancelled and restored; and what is in their way."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.commands.booking import Taken
from courses.commands.marking import close_meeting
from courses.commands.meetings import (
    add_meeting,
    cancel_meeting,
    lay_meetings,
    move_meeting,
    restore_meeting,
)
from courses.commands.tasks import finish_task
from courses.models import Attendance, Course, Meeting, Room, Task
from courses.queries.meetings import meetings
from courses.rules.planning import Slot
from courses.states import Mark, MeetingForm, MeetingState, TaskKind, TaskResult
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import Conflict, Refusal
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY
HOUR = dt.timedelta(hours=1)


def slot(hours: float, length: float = 2) -> Slot:
    begins = AT + HOUR * hours
    return Slot(begins, begins + HOUR * length)


def colleague(of: Actor) -> Actor:
    return make.actor(make.grant(organisation=make.home(of)))


@pytest.fixture
def by() -> Actor:
    return make.actor()


def lay(course: Course, by: Actor, *slots: Slot, staff: tuple[Actor, ...] = ()) -> list[Meeting]:
    with acting(by):
        return lay_meetings(course, slots, [one.person for one in staff], at=AT)


def room_of(by: Actor) -> Room:
    return make.venue(make.home(by)).rooms.get()


def test_meetings_are_laid_in_order_with_room_and_counsellors(by: Actor) -> None:
    course = make.course(by, room=room_of(by))
    laid = lay(course, by, slot(48), slot(24), staff=(by,))
    assert [one.starts_at for one in laid] == [AT + 24 * HOUR, AT + 48 * HOUR]
    assert {one.room for one in laid} == {course.room}
    assert [one.counsellor_id for made in laid for one in made.staff.all()] == [by.person] * 2
    course.refresh_from_db()
    assert (course.meetings, course.first_at) == (2, AT + 24 * HOUR)


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ([slot(24), slot(25)], "ligger oven i hinanden"),
        ([slot(24), slot(24)], "ligger oven i hinanden"),
        ([Slot(AT, AT)], "skal slutte, efter"),
    ],
)
def test_impossible_times_are_refused(by: Actor, slots: list[Slot], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        lay(make.course(by), by, *slots)


def test_a_room_that_is_taken_is_refused_with_the_course_that_has_it(by: Actor) -> None:
    room = room_of(by)
    lay(make.course(by, name="Det første", room=room), by, slot(24))
    with pytest.raises(Taken) as refused:
        lay(make.course(by, room=room), by, slot(25))
    assert str(refused.value) == (
        "Tirsdag 3. marts 2026 kl. 10.00–12.00: Lokale 1 er optaget kl. 9.00–11.00 («Det første»)."
        " Vælg et andet tidspunkt, et andet lokale eller en anden."
    )
    assert Meeting.objects.count() == 1


def test_one_course_after_the_other_in_a_room(by: Actor) -> None:
    room = room_of(by)
    lay(make.course(by, room=room), by, slot(24))
    assert lay(make.course(by, room=room), by, slot(26))


def test_another_municipality_is_told_when_and_where_and_no_more(by: Actor) -> None:
    elsewhere: Municipality = make.municipality()
    there = make.actor(make.grant(organisation=elsewhere, person=make.user(name="Anne Olsen")))
    lay(make.course(there, name="Hemmeligt hold"), there, slot(24), staff=(there,))
    make.grant(organisation=make.home(by), person=User.objects.get(pk=there.person))
    with pytest.raises(Taken) as refused:
        lay(make.course(by), by, slot(25), staff=(there,))
    assert f"Anne Olsen er optaget kl. 9.00–11.00 ({elsewhere.name})" in str(refused.value)
    assert "Hemmeligt" not in str(refused.value)


def test_all_meetings_in_the_way_are_counted(by: Actor) -> None:
    days = [slot(24 * n) for n in range(1, 6)]
    lay(make.course(by), by, *days, staff=(by,))
    with pytest.raises(Taken, match="Og 2 mødegange mere"):
        lay(make.course(by), by, *days, staff=(by,))


def test_who_does_not_work_there_on_the_day_is_refused(by: Actor) -> None:
    stranger = make.actor()
    with pytest.raises(Refusal, match="er ikke rådgiver eller koordinator"):
        lay(make.course(by), by, slot(24), staff=(stranger,))


def test_who_has_left_by_then_is_refused_and_what_is_past_is_not_asked(by: Actor) -> None:
    leaving = make.grant(organisation=make.home(by))
    leaving.until_on = (AT + dt.timedelta(days=7)).date()
    leaving.save()
    person = make.actor(leaving)
    with pytest.raises(Refusal, match=r"den 10\.03\.2026"):
        lay(make.course(by), by, slot(24), slot(24 * 8), staff=(person,))
    assert lay(make.course(by), by, slot(-24 * 400), staff=(person, by))


# ---- one more, another time, none, and after all ----


def world(by: Actor, *, meetings: int = 3, active: int = 0, **given: Any) -> Course:
    """A course that begins tomorrow, with one counsellor."""
    course = make.course(by, capacity=20, **given)
    lay(course, by, *[slot(24 + 168 * week) for week in range(meetings)], staff=(by,))
    for _ in range(active):
        make.enrolment(course, make.referral(by), by)
    course.refresh_from_db()
    return course


def first(course: Course) -> Meeting:
    return course.all_meetings.earliest("starts_at")


def add(course: Course, by: Actor, when: Slot, **given: Any) -> Meeting:
    usual: dict[str, Any] = {"counsellors": [by.person], "by": by, "at": AT}
    with acting(by):
        return add_meeting(course, when, **{**usual, **given})


def move(meeting: Meeting, by: Actor, when: Slot, **given: Any) -> Meeting:
    usual: dict[str, Any] = {"room": meeting.room, "by": by, "at": AT}
    with acting(by):
        return move_meeting(meeting, when, **{**usual, **given})


def cancel(meeting: Meeting, by: Actor, reason: str = "Sygdom") -> Meeting:
    with acting(by):
        return cancel_meeting(meeting, reason=reason, by=by, at=AT)


def restore(meeting: Meeting, by: Actor) -> Meeting:
    with acting(by):
        return restore_meeting(meeting, by=by, at=AT)


def test_an_extra_meeting_comes_to_the_others_once(by: Actor) -> None:
    course = world(by)
    made = add(course, by, slot(24 * 30))
    assert add(course, by, slot(24 * 30)) == made
    course.refresh_from_db()
    assert (course.meetings, course.last_at, made.extra) == (4, made.starts_at, True)


def test_a_course_is_never_at_two_meetings_at_once(by: Actor) -> None:
    course = world(by)
    with pytest.raises(Taken, match=r"forløbet mødes allerede kl\. 9\.00–11\.00"):
        add(course, by, slot(25), counsellors=[])


def test_a_moved_meeting_takes_its_counsellor_along_and_counts_its_revision(by: Actor) -> None:
    course = world(by)
    room = room_of(by)
    moved = move(first(course), by, slot(50), room=room, form=MeetingForm.VIDEO)
    assert (moved.starts_at, moved.room, moved.form) == (AT + 50 * HOUR, room, MeetingForm.VIDEO)
    assert (moved.revision, moved.planned_at) == (1, AT + 24 * HOUR)
    assert moved.staff.get().starts_at == moved.starts_at
    course.refresh_from_db()
    assert course.first_at == moved.starts_at


def test_the_same_move_twice_is_one_and_another_meanwhile_is_said(by: Actor) -> None:
    meeting = first(world(by))
    move(meeting, by, slot(50), seen=0)
    assert move(meeting, by, slot(50), seen=0).revision == 1
    with pytest.raises(Conflict, match="er flyttet i mellemtiden og er nu onsdag"):
        move(meeting, by, slot(52), seen=0)


def test_a_meeting_moves_a_little_within_its_own_time(by: Actor) -> None:
    course = world(by, room=room_of(by))
    assert move(first(course), by, slot(25)).starts_at == AT + 25 * HOUR


def test_who_is_elsewhere_then_keeps_a_meeting_where_it_is(by: Actor) -> None:
    lay(make.course(by, name="Formiddag"), by, slot(50), staff=(by,))
    meeting = first(world(by))
    with pytest.raises(Taken, match="Formiddag"):
        move(meeting, by, slot(51))
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.revision) == (AT + 24 * HOUR, 0)


def test_a_cancelled_meeting_frees_its_room_and_its_counsellor(by: Actor) -> None:
    course = world(by, room=room_of(by), active=1)
    gone = cancel(first(course), by)
    assert cancel(gone, by) == gone
    assert lay(make.course(by, room=course.room), by, slot(24), staff=(by,))
    course.refresh_from_db()
    assert (course.meetings, course.seats_taken) == (2, 1)
    with pytest.raises(Taken):
        restore(gone, by)


def test_a_meeting_is_restored_with_what_it_had(by: Actor) -> None:
    course = world(by)
    back = restore(cancel(first(course), by), by)
    assert (back.state, back.cancel_reason, back.revision) == (MeetingState.PLANNED, "", 1)
    assert back.staff.get().live
    assert restore(back, by).revision == 1


def test_nothing_is_cancelled_without_a_reason(by: Actor) -> None:
    with pytest.raises(Refusal, match="Skriv, hvorfor"):
        cancel(first(world(by)), by, "  ")


@pytest.mark.parametrize("act", [cancel, lambda one, by: move(one, by, slot(50))])
def test_what_somebody_came_to_stays(by: Actor, act: Callable[[Meeting, Actor], object]) -> None:
    meeting = first(world(by, active=1))
    with acting(by):
        Attendance.objects.create(
            enrolment=meeting.course.enrolments.get(),
            meeting=meeting,
            mark=Mark.ATTENDED,
            at=AT,
            by_id=by.person,
        )
    with pytest.raises(Refusal, match="registreret fremmøde"):
        act(meeting, by)


def test_a_held_meeting_stays(by: Actor) -> None:
    meeting = first(world(by))
    with acting(by):
        close_meeting(meeting, by=by, at=AT + 30 * HOUR)
    with pytest.raises(Refusal, match="er holdt"):
        move(meeting, by, slot(50))
    with pytest.raises(Refusal, match="er holdt"):
        cancel(meeting, by)


def test_nobody_else_changes_a_course(by: Actor) -> None:
    meeting, other = first(world(by)), make.actor()
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        cancel(meeting, other)
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        add(meeting.course, other, slot(50))


def test_thirteen_participants_take_two_at_an_extra_meeting(by: Actor) -> None:
    course = make.course(by, capacity=20, seats_taken=13)
    with pytest.raises(Refusal, match="13 deltagere, og aftalen siger to rådgivere"):
        add(course, by, slot(24))
    assert add(course, by, slot(24), counsellors=[by.person, colleague(by).person])


def test_what_the_page_shows_of_meetings(by: Actor) -> None:
    course = world(by, active=2)
    cancel(course.all_meetings.all()[1], by)
    lay(course, by, slot(24 * 33 - 1))
    with time_machine.travel(AT, tick=False), acting(by):
        rows = meetings(by, course)
    assert [(row.number, row.words, row.expected) for row in rows] == [
        (1, "Planlagt", 2),
        (0, "Aflyst", 2),
        (2, "Planlagt", 2),
        (3, "Planlagt", 2),
    ]
    assert [row.warnings for row in rows][3] == ["Ingen rådgiver endnu"]
    assert [(one.name, one.qualified) for one in rows[0].staff] == [(by.name, False)]


def test_the_page_warns_of_a_day_that_is_closed(by: Actor) -> None:
    course = make.course(by)
    make.home(by).closing_days.create(on=dt.date(2026, 3, 3), reason="Flytning")
    lay(course, by, slot(24), slot(24 * 31), staff=(by,))
    with time_machine.travel(AT, tick=False), acting(by):
        found = [row.warnings for row in meetings(by, course)]
    assert found == [
        ["Der er lukket den dag: Flytning"],
        ["Der er lukket den dag: Skærtorsdag"],
    ]


def test_others_see_when_a_course_meets_and_no_figures(by: Actor) -> None:
    course = world(by, active=1)
    other = make.actor(make.grant(organisation=make.municipality(course.agreement)))
    with acting(other):
        rows = meetings(other, course)
    assert [(row.number, row.registered, row.expected) for row in rows][:1] == [(1, None, None)]


def test_the_list_of_meetings_takes_as_many_questions_for_one_as_for_three(
    by: Actor, django_assert_num_queries: Any
) -> None:
    for count in (1, 3):
        course = world(by, meetings=count)
        with acting(by), django_assert_num_queries(7):
            meetings(by, course)
        for one in list(course.all_meetings.all()):
            cancel(one, by)


def test_a_call_before_the_first_meeting_is_due_when_that_is(by: Actor) -> None:
    course = world(by, active=2)
    with acting(by):
        people = list(course.enrolments.all())
    task, put_off = (make.task(one, by, TaskKind.CONTACT_FIRST) for one in people)
    with acting(by):
        finish_task(put_off, result=TaskResult.NO_ANSWER, next_at=AT + HOUR, by=by, at=AT)
    move(first(course), by, slot(50))
    with acting(by):
        due = [Task.objects.get(pk=one.pk).due_at for one in (task, put_off)]
    assert due == [AT + 50 * HOUR, AT + HOUR]
    cancel(first(course), by)
    with acting(by):
        assert Task.objects.get(pk=task.pk).due_at == AT + (24 + 168) * HOUR


# ---- the screens ----


@pytest.fixture
def client(by: Actor, settings: Any) -> Client:
    settings.SECOND_FACTOR = False
    signed = Client()
    signed.force_login(User.objects.get(pk=by.person))
    return signed


@pytest.fixture
def _now() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def sent(on: str, **given: str) -> dict[str, str]:
    return {"on": on, "starts": "10:00", "ends": "12:00", "form": "in_person", "seen": "0", **given}


@pytest.mark.usefixtures("_now")
def test_a_closed_day_is_said_once_and_meant_by_a_tick(by: Actor, client: Client) -> None:
    meeting = first(world(by, active=2))
    url = reverse("courses:move_meeting", args=[meeting.pk])
    page = client.get(url).content.decode()
    assert "2 deltagere skal have besked" in page
    assert "Brug tidspunktet alligevel" not in page
    doubted = client.post(url, sent("2026-04-02"))
    assert doubted.status_code == 422
    assert "Der er lukket den dag: Skærtorsdag." in doubted.content.decode()
    moved = client.post(url, sent("2026-04-02", sure="on"), follow=True).content.decode()
    assert 'Ring eller skriv til de 2 tilmeldte. <a href="#_participants">' in moved
    assert ">torsdag 2. april</a>" in moved
    again = client.post(url, sent("2026-04-09"))
    assert again.status_code == 409


@pytest.mark.usefixtures("_now")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (sent("2026-03-05", ends="09:00"), "skal slutte, efter at den er begyndt"),
        (sent("2026-03-01"), "Tidspunktet er gået."),
        (sent("2026-03-10"), "forløbet mødes allerede kl. 9.00–11.00"),
        (sent("i morgen"), "gyldig dato"),
    ],
)
def test_a_move_that_cannot_be_keeps_what_was_typed(
    by: Actor, client: Client, given: dict[str, str], said: str
) -> None:
    meeting = first(world(by))
    answer = client.post(reverse("courses:move_meeting", args=[meeting.pk]), given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert f'value="{given["on"]}"' in text


@pytest.mark.usefixtures("_now")
def test_cancelling_below_the_minimum_is_warned_of_and_can_be_taken_back(
    by: Actor, client: Client
) -> None:
    meeting = first(world(by, meetings=6, active=1))
    url = reverse("courses:cancel_meeting", args=[meeting.pk])
    assert "Så er der 5 mødegange, og aftalen siger mindst 6" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    text = client.post(url, {"reason": "Sygdom"}, follow=True).content.decode()
    assert "Mødegangen er aflyst." in text
    assert "Ring eller skriv til den tilmeldte" in text
    url = reverse("courses:restore_meeting", args=[meeting.pk])
    assert "Aflyst: Sygdom" in client.get(url).content.decode()
    text = client.post(url, {"sure": "on"}, follow=True).content.decode()
    assert "Mødegangen er genoprettet." in text


@pytest.mark.usefixtures("_now")
def test_one_more_meeting_is_proposed_a_week_after_the_last(by: Actor, client: Client) -> None:
    course = world(by)
    url = reverse("courses:add_meeting", args=[course.pk])
    page = client.get(url).content.decode()
    assert 'value="2026-03-24"' in page
    assert f'value="{by.person}" id="id_counsellors_0" checked' in page
    given = sent("2026-03-24", counsellors=str(by.person))
    assert "Mødegangen er tilføjet." in client.post(url, given, follow=True).content.decode()


@pytest.mark.usefixtures("_now")
def test_a_meeting_is_staffed_on_its_page_and_a_course_on_its_own(
    by: Actor, client: Client
) -> None:
    course = world(by, active=1)
    other = colleague(by)
    one = reverse("courses:staff_meeting", args=[first(course).pk])
    all_of_it = reverse("courses:staff_course", args=[course.pk])
    assert client.post(one, {"act": "off", "counsellor": by.person}).status_code == 422
    put = {"act": "put", "counsellor": other.person}
    assert client.post(one, {**put, "instead_of": by.person}).status_code == 302
    text = client.get(one).content.decode()
    assert f"vikar for {by.name}" in text
    swap = {"act": "swap", "away": by.person, "substitute": other.person, "from_on": "2026-03-02"}
    text = client.post(all_of_it, swap, follow=True).content.decode()
    assert "2 mødegange er ændret." in text
    text = client.post(all_of_it, {**put, "counsellor": by.person}, follow=True).content.decode()
    assert "3 mødegange er ændret." in text
    off = {"act": "off", "counsellor": other.person}
    assert "3 mødegange er ændret." in client.post(all_of_it, off, follow=True).content.decode()
