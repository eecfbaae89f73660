"""Whoever walks in is recorded: known or unknown, with a seat or without."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from courses.commands.leaving import take_back, withdraw
from courses.commands.marking import Said, mark
from courses.commands.ticks import expect_contact
from courses.commands.waiting import promote
from courses.commands.walkin import WalkedIn, WalkIn, walk_in
from courses.models import Attendance, Course, Enrolment, Meeting, Task, Tick
from courses.states import CourseKind, EnrolmentState, Item, Mark, TaskKind, WithdrawReason
from referrals.commands.contact import log_call
from referrals.models import Citizen, ContactAttempt, Referral
from referrals.queries import waiting_counts, worklist
from referrals.queries.lists import View
from referrals.states import Channel, Outcome, ReferralState, Source
from roegfri.actor import Actor, acting, hosting
from roegfri.refusal import AlreadySent, Refusal
from tests import make
from tests.threads import wait_until_blocked

pytestmark = pytest.mark.django_db
WEEK, HOUR = dt.timedelta(weeks=1), dt.timedelta(hours=1)
FIRST = make.MONDAY + 10 * HOUR
DURING = FIRST + HOUR


@pytest.fixture
def host() -> Actor:
    return make.actor()


@pytest.fixture
def course(host: Actor) -> Course:
    return make.course(host, meetings=2, first=FIRST, capacity=1)


def comes(host: Actor, course: Course, who: WalkIn | None = None, **given: Any) -> WalkedIn:
    meeting = given.pop("meeting", None) or course.all_meetings.earliest("starts_at")
    given = {"once": uuid.uuid4(), "by": host, "at": DURING, **given}
    with acting(given["by"]):
        return walk_in(meeting, who or WalkIn(), **given)


def tasks(host: Actor) -> dict[str, tuple[dt.datetime, str]]:
    with acting(host):
        return {one.kind: (one.due_at, one.note) for one in Task.objects.filter(done_at=None)}


def lines_of(host: Actor) -> list[str]:
    """The lines about participants on «I dag», in their order."""
    with acting(host):
        counted = waiting_counts(host).number[View.TASKS].number
        lines = [one.kind for one in worklist(host, view=View.TASKS).rows]
    assert counted == len(lines)
    return lines


def mark_of(host: Actor, enrolment: Enrolment) -> str:
    with acting(host):
        return Attendance.objects.get(enrolment=enrolment).mark


def test_somebody_unknown_is_recorded_and_asked_for_what_is_missing(
    host: Actor, course: Course
) -> None:
    came = comes(host, course, WalkIn(note="Rød jakke"))
    assert (came.waits, came.enrolment.walked_in) == (False, True)
    assert came.missing == ["navn", "telefonnummer", "bopælskommune"]
    assert mark_of(host, came.enrolment) == Mark.ATTENDED
    assert tasks(host) == {
        TaskKind.MISSING: (FIRST + WEEK, "Spørg efter: navn, telefonnummer, bopælskommune.")
    }
    with acting(host):
        case = Referral.objects.get(pk=came.enrolment.referral_id)
        assert (case.source, case.channel, case.state, case.handler_id) == (
            Source.OWN_CONTACT, Channel.IN_PERSON, ReferralState.REACHED, host.organisation_id,
        )  # fmt: skip
        assert case.text == "Rød jakke"


def test_a_number_that_cannot_be_read_is_kept_and_asked_for(host: Actor, course: Course) -> None:
    came = comes(host, course, WalkIn(given_names="Bo", surname="Berg", unread="20 20 3"))
    assert came.missing == ["telefonnummer", "bopælskommune"]
    kept = "Telefonnummeret kunne ikke læses: «20 20 3»."
    note = f"Spørg efter: telefonnummer, bopælskommune. {kept}"
    assert tasks(host)[TaskKind.MISSING] == (FIRST + WEEK, note)
    with acting(host):
        assert Referral.objects.get(pk=came.enrolment.referral_id).text == kept
        assert Attendance.objects.get(enrolment=came.enrolment).note == kept


def test_what_was_noted_of_her_stays(host: Actor, course: Course) -> None:
    known, once = make.enrolment(course, make.referral(host), host), uuid.uuid4()
    first = course.all_meetings.earliest("starts_at")
    with acting(host):
        said = Said(note="Hoster")
        mark(known, first, said=said, seen=0, once=uuid.uuid4(), by=host, at=DURING)
    for _twice in range(2):
        came = comes(host, course, WalkIn(unread="12"), participant=known, once=once)
    assert "telefonnummer" in came.missing
    with acting(host):
        note = Attendance.objects.get(enrolment=known).note
    assert note == "Hoster\nTelefonnummeret kunne ikke læses: «12»."


def test_of_whom_all_is_known_nothing_is_asked(host: Actor, course: Course) -> None:
    who = WalkIn(given_names="Bo", surname="Berg", phone="+4520203030", home=make.home(host))
    came = comes(host, course, who)
    assert (came.missing, tasks(host)) == ([], {})
    with acting(host):
        row = Enrolment.objects.get(pk=came.enrolment.pk)
        assert (row.home_id, row.home_frozen_on) == (host.organisation_id, FIRST.date())


def test_without_a_seat_she_waits_with_her_attendance(host: Actor, course: Course) -> None:
    make.enrolment(course, make.referral(host), host)
    came = comes(host, course, WalkIn(given_names="Bo", surname="Berg", phone="+4520203030"))
    assert (came.waits, mark_of(host, came.enrolment)) == (True, Mark.ATTENDED)
    assert tasks(host) == {
        TaskKind.PLACE: (
            FIRST + WEEK,
            "Kom til en mødegang uden at have en plads. Spørg efter: bopælskommune.",
        ),
        TaskKind.MISSING: (FIRST + WEEK, "Spørg efter: bopælskommune."),
    }
    course.refresh_from_db()
    assert (course.seats_taken, course.waiting) == (1, 1)
    assert lines_of(host) == [TaskKind.PLACE], "what is missing stands on the same line"
    # Once she has a seat, what is missing is a line of its own.
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.update(capacity=2)
    with acting(host):
        promote(came.enrolment, by=host, at=DURING)
    assert lines_of(host) == [TaskKind.TELL_SEAT, TaskKind.MISSING]


@pytest.mark.parametrize("talked", [False, True])
def test_whoever_walks_in_was_not_phoned_before_by_that(
    host: Actor, course: Course, talked: object
) -> None:
    given = {}
    if talked:
        case = make.referral(host)
        with acting(host):
            log_call(case, outcome=Outcome.REACHED, once=uuid.uuid4(), by=host, at=make.MONDAY)
        given["citizen"] = case.citizen_id
    for_her = comes(host, course, WalkIn(given_names="Bo"), **given).enrolment
    with acting(host):
        expect_contact(for_her, by=host, at=DURING + HOUR)
        ticked = Tick.objects.filter(enrolment=for_her, item=Item.CONTACTED)
        assert [one.at for one in ticked] == ([make.MONDAY] if talked else [])
    assert TaskKind.CONTACT_FIRST not in tasks(host)


def test_the_last_meeting_is_none_too_late(host: Actor, course: Course) -> None:
    last = course.all_meetings.latest("starts_at")
    came = comes(host, course, meeting=last, at=last.starts_at + HOUR)
    assert mark_of(host, came.enrolment) == Mark.ATTENDED


def test_who_waits_has_come(host: Actor, course: Course) -> None:
    make.enrolment(course, make.referral(host), host)
    given = {"state": EnrolmentState.WAITING, "waiting_since": make.MONDAY, "enrolled_at": None}
    waits = make.enrolment(course, make.referral(host, number="+4540404040"), host, **given)
    came = comes(host, course, participant=waits)
    assert (came.enrolment.pk, came.waits) == (waits.pk, True)
    assert mark_of(host, waits) == Mark.ATTENDED
    assert TaskKind.PLACE in tasks(host)
    # Once she has a seat, nobody has to find her one.
    with acting(host):
        left = Enrolment.objects.get(course=course, state=EnrolmentState.ENROLLED)
        withdraw(left, reason=WithdrawReason.TIME, by=host, at=DURING)
    with acting(host):
        waits.refresh_from_db()
    assert waits.state == EnrolmentState.ENROLLED
    assert TaskKind.PLACE not in tasks(host)


def test_who_had_withdrawn_is_back(host: Actor, course: Course) -> None:
    gone = make.enrolment(course, make.referral(host), host)
    with acting(host):
        withdraw(gone, reason=WithdrawReason.TIME, by=host, at=FIRST - HOUR)
    came = comes(host, course, participant=gone)
    assert (came.enrolment.pk, came.enrolment.state) == (gone.pk, EnrolmentState.ENROLLED)
    assert mark_of(host, gone) == Mark.ATTENDED


def back_first(meeting: Meeting, gone: Enrolment, host: Actor) -> None:
    """As it would be done without the meeting's lock in front."""
    with acting(host), transaction.atomic():
        back = take_back(gone, by=host, at=DURING)
        came = Said(mark=Mark.ATTENDED)
        mark(back, meeting, said=came, seen=0, once=uuid.uuid4(), by=host, at=DURING)


