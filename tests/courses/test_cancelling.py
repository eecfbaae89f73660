"""A course is not held; where its participants go; and who has the basic course."""

import datetime as dt
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.commands.cancelling import Emptied, cancel_course
from courses.commands.enrol import enrol
from courses.commands.meetings import lay_meetings
from courses.commands.qualifications import note_qualification, remove_qualification
from courses.models import Attendance, Course, Enrolment, Meeting, Qualification, Task
from courses.queries.staffing import qualifications
from courses.rules.planning import Slot
from courses.rules.seats import WhenFull
from courses.states import CourseState, EnrolmentState, Mark, MeetingState, TaskKind, WithdrawReason
from referrals.models import Referral
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Agreement
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once, wait_until_blocked

pytestmark = pytest.mark.django_db
AT = make.MONDAY
DAY = dt.timedelta(days=1)


@pytest.fixture
def agreement() -> Agreement:
    return make.agreement()


@pytest.fixture
def by(agreement: Agreement) -> Actor:
    return planner(agreement)


def planner(agreement: Agreement) -> Actor:
    return make.actor(make.grant(Role.COORDINATOR, make.municipality(agreement)))


def group(by: Actor, *, weeks: int = 3, first: dt.timedelta = DAY, **given: Any) -> Course:
    course = make.course(by, **given)
    with acting(by):
        times = [AT + first + week * dt.timedelta(weeks=1) for week in range(weeks)]
        slots = [Slot(one, one + dt.timedelta(hours=2)) for one in times]
        lay_meetings(course, slots, [by.person], at=AT)
    return course


def comes(course: Course, handler: Actor, n: int = 1) -> list[Enrolment]:
    """Participants whose cases are the handler's."""
    made = []
    for _ in range(n):
        case = make.referral(handler, number="+4520123456")
        with acting(handler):
            made.append(enrol(course, case, when_full=WhenFull.WAIT, by=handler, at=AT + DAY / 24))
    return made


def cancelled(course: Course, by: Actor, reason: str = "For få tilmeldte", **given: Any) -> Emptied:
    with acting(by):
        return cancel_course(course, reason=reason, **given, by=by, at=AT + DAY / 12)


def state_of(enrolment: Enrolment) -> str:
    with acting(make.SYSTEM):
        return Enrolment.objects.get(pk=enrolment.pk).state


def test_a_cancelled_course_has_no_meetings_and_frees_its_counsellor(by: Actor) -> None:
    course = group(by)
    assert cancelled(course, by) == Emptied()
    course.refresh_from_db()
    assert (course.state, course.cancel_reason, course.meetings) == (
        CourseState.CANCELLED,
        "For få tilmeldte",
        0,
    )
    assert group(by).meetings == 0
    assert Meeting.objects.filter(state=MeetingState.PLANNED).count() == 3
    assert cancelled(course, by) == Emptied()


def test_all_move_to_one_course_and_who_finds_no_seat_waits_there(
    by: Actor, agreement: Agreement
) -> None:
    there = planner(agreement)
    course, target = group(by), group(there, capacity=2, name="Nabohold")
    people = comes(course, by, 3)
    assert cancelled(course, by, move_to=target) == Emptied(moved=2, waiting=1)
    assert {state_of(one) for one in people} == {EnrolmentState.MOVED}
    target.refresh_from_db()
    assert (target.seats_taken, target.waiting) == (2, 1)


@pytest.mark.parametrize("whose", ["its host's", "a third's"])
def test_who_is_moved_is_phoned_by_whoever_has_the_case(
    by: Actor, agreement: Agreement, whose: str
) -> None:
    handler, third = planner(agreement), planner(agreement)
    there = by if whose == "its host's" else third
    course = group(by, name="Mandagshold")
    target = group(there, capacity=1, first=2 * DAY, name="Nabohold")
    comes(course, handler, 2)
    assert cancelled(course, by, move_to=target) == Emptied(moved=1, waiting=1)
    with acting(handler):
        tasks = Task.objects.filter(organisation=handler.organisation_id, done_at=None)
        told = {one.kind: one for one in tasks.select_related("enrolment")}
        assert tasks.count() == 2
    seat, line = told[TaskKind.TELL_SEAT], told[TaskKind.MOVE]
    assert (seat.course_id, line.course_id) == (target.pk, target.pk)
    assert seat.enrolment
    assert state_of(seat.enrolment) == EnrolmentState.ENROLLED
    assert line.enrolment
    assert state_of(line.enrolment) == EnrolmentState.WAITING
    moved = "Forløbet «Mandagshold» er aflyst. Flyttet til «Nabohold»: ring og fortæl det."
    assert (seat.note, line.note) == (moved, moved.replace("Flyttet", "På venteliste"))
    assert AT < seat.due_at <= AT + 2 * DAY
    with acting(make.SYSTEM):
        phoned = Task.objects.filter(kind__in=told).values_list("organisation", flat=True)
        assert set(phoned) == {handler.organisation_id}


