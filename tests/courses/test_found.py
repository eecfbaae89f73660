"""Find et hold: which courses anybody may see, in which order, and what of them."""

import dataclasses
import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import Http404

from courses.models import Course
from courses.queries.found import FoundCourse, Wanted, course_found, courses_found, found_page
from courses.rules.found import FEW, Seats, seats_told
from courses.states import CourseKind, CourseState, MeetingForm, MeetingState, Target
from roegfri.actor import NOBODY, Actor, Kind, acting
from roegfri.organisations.models import Membership
from tests import make
from tests.courses.world import AT, WEEK, Towns, coming, towns

PUBLIC = Actor(Kind.PUBLIC, "tilmeld")


@pytest.fixture
def world(db: None, time_machine: Any) -> Towns:
    time_machine.move_to(AT, tick=False)
    return towns()


def found(at: dt.datetime = AT, viewer: Actor = PUBLIC, **wanted: Any) -> list[str]:
    """The names, in order."""
    with acting(viewer):
        return [one.name for one in courses_found(viewer, Wanted(**wanted), at=at)]


def one(course: Course, at: dt.datetime = AT, **given: Any) -> FoundCourse:
    with acting(PUBLIC):
        return course_found(PUBLIC, course.pk, at=at, **given)


def gone(course: Course, at: dt.datetime = AT) -> bool:
    """From the list and by its address alike."""
    try:
        one(course, at)
    except Http404:
        assert course.name not in found(at)
        return True
    assert course.name in found(at)
    return False


# ---- which ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"state": CourseState.DRAFT},
        {"state": CourseState.DRAFT, "published_at": None},
        {"state": CourseState.FINISHED, "finished_at": AT},
        {"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "Ingen rådgiver"},
        {"listed": False},
        {"target": Target.WORKPLACE, "listed": False},
        {"meetings": 0},
        {"meetings": 0, "kind": CourseKind.OPEN},
        {"first": AT - 6 * WEEK},
    ],
)
def test_what_is_not_offered_is_not_found(world: Towns, given: dict[str, Any]) -> None:
    assert gone(coming(world.a, **given))
    assert not gone(coming(world.a)), "the control"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": CourseKind.INDIVIDUAL, "meetings": 0},
        {"kind": CourseKind.INDIVIDUAL, "first": AT - 9 * WEEK},
        {"kind": CourseKind.OPEN, "first": AT - 5 * WEEK + dt.timedelta(minutes=1)},
        {"first": AT - 5 * WEEK + dt.timedelta(minutes=1)},
        {"capacity": 1},
    ],
)
def test_what_one_can_still_join_is_found(world: Towns, given: dict[str, Any]) -> None:
    assert not gone(coming(world.a, **given))


def test_a_municipality_that_has_left_offers_none(world: Towns) -> None:
    course = coming(world.a)
    assert not gone(course)
    Membership.objects.filter(municipality=course.host_id).update(until_on=AT.date())
    assert not gone(course), "the last day counts"
    Membership.objects.update(until_on=AT.date() - dt.timedelta(days=1))
    assert gone(course)


def test_a_course_whose_coming_meetings_are_cancelled_is_over(world: Towns) -> None:
    course = coming(world.a, first=AT - WEEK)
    assert not gone(course)
    with transaction.atomic(), acting(make.SYSTEM):
        course.all_meetings.filter(starts_at__gt=AT).update(
            state=MeetingState.CANCELLED, cancel_reason="Sygdom"
        )
    assert gone(course)


def test_nobody_sees_nothing_and_no_address_is_guessed(world: Towns) -> None:
    course = coming(world.a)
    assert found(viewer=NOBODY) == []
    with pytest.raises(Http404), acting(NOBODY):
        course_found(NOBODY, course.pk, at=AT)
    with pytest.raises(Http404), acting(PUBLIC):
        course_found(PUBLIC, uuid4(), at=AT)


# ---- what it is narrowed to ----------------------------------------------------------------------


def test_every_filter_narrows(world: Towns) -> None:
    with transaction.atomic():
        room = make.venue(make.home(world.a), postcode="2650").rooms.get()
        far = make.venue(make.home(world.b), postcode="8000", town="Aarhus C").rooms.get()
        monday = coming(world.a, name="Mandag", language="Tyrkisk", room=room)
        evening = coming(world.b, name="Aften", first=AT + dt.timedelta(days=1, hours=9), room=far)
        alone = coming(world.b, name="Aftale", kind=CourseKind.INDIVIDUAL, meetings=0)
    both = ["Aften", "Mandag", "Aftale"]
    assert found() == both
    assert found(agreement=monday.agreement.slug) == both
    assert found(agreement="aftale-uden-hold") == []
    assert found(municipality=monday.host.code) == ["Mandag"]
    assert found(municipality="999") == []
    assert found(weekdays=frozenset({1})) == ["Mandag", "Aftale"]
    assert found(weekdays=frozenset({2, 7})) == ["Aften", "Aftale"]
    assert found(parts=frozenset({"am"})) == ["Mandag", "Aftale"]
    assert found(parts=frozenset({"ev"})) == ["Aften", "Aftale"]
    assert found(languages=frozenset({"TYRKISK"})) == ["Mandag"]
    assert found(languages=frozenset({"Dansk", "Tyrkisk"})) == both
    assert found(kinds=frozenset({CourseKind.INDIVIDUAL})) == ["Aftale"]
    assert found(targets=frozenset({Target.PREGNANT})) == []
    assert found(postcode="2650") == ["Mandag"], "40 km, and nobody knows how far the third is"
    assert found(postcode="8000") == ["Aften"]
    assert found(postcode="2650", max_km=None) == ["Mandag", "Aften", "Aftale"]
    assert found(postcode="8200", max_km=None) == ["Aften", "Mandag", "Aftale"]
    assert {alone.name, evening.name} < set(both)