def in_order(meeting: Meeting, gone: Enrolment, host: Actor) -> None:
    comes(host, meeting.course, meeting=meeting, participant=gone)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("come", "circles"), [(in_order, 0), (back_first, 1)])
def test_who_comes_back_waits_for_her_meeting_before_she_is_locked(
    come: Callable[[Meeting, Enrolment, Actor], None], circles: int
) -> None:
    """Somebody marks another at the meeting, then her: the meeting is locked first."""
    with transaction.atomic():
        host = make.actor()
        course = make.course(host, meetings=1, first=FIRST)
        gone = make.enrolment(course, make.referral(host), host)
        with acting(host):
            withdraw(gone, reason=WithdrawReason.TIME, by=host, at=FIRST - HOUR)
            meeting = course.all_meetings.get()
    wrong: list[DatabaseError] = []

    def other() -> None:
        try:
            come(meeting, gone, host)
        except DatabaseError as fault:
            wrong.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    try:
        with acting(host), transaction.atomic():
            Meeting.objects.select_for_update().get(pk=meeting.pk)
            thread.start()
            wait_until_blocked()
            Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=gone.pk)
    except DatabaseError as fault:
        wrong.append(fault)
    thread.join()
    assert len(wrong) == circles


def test_ones_own_open_case_is_used(host: Actor, course: Course) -> None:
    case = make.referral(host)
    came = comes(host, course, citizen=case.citizen_id)
    assert came.enrolment.referral_id == case.pk
    with acting(host):
        assert Citizen.objects.count() == 1