def test_without_another_course_whoever_has_the_case_finds_one(
    by: Actor, agreement: Agreement
) -> None:
    handler = planner(agreement)
    course = group(by)
    [hers], [ours] = comes(course, handler), comes(course, by)
    assert cancelled(course, by) == Emptied(left=2)
    with acting(handler):
        hers.refresh_from_db()
        task = Task.objects.get(done_at=None, kind=TaskKind.MOVE)
    assert (hers.state, hers.left_reason) == (EnrolmentState.WITHDRAWN, WithdrawReason.CANCELLED)
    assert (task.organisation_id, task.enrolment_id) == (handler.organisation_id, hers.pk)
    with acting(by):
        assert Task.objects.get(done_at=None, kind=TaskKind.MOVE).enrolment_id == ours.pk


def test_each_may_go_where_it_is_chosen_for_her(by: Actor) -> None:
    course, one, other = group(by), group(by, first=2 * DAY), group(by, first=3 * DAY)
    a, b, c = comes(course, by, 3)
    choices = {b.pk: other, c.pk: None}
    assert cancelled(course, by, move_to=one, choices=choices) == Emptied(moved=2, left=1)
    with acting(by):
        went = {e.citizen_id: e.course_id for e in Enrolment.objects.exclude(course=course)}
    assert went == {a.citizen_id: one.pk, b.citizen_id: other.pk}


def test_nobody_who_waits_is_promoted_to_a_course_that_is_cancelled(by: Actor) -> None:
    course, target = group(by, capacity=1), group(by, capacity=1, first=2 * DAY)
    seated, waits = comes(course, by, 2)
    assert state_of(waits) == EnrolmentState.WAITING
    assert cancelled(course, by, move_to=target) == Emptied(moved=1, waiting=1)
    with acting(by):
        seats = Enrolment.objects.filter(course=target, state=EnrolmentState.ENROLLED)
        assert seats.get().citizen_id == seated.citizen_id
        told = Task.objects.get(kind=TaskKind.TELL_SEAT, done_at=None)
        assert (told.course_id, told.citizen_id) == (target.pk, seated.citizen_id)


def test_what_has_been_held_stays(by: Actor) -> None:
    course = group(by, first=-DAY)
    one = make.enrolment(course, make.referral(by), by)
    with acting(by):
        Attendance.objects.create(
            enrolment=one,
            meeting=course.all_meetings.earliest("starts_at"),
            mark=Mark.ATTENDED,
            at=AT,
            by_id=by.person,
        )
    cancelled(course, by)
    states = [one.state for one in course.all_meetings.order_by("starts_at")]
    assert states == [MeetingState.PLANNED, MeetingState.CANCELLED, MeetingState.CANCELLED]


def test_the_host_sees_the_participants_for_another_month(by: Actor, agreement: Agreement) -> None:
    with time_machine.travel(AT):
        course = group(by)
        [one] = comes(course, planner(agreement))
        cancelled(course, by)
    for days, seen in ((30, True), (31, False)):
        with time_machine.travel(AT + days * DAY), acting(by):
            assert Enrolment.objects.filter(pk=one.pk).exists() is seen


@pytest.mark.parametrize("what", ["itself", "draft", "over"])
def test_a_course_that_takes_nobody_is_no_target(by: Actor, what: str) -> None:
    course = group(by)
    comes(course, by)
    targets = {
        "itself": course,
        "draft": make.course(by, state=CourseState.DRAFT, published_at=None),
        "over": group(by, weeks=1, first=-7 * DAY),
    }
    with pytest.raises(Refusal):
        cancelled(course, by, move_to=targets[what])
    course.refresh_from_db()
    assert (course.state, course.seats_taken) == (CourseState.PUBLISHED, 1)


def test_only_the_host_cancels_and_says_why(by: Actor, agreement: Agreement) -> None:
    course = group(by)
    with pytest.raises(Refusal, match="Skriv, hvorfor"):
        cancelled(course, by, " ")
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        cancelled(course, planner(agreement))


@pytest.mark.django_db(transaction=True)
def test_a_course_cancelled_while_people_enrol_leaves_nobody_on_it() -> None:
    with transaction.atomic():
        agreement = make.agreement()
        by, handler = planner(agreement), planner(agreement)
        course = group(by)
        cases = [make.referral(handler, number=f"+4520200{n:03d}") for n in range(6)]

    def sign(n: int) -> None:
        with acting(handler):
            enrol(course, cases[n], by=handler, at=AT)

    wrong = at_once(partial(cancelled, course, by), *(partial(sign, n) for n in range(6)))
    assert all(isinstance(one, Refusal) for one in wrong)
    # Which of them is first is chance; the two below are first in turn.
    if any("Prøv igen" in str(one) for one in wrong):
        assert (len(wrong), ended(course)) == (1, (CourseState.PUBLISHED, 6, 0))
    else:
        assert ended(course) == (CourseState.CANCELLED, 0, 0)


def ended(course: Course) -> tuple[str, int, int]:
    with acting(make.SYSTEM), transaction.atomic():
        course.refresh_from_db()
    return course.state, course.seats_taken, course.waiting