@pytest.mark.parametrize("postcode", ["", "0000", "hej!", "26500", "٢٦٥٠", "\0" * 4, "-650"])
def test_a_postcode_that_is_none_is_as_an_empty_one(world: Towns, postcode: str) -> None:
    course = coming(world.a)
    expected = [course.name] if postcode != "26500" else []
    assert found(postcode=postcode) == expected


def test_weekdays_and_hours_are_danish(world: Towns) -> None:
    """23.30 UTC on a Monday is half past midnight on Tuesday, and 16.30 is half past five."""
    night = dt.datetime(2026, 3, 9, 23, 30, tzinfo=dt.UTC)
    coming(world.a, name="Nat", first=night)
    coming(world.a, name="Aften", first=dt.datetime(2026, 3, 9, 16, 30, tzinfo=dt.UTC))
    assert found(weekdays=frozenset({1})) == ["Aften"]
    assert found(weekdays=frozenset({2})) == ["Nat"]
    assert found(parts=frozenset({"am"})) == ["Nat"]
    assert found(parts=frozenset({"ev"})) == ["Aften"]


# ---- what is told --------------------------------------------------------------------------------


def test_the_facts_of_a_course(world: Towns) -> None:
    with transaction.atomic():
        place = make.venue(make.home(world.a), access="Ringeklokke 2", transport="Bus 132")
        course = coming(world.a, room=place.rooms.get(), transport="Tog", first=AT - WEEK)
    told = one(course, postcode="2650")
    assert (told.access, told.transport) == ("Ringeklokke 2", "Tog")
    assert told.where is not None
    assert (told.where.venue, told.where.street) == (place.name, "Prøvevej 1")
    assert told.km == 0
    assert (told.meetings, len(told.coming), told.is_running) == (6, 4, True)
    assert told.next
    assert (told.next.number, told.next.on) == (3, (AT + WEEK).date())
    assert told.next.hours == "09.00-11.00"


def test_a_meeting_elsewhere_says_where(world: Towns) -> None:
    with transaction.atomic():
        usual = make.venue(make.home(world.a)).rooms.get()
        other = make.venue(make.home(world.a), name="Biblioteket").rooms.get()
        course = coming(world.a, room=usual, meetings=1)
        make.meeting(course, AT + 2 * WEEK, room=other)
        make.meeting(course, AT + 3 * WEEK, form=MeetingForm.PHONE)
    told = one(course)
    places = [meets.where and meets.where.venue for meets in told.coming]
    assert places == [usual.venue.name, "Biblioteket", None]


def test_a_course_without_a_room_is_where_it_meets_next(world: Towns) -> None:
    with transaction.atomic():
        course = coming(world.a, meetings=0, name="Uden lokale")
        for week, postcode in ((1, "8000"), (2, "2650")):
            room = make.venue(make.home(world.a), postcode=postcode).rooms.get()
            make.meeting(course, AT + week * WEEK, room=room)
    assert found(postcode="8000") == ["Uden lokale"]
    assert found(postcode="2650") == []
    told = one(course).where
    assert told
    assert told.postcode == "8000"


def test_appointments_and_cancelled_meetings_are_nobodys_business(world: Towns) -> None:
    course = coming(world.a, meetings=2)
    make.meeting(course, AT + dt.timedelta(days=1), appointment=True)
    make.meeting(
        course,
        AT + dt.timedelta(days=2),
        state=MeetingState.CANCELLED,
        cancel_reason="Sygdom",
    )
    told = one(course)
    assert [meets.number for meets in told.coming] == [1, 2]
    assert told.next
    assert told.next.starts_at == AT + WEEK


@pytest.mark.parametrize(
    ("taken", "waiting", "told"),
    [
        (0, 0, Seats.FREE),
        (12 - FEW - 1, 0, Seats.FREE),
        (12 - FEW, 0, Seats.FEW),
        (11, 0, Seats.FEW),
        (12, 0, Seats.WAITING),
        (13, 0, Seats.WAITING),
        (5, 1, Seats.WAITING),
    ],
)
def test_seats_are_told_in_words(taken: int, waiting: int, told: Seats) -> None:
    assert seats_told(12, taken, waiting) == told


def test_no_participant_and_no_counsellor_is_in_it(world: Towns) -> None:
    names = {field.name for field in dataclasses.fields(FoundCourse)}
    telling = {"seats_taken", "waiting", "capacity", "counsellors", "staff", "created_by"}
    assert not names & telling
    by = coming(world.a).created_by
    told = repr(one(coming(world.a)))
    assert by.name not in told
    assert str(by.pk) not in told


# ---- how much it costs ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_three_statements_however_many(
    world: Towns, number: int, django_assert_num_queries: Any
) -> None:
    made = [coming(world.a) for _ in range(number)]
    with acting(PUBLIC), transaction.atomic():
        with django_assert_num_queries(3):
            assert len(courses_found(PUBLIC, Wanted(postcode=""), at=AT)) == number
        with django_assert_num_queries(2):
            course_found(PUBLIC, made[0].pk, at=AT)


def test_in_parts_they_are_the_same(world: Towns) -> None:
    with transaction.atomic():
        for week in range(5):
            coming(world.a, first=AT + (5 - week) * WEEK)
    whole = found()
    with acting(PUBLIC):
        parts = [
            found_page(PUBLIC, Wanted(), at=AT, skip=skip, most=2) for skip in (0, 2, 4, 6, 10**9)
        ]
    assert [one.name for part in parts for one in part.courses] == whole
    assert {part.number for part in parts} == {5}
