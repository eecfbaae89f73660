"""Enrolling: who may, in which course, and what happens when there is no place."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from django.db import transaction

from courses.commands.books import on_it_already, seats_held
from courses.commands.enrol import NoSeat, WhenFull, enrol
from courses.models import Course, Enrolment, Task
from courses.rules.seats import Lack
from courses.states import CourseState, EnrolmentState, TaskKind
from referrals.commands.citizen import move_home
from referrals.commands.closing import close_referral
from referrals.commands.handover import hand_over
from referrals.commands.merge import merge_citizens
from referrals.models import CitizenAccess
from referrals.states import CloseReason, Ground
from roegfri.accounts.models import User
from roegfri.actor import acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.refusal import AlreadySent, Refusal
from tests import make
from tests.conftest import setup_connection
from tests.courses.world import (
    AT,
    WEEK,
    Towns,
    books,
    citizen,
    coming,
    counted,
    do,
    fresh,
    put,
    since,
    staff,
    state,
    towns,
    wait,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ENROLLED, WAITING = EnrolmentState.ENROLLED, EnrolmentState.WAITING


@pytest.fixture
def two() -> Towns:
    return towns()


def hosted(course: Course, **columns: Any) -> None:
    """What the host has done to its course meanwhile."""
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(**columns)
    course.refresh_from_db()


# ---- a seat --------------------------------------------------------------------------------------


def test_a_citizen_gets_a_seat_in_another_municipalitys_course(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a)
    do(two.a, move_home, citizen(case), make.home(two.a), from_on=AT.date())
    made = put(course, two.a, case)
    row = fresh(made)
    assert (row.state, row.enrolled_at, row.waiting_since) == (ENROLLED, AT, None)
    assert (row.citizen_id, row.referral_id) == (case.citizen_id, case.pk)
    assert row.home_id == two.a.organisation_id
    assert books(course) == (1, 0)
    with acting(make.SYSTEM):
        seen = CitizenAccess.objects.filter(about=made.pk)
        assert {(one.ground, one.organisation_id) for one in seen} == {
            (Ground.HOST, two.b.organisation_id),
            (Ground.HOME, two.a.organisation_id),
        }
        line = AuditEvent.objects.get(act="enrolment.added")
        assert line.organisation_id == two.a.organisation_id


def test_counsellor_a_of_the_home_municipality_fills_bs_last_seat_and_the_next_waits(
    two: Towns,
) -> None:
    course = coming(two.b, capacity=2)
    put(course, two.b)
    assert put(course, two.a).state == ENROLLED
    with pytest.raises(NoSeat) as full:
        put(course, two.a)
    assert full.value.lacks is Lack.SEAT
    assert "ventelisten" in str(full.value)
    late, later = wait(course, two.b), wait(course, two.a)
    assert (late.state, later.state) == (WAITING, WAITING)
    assert since(late) < since(later)
    assert books(course) == (2, 2)


def test_a_refused_citizen_leaves_no_trace(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    case = make.referral(two.a)
    with acting(make.SYSTEM):
        before = CitizenAccess.objects.count()
    with pytest.raises(NoSeat):
        put(course, two.a, case)
    with acting(make.SYSTEM):
        assert CitizenAccess.objects.count() == before
    assert counted(course) == (1, 0)


def test_the_same_form_twice_is_one_enrolment(two: Towns) -> None:
    course, case, once = coming(two.b), make.referral(two.a), uuid.uuid4()
    first = put(course, two.a, case, once=once)
    assert put(course, two.a, case, once=once) == first
    assert counted(course) == (1, 0)


def test_the_same_form_about_another_citizen_is_refused(two: Towns) -> None:
    course, once = coming(two.b), uuid.uuid4()
    put(course, two.a, once=once)
    with pytest.raises(AlreadySent):
        put(course, two.a, once=once)
    assert put(course, two.b, once=once).state == ENROLLED  # another person's number is her own
    assert counted(course) == (2, 0)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"state": CourseState.DRAFT}, "kladde"),
        ({"state": CourseState.FINISHED, "finished_at": AT}, "afsluttet"),
        ({"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "For få"}, "aflyst"),
        ({"last_at": AT - WEEK}, "Alle mødegange er holdt"),
        ({"last_at": AT}, "Alle mødegange er holdt"),
    ],
)
def test_a_course_that_takes_nobody(two: Towns, columns: dict[str, Any], words: str) -> None:
    course = coming(two.a)
    hosted(course, **columns)
    with pytest.raises(Refusal, match=words):
        put(course, two.a)


def test_who_stands_in_the_room_is_enrolled_though_the_last_meeting_has_begun(two: Towns) -> None:
    course = make.course(two.a, meetings=1, first=AT)
    with pytest.raises(Refusal, match="Alle mødegange"):
        put(course, two.a)
    assert put(course, two.a, walked_in=True).walked_in


def test_an_individual_course_needs_no_meeting_ahead(two: Towns) -> None:
    course = make.course(two.a, kind="individual", capacity=1)
    assert put(course, two.a).state == ENROLLED


def test_whose_case_it_is_not_enrols_nobody(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a)
    with pytest.raises(Refusal, match="ikke længere hos jer"):
        put(course, two.b, case)
    do(two.a, hand_over, case, to=make.home(two.b), reason="")
    with pytest.raises(Refusal, match=r"ikke længere hos jer|givet videre"):
        put(course, two.a, case)
    assert put(course, two.b, case).state == ENROLLED


def test_a_closed_case_is_enrolled_nowhere(two: Towns) -> None:
    case = make.referral(two.a)
    do(two.a, close_referral, case, reason=CloseReason.MOVED)
    with pytest.raises(Refusal, match="Genåbn"):
        put(coming(two.b), two.a, case)


def test_a_course_of_another_agreement_is_no_course_of_hers(two: Towns) -> None:
    with pytest.raises(Refusal, match="ikke åbent for jer"):
        put(coming(towns().a), two.a)


# ---- one person ----------------------------------------------------------------------------------


def test_nobody_is_on_a_course_twice(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a)
    put(course, two.a, case)
    for when_full in WhenFull:
        with pytest.raises(Refusal, match="allerede på forløbet"):
            put(course, two.a, case, when_full=when_full)


def test_two_rows_of_one_person_are_on_a_course_once(two: Towns) -> None:
    course = coming(two.b)
    kept, other = make.referral(two.a), make.referral(two.a)
    do(two.a, merge_citizens, kept.citizen_id, other.citizen_id)
    put(course, two.a, other)
    with pytest.raises(Refusal, match="allerede på forløbet"):
        put(course, two.a, kept)


def test_the_host_sees_the_row_that_counts_of_a_merged_citizen(two: Towns) -> None:
    kept, other = make.referral(two.a), make.referral(two.a)
    do(two.a, move_home, citizen(kept), make.home(two.b), from_on=AT.date())
    do(two.a, merge_citizens, kept.citizen_id, other.citizen_id)
    made = put(coming(two.b), two.a, other)
    with acting(make.SYSTEM):
        hers = CitizenAccess.objects.filter(about=made.pk, ground=Ground.HOST)
        assert {one.citizen_id for one in hers} == {kept.citizen_id, other.citizen_id}
    assert fresh(made).home_id == two.b.organisation_id


# ---- two counsellors -----------------------------------------------------------------------------


def test_the_third_of_three_needs_a_second_counsellor() -> None:
    two = towns(two_counsellors_from="3")
    course = coming(two.b)
    staff(course, 1, two.b)
    put(course, two.a)
    put(course, two.b)
    with pytest.raises(NoSeat) as short:
        put(course, two.a)
    assert short.value.lacks is Lack.COUNSELLOR
    assert wait(course, two.a).state == WAITING
    with acting(two.b):
        asked = Task.objects.get(kind=TaskKind.COUNSELLOR)
        assert (asked.organisation_id, asked.course_id) == (two.b.organisation_id, course.pk)
    assert wait(course, two.b).state == WAITING  # nobody passes who waits


def test_the_host_adds_a_counsellor_and_enrols_in_one_step() -> None:
    two = towns(two_counsellors_from="2")
    course = coming(two.b, capacity=3)
    staff(course, 1, two.b)
    put(course, two.a)
    before = wait(course, two.a)
    second = User.objects.get(pk=make.grant(organisation=make.home(two.b)).user_id)
    made = put(course, two.b, counsellor=second)
    assert (state(before), state(made)) == (ENROLLED, ENROLLED)  # who waited got hers first
    assert {one.staff.count() for one in course.all_meetings.all()} == {2}
    with acting(two.b):
        assert not Task.objects.filter(kind=TaskKind.COUNSELLOR, done_at=None).exists()


def test_only_the_host_adds_a_counsellor() -> None:
    two = towns(two_counsellors_from="2")
    course = coming(two.b)
    staff(course, 1, two.b)
    put(course, two.a)
    with pytest.raises(Refusal):
        put(course, two.a, counsellor=User.objects.get(pk=two.a.person))


def test_a_cancelled_meeting_needs_no_counsellor() -> None:
    two = towns(two_counsellors_from="2")
    course = coming(two.b)
    staff(course, 2, two.b)
    put(course, two.a)
    with acting(hosting(make.SYSTEM, course.host_id)):
        last = course.all_meetings.latest("starts_at")
        last.staff.all().delete()
    with pytest.raises(NoSeat):
        put(course, two.a)
    with acting(hosting(make.SYSTEM, course.host_id)):
        course.all_meetings.filter(pk=last.pk).update(state="cancelled", cancel_reason="Syg")
    assert put(course, two.a).state == ENROLLED


# ---- the database behind it ----------------------------------------------------------------------


def test_what_the_database_refuses_is_said_in_words(two: Towns) -> None:
    """A row that nobody counted before: no fault of the server, and nothing is written."""
    course, case = coming(two.b, capacity=1), make.referral(two.a)
    put(course, two.b)
    with acting(two.a), transaction.atomic(), pytest.raises(NoSeat), seats_held():
        make.enrolment(course, case, two.a)
    again = coming(two.b)
    put(again, two.a, case)
    with acting(two.a), pytest.raises(Refusal, match="allerede på forløbet"), seats_held():
        make.enrolment(again, case, two.a)
    assert (counted(course), counted(again)) == ((1, 0), (1, 0))


# ---- many at once --------------------------------------------------------------------------------

THREADS = 20


@pytest.mark.django_db(transaction=True)
def test_twenty_of_two_municipalities_fight_for_the_last_seat() -> None:
    two = towns()
    course = coming(two.b, capacity=4)
    for _ in range(3):
        put(course, two.b)
    people = [(by, make.referral(by)) for by, _ in zip(cycle([two.a, two.b]), range(THREADS))]
    said = cycle([WhenFull.REFUSE, WhenFull.WAIT, WhenFull.WAIT])

    def act(who: Any, wish: WhenFull) -> Callable[[], object]:
        return lambda: put(course, who[0], who[1], when_full=wish)

    wishes = [next(said) for _ in people]
    wrong = at_once(*[act(who, wish) for who, wish in zip(people, wishes, strict=True)])
    assert {type(fault) for fault in wrong} <= {NoSeat}
    assert books(course) == counted(course)
    enrolled, waiting = counted(course)
    assert enrolled == 4
    assert waiting + len(wrong) == THREADS - 1
    with acting(make.SYSTEM), transaction.atomic():
        line = Enrolment.objects.filter(course=course, state=WAITING)
        since = list(line.order_by("waiting_since").values_list("waiting_since", flat=True))
    assert len(set(since)) == waiting  # nobody shares a place


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_and_the_check_a_seat_is_given_twice() -> None:
    """The same race against a command that counts in Python, waits a moment, and writes."""
    two = towns()
    course = coming(two.b, capacity=1)
    cases = [make.referral(two.a), make.referral(two.b)]
    both_have_counted = threading.Barrier(2)
    with setup_connection() as inside:
        inside.execute("alter table courses_course drop constraint course_seats_are_there")

    def weak(by: Any, case: Any) -> Callable[[], object]:
        def act() -> None:
            with acting(by), transaction.atomic():
                free = Course.objects.get(pk=course.pk).seats_taken < course.capacity
                both_have_counted.wait()
                if free:
                    make.enrolment(course, case, by)

        return act

    try:
        assert at_once(weak(two.a, cases[0]), weak(two.b, cases[1])) == []
        assert counted(course) == (2, 0)
        assert books(course)[0] > course.capacity
    finally:
        with setup_connection() as inside:
            inside.execute("update courses_course set seats_taken = 0")
            inside.execute(
                "alter table courses_course add constraint course_seats_are_there"
                " check (seats_taken <= capacity)"
            )


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_instant_is_one() -> None:
    two = towns()
    course, case, once = coming(two.b), make.referral(two.a), uuid.uuid4()
    wrong = at_once(*[lambda: put(course, two.a, case, once=once)] * 4)
    assert wrong == []
    assert counted(course) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_form_s_number_three_of_four_clicks_are_refused() -> None:
    two = towns()
    course, case = coming(two.b), make.referral(two.a)
    wrong = at_once(*[lambda: put(course, two.a, case, once=uuid.uuid4())] * 4)
    assert [str(one) for one in wrong] == [str(on_it_already())] * 3


def test_the_day_of_the_term_is_the_next_meetings() -> None:
    two = towns(two_counsellors_from="13")
    agreement = make.home(two.b).memberships.get().agreement
    agreement.terms.create(
        name="two_counsellors_from", value="2", from_on=(AT + dt.timedelta(days=3)).date()
    )
    course = coming(two.b)
    staff(course, 1, two.b)
    put(course, two.a)
    with pytest.raises(NoSeat):  # the next meeting is after the term has changed
        do(two.a, enrol, course, make.referral(two.a))