def one_behind_the_other(
    first: Callable[[], object], then: Callable[[], object]
) -> list[BaseException]:
    """What went wrong with what began while the first was not committed, and waited for it."""
    wrong: list[BaseException] = []
    thread = threading.Thread(target=lambda: wrong.extend(at_once(then)))
    with transaction.atomic():
        first()
        thread.start()
        wait_until_blocked()
    thread.join()
    return wrong


def weakly(course: Course, case: Referral, handler: Actor) -> object:
    """Writes her without looking at the course again, once it has the lock."""
    return make.enrolment(course, case, handler)


def as_it_is(course: Course, case: Referral, handler: Actor) -> object:
    with acting(handler):
        return enrol(course, case, by=handler, at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sign", "on_it"), [(as_it_is, 0), (weakly, 1)])
def test_who_enrols_behind_a_cancellation_is_refused(
    sign: Callable[[Course, Referral, Actor], object], on_it: int
) -> None:
    """The control is on a course that is not held."""
    with transaction.atomic():
        agreement = make.agreement()
        by, handler = planner(agreement), planner(agreement)
        course, case = group(by), make.referral(handler)
    wrong = one_behind_the_other(
        partial(cancelled, course, by), partial(sign, course, case, handler)
    )
    assert [isinstance(one, Refusal) for one in wrong] == [True] * (1 - on_it)
    assert ended(course) == (CourseState.CANCELLED, on_it, 0)


@pytest.mark.django_db(transaction=True)
def test_who_cancels_behind_somebody_who_enrols_is_asked_to_look_again() -> None:
    with transaction.atomic():
        agreement = make.agreement()
        by, handler = planner(agreement), planner(agreement)
        course, case = group(by), make.referral(handler)
    sign = partial(as_it_is, course, case, handler)
    (wrong,) = one_behind_the_other(sign, partial(cancelled, course, by))
    assert "Prøv igen" in str(wrong)
    assert ended(course) == (CourseState.PUBLISHED, 1, 0)
    with transaction.atomic():
        assert cancelled(course, by) == Emptied(left=1)
    assert ended(course) == (CourseState.CANCELLED, 0, 0)


# ---- the screen ----


def client_of(by: Actor, settings: Any) -> Client:
    settings.SECOND_FACTOR = False
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


def test_the_page_moves_everybody_and_says_what_became_of_them(by: Actor, settings: Any) -> None:
    course, target = group(by), group(by, first=2 * DAY)
    a, _b = comes(course, by, 2)
    with time_machine.travel(AT + DAY / 12, tick=False):
        client = client_of(by, settings)
        url = reverse("courses:cancel_course", args=[course.pk])
        assert "2 deltagere" in client.get(url).content.decode()
        empty = client.post(url, {"move_to": target.pk})
        assert empty.status_code == 422
        sent = {"reason": "Sygdom", "move_to": target.pk, f"to_{a.pk}": "none"}
        answer = client.post(url, sent, follow=True)
    text = answer.content.decode()
    assert "1 har fået plads på et andet forløb." in text
    assert "For 1 skal den kommune, der har sagen, finde et andet forløb." in text


# ---- the basic course ----


def test_what_a_colleague_has_learned_is_noted_corrected_and_removed(by: Actor) -> None:
    user = make.grant(organisation=make.home(by), person=make.user(name="Anne Olsen")).user
    with acting(by):
        note = partial(note_qualification, user, name="Grundkursus", by=by, at=AT)
        note(completed_on=AT.date())
        note(completed_on=AT.date() - DAY)
        rows = qualifications(by, on=AT.date())
        assert [(one.user.name, bool(one.noted)) for one in rows] == [
            (by.name, False),
            ("Anne Olsen", True),
        ]
        assert Qualification.objects.get().completed_on == AT.date() - DAY
        with pytest.raises(Refusal, match="ikke kommet endnu"):
            note(completed_on=AT.date() + DAY)
        remove_qualification(user, by=by, at=AT)
        remove_qualification(user, by=by, at=AT)
        assert not Qualification.objects.exists()


def test_nobody_elses_staff_is_noted(by: Actor) -> None:
    with acting(by), pytest.raises(Refusal, match="Kun kommunens egne"):
        note_qualification(
            make.grant().user, completed_on=AT.date(), name="Grundkursus", by=by, at=AT
        )


def test_the_page_of_the_staff_notes_and_removes(by: Actor, settings: Any) -> None:
    with time_machine.travel(AT, tick=False):
        client = client_of(by, settings)
        url = reverse("courses:qualifications")
        sent = {"act": "note", "user": by.person, "name": "", "completed_on": "2020-05-01"}
        assert client.post(url, {**sent, "completed_on": "2026-05-01"}).status_code == 422
        text = client.post(url, sent, follow=True).content.decode()
        assert "Grundkursus til rygestoprådgiver, 1. maj 2020" in text
        text = client.post(url, {"act": "remove", "user": by.person}, follow=True).content.decode()
    assert "Ikke noteret" in text