def test_a_closed_case_is_followed_by_a_new_one(host: Actor, course: Course) -> None:
    from referrals.commands.closing import close_referral
    from referrals.states import CloseReason

    case = make.referral(host)
    with acting(host):
        close_referral(case, reason=CloseReason.DECLINED, by=host, at=make.MONDAY)
    came = comes(host, course, citizen=case.citizen_id)
    assert came.enrolment.referral_id != case.pk
    assert came.enrolment.citizen_id == case.citizen_id


def test_the_same_form_twice_is_one_arrival(host: Actor, course: Course) -> None:
    once, who = uuid.uuid4(), WalkIn(given_names="Bo")
    first, again = (comes(host, course, who, once=once) for _ in range(2))
    assert first.enrolment.pk == again.enrolment.pk
    with pytest.raises(AlreadySent):
        comes(host, course, WalkIn(given_names="Ib"), once=once)
    with acting(host):
        assert (Enrolment.objects.count(), ContactAttempt.objects.count()) == (1, 1)


def test_a_stranger_walks_in_where_one_holds_a_meeting(host: Actor, course: Course) -> None:
    other = make.actor(make.grant(organisation=make.municipality(course.agreement)))
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        comes(host, course, by=other)
    with acting(hosting(host, course.host_id)):
        Meeting.objects.filter(course=course).update(state="cancelled", cancel_reason="Syg")
    with pytest.raises(Refusal, match="aflyst"):
        comes(host, course)
    with acting(host):
        assert not Referral.objects.exists()


def test_an_appointment_is_with_one(host: Actor) -> None:
    alone = make.course(host, kind=CourseKind.INDIVIDUAL)
    hers = make.enrolment(alone, make.referral(host), host)
    meeting = make.appointment(hers, FIRST, host)
    with pytest.raises(Refusal, match="med én deltager"):
        comes(host, alone, meeting=meeting)
