"""Which courses are found for a citizen, in which order, and how each is put in words."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.models import Course, Meeting, Staffing, Venue
from courses.queries.matches import Matches, Narrow, Wishes, matches, ranked
from courses.rules.matching import Asked
from courses.rules.seats import Lack
from courses.states import CourseKind, CourseState, EnrolmentState, MeetingState, Target
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Agreement, Term
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY
WEDNESDAY = clock.danish_time(dt.date(2026, 3, 11), dt.time(17))
THURSDAY = clock.danish_time(dt.date(2026, 3, 12), dt.time(10))


@pytest.fixture
def ours() -> Actor:
    return make.actor(make.grant(Role.COUNSELLOR, make.municipality(name="Hvidovre Kommune")))


@pytest.fixture
def theirs(ours: Actor) -> Actor:
    """A counsellor of another municipality of the same agreement."""
    agreed = Agreement.objects.get(memberships__municipality=ours.organisation_id)
    return make.actor(make.grant(Role.COUNSELLOR, make.municipality(agreed, name="Ishøj Kommune")))


def wishes(viewer: Actor, **given: Any) -> Wishes:
    agreed = Agreement.objects.get(memberships__municipality=viewer.organisation_id)
    asked = Asked(**{name: given.pop(name) for name in list(given) if name in Asked.__slots__})
    return Wishes(**{"agreement_id": agreed.pk, "at": AT, "asked": asked, **given})


def found(viewer: Actor, limit: int = 10, **given: Any) -> Matches:
    with acting(viewer), transaction.atomic():
        return ranked(viewer, wishes(viewer, **given), limit=limit)


def names(viewer: Actor, **given: Any) -> list[str]:
    return [one.name for one in found(viewer, **given).best]


def change(course: Course, **given: Any) -> None:
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(**given)


def at_a_venue(by: Actor, postcode: str, **given: Any) -> Course:
    place = make.venue(make.home(by), postcode=postcode, town="By")
    return make.course(by, room=place.rooms.get(), **{"meetings": 6, "first": WEDNESDAY, **given})


def test_the_course_at_her_time_is_on_top_and_says_why(ours: Actor, theirs: Actor) -> None:
    make.course(ours, meetings=6, first=THURSDAY, name="Torsdagshold")
    at_a_venue(theirs, "2635", name="Onsdagshold", capacity=5)
    best = found(ours, times=frozenset({"3-ev"}), postcode="2650").best
    assert [one.name for one in best] == ["Onsdagshold", "Torsdagshold"]
    assert best[0].reason == "Onsdag aften som ønsket · ca. 8 km · starter 11. marts · 5 pladser"
    assert best[1].reason == "Torsdag formiddag · starter 12. marts · 12 pladser"
    assert best[0].host == "Ishøj Kommune"


def test_a_running_course_shows_its_next_meeting(ours: Actor) -> None:
    make.course(ours, meetings=6, first=WEDNESDAY - dt.timedelta(weeks=3))
    (one,) = found(ours).best
    assert (one.number, one.meetings) == (3, 6)
    assert one.next_at == WEDNESDAY - dt.timedelta(weeks=1)
    assert "i gang, næste er 4. marts (nr. 3 af 6)" in one.reason
    assert "feb." not in one.reason


def test_a_moved_and_a_cancelled_meeting_are_counted_as_they_are(ours: Actor) -> None:
    course = make.course(ours, meetings=6, first=WEDNESDAY)
    with acting(hosting(make.SYSTEM, course.host_id)):
        first, second, *_rest = Meeting.objects.filter(course=course).order_by("starts_at")
        cancelled = {"state": MeetingState.CANCELLED, "cancel_reason": "Sygdom"}
        Meeting.objects.filter(pk=first.pk).update(**cancelled)
    (one,) = found(ours, times=frozenset({"3-ev"})).best
    assert (one.next_at, one.number, one.meetings) == (second.starts_at, 1, 5)


def test_what_is_over_or_no_longer_offered_is_not_found(ours: Actor, theirs: Actor) -> None:
    make.course(ours, meetings=2, first=AT - dt.timedelta(weeks=4), name="Forbi")
    make.course(
        ours, meetings=6, first=WEDNESDAY, name="Kladde", state=CourseState.DRAFT, published_at=None
    )
    gone = {"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "For få"}
    make.course(theirs, meetings=6, first=WEDNESDAY, name="Aflyst", **gone)
    elsewhere = make.actor(make.grant(Role.COUNSELLOR, make.municipality()))
    make.course(elsewhere, meetings=6, first=WEDNESDAY, name="En anden aftale")
    make.course(theirs, meetings=6, first=WEDNESDAY, name="Åbent")
    assert names(ours) == ["Åbent"]


def test_standing_offers_are_found_without_a_meeting(ours: Actor) -> None:
    make.course(ours, kind=CourseKind.INDIVIDUAL, name="Individuelt")
    make.course(ours, kind=CourseKind.OPEN, meetings=3, first=THURSDAY, name="Kom & Kvit")
    best = {one.name: one for one in found(ours).best}
    assert best["Individuelt"].reason == "Tid efter aftale · 12 pladser"
    assert best["Individuelt"].next_at is None
    assert "næste gang 12. marts" in best["Kom & Kvit"].reason
    assert names(ours, narrow=Narrow(weekday=4)) == ["Kom & Kvit", "Individuelt"]
    long_ago = AT - dt.timedelta(weeks=4)
    make.course(ours, kind=CourseKind.OPEN, meetings=2, first=long_ago, name="Åbent hus")
    best = {one.name: one for one in found(ours).best}
    assert "mødegange ikke planlagt" in best["Åbent hus"].reason


def test_an_appointment_of_somebody_elses_is_no_meeting_of_the_course(ours: Actor) -> None:
    course = make.course(ours, kind=CourseKind.INDIVIDUAL)
    one = make.enrolment(course, make.referral(ours), ours)
    make.appointment(one, THURSDAY, ours)
    (match,) = found(ours).best
    assert match.next_at is None


def test_a_full_course_offers_its_waiting_list(ours: Actor) -> None:
    course = make.course(ours, meetings=6, first=WEDNESDAY, capacity=1)
    make.enrolment(course, make.referral(ours), ours)
    (one,) = found(ours).best
    assert (one.lacks, one.free) == (Lack.SEAT, 0)
    assert one.reason.endswith("fuldt, venteliste")
    waits = {"state": EnrolmentState.WAITING, "waiting_since": AT, "enrolled_at": None}
    make.enrolment(course, make.referral(ours, number="+4530303030"), ours, **waits)
    assert found(ours).best[0].reason.endswith("venteliste (1 venter)")


def test_the_thirteenth_needs_two_counsellors_at_every_coming_meeting(ours: Actor) -> None:
    course = make.course(ours, meetings=2, first=WEDNESDAY, capacity=16)
    change(course, seats_taken=12)
    assert found(ours).best[0].lacks is Lack.COUNSELLOR
    assert found(ours).best[0].reason.endswith("mangler en rådgiver mere")
    with acting(hosting(make.SYSTEM, course.host_id)):
        for meeting in Meeting.objects.filter(course=course):
            for _n in range(2):
                Staffing.objects.create(meeting=meeting, counsellor=make.user())
    assert found(ours).best[0].lacks is None
    change(course, seats_taken=11)
    assert found(ours).best[0].lacks is None


def test_who_is_on_a_course_is_not_offered_it_again(ours: Actor) -> None:
    course = make.course(ours, meetings=6, first=WEDNESDAY)
    assert found(ours, besides=frozenset({course.pk})).number == 0


def test_the_list_is_narrowed(ours: Actor, theirs: Actor) -> None:
    at_a_venue(ours, "2650", name="Nær")
    at_a_venue(theirs, "2640", name="Fjern", first=THURSDAY, language="Arabisk")
    make.course(theirs, name="Uden sted", meetings=3, first=THURSDAY, kind=CourseKind.OPEN)
    narrowed = {
        "Nær": [
            Narrow(max_km=10),
            Narrow(weekday=3),
            Narrow(part="ev"),
            Narrow(host_id=ours.organisation_id),
        ],
        "Fjern": [Narrow(language="arabisk")],
        "Uden sted": [Narrow(kind=CourseKind.OPEN)],
    }
    for name, narrows in narrowed.items():
        for narrow in narrows:
            assert names(ours, postcode="2650", narrow=narrow) == [name], narrow
    assert names(ours, narrow=Narrow(max_km=10)) == []


def test_a_postcode_that_is_not_known_says_that_it_is_guessed(ours: Actor) -> None:
    at_a_venue(ours, "2635")
    assert "ca. 8 km (anslået)" in found(ours, postcode="2651").best[0].reason
    assert "km" not in found(ours).best[0].reason


def test_a_meeting_that_is_elsewhere_is_as_far_as_that(ours: Actor) -> None:
    course = at_a_venue(ours, "2650")
    usual = Venue.objects.get().name
    away = make.venue(make.home(ours), name="Biblioteket", postcode="2635", town="Ishøj")
    first, second = course.all_meetings.order_by("starts_at")[:2]
    move(second, away)
    (one,) = found(ours, postcode="2650").best
    assert (one.place, one.km) == (f"{usual}, By", 0.0)
    move(first, away)
    (one,) = found(ours, postcode="2650").best
    assert one.place == "Biblioteket, Ishøj"
    assert f"denne gang Biblioteket, ellers {usual} · ca. 8 km" in one.reason
    assert found(ours, postcode="2650", narrow=Narrow(max_km=5)).number == 0


def move(meeting: Meeting, to: Venue) -> None:
    with acting(hosting(make.SYSTEM, meeting.course.host_id)):
        Meeting.objects.filter(pk=meeting.pk).update(room=to.rooms.get())


def test_language_and_target_group_are_said(ours: Actor) -> None:
    make.course(ours, meetings=6, first=WEDNESDAY, language="Tyrkisk", target=Target.PREGNANT)
    (one,) = found(ours, language="Tyrkisk", pregnant=True).best
    assert "på tyrkisk · for gravide" in one.reason


def test_another_role_finds_nothing(ours: Actor) -> None:
    make.course(ours, meetings=6, first=WEDNESDAY)
    finance = make.actor(make.grant(Role.FINANCE, make.home(ours)))
    assert names(finance) == []


def test_the_term_is_that_of_the_day_of_the_meeting(ours: Actor) -> None:
    make.course(ours, meetings=2, first=WEDNESDAY, capacity=16, name="Hold")
    change(Course.objects.get(), seats_taken=7)
    assert found(ours).best[0].lacks is None
    agreed = Agreement.objects.get(memberships__municipality=ours.organisation_id)
    Term.objects.create(
        agreement=agreed, name="two_counsellors_from", value="8", from_on=WEDNESDAY.date()
    )
    assert found(ours).best[0].lacks is Lack.COUNSELLOR


@pytest.mark.parametrize("number", [1, 3])
def test_it_takes_three_statements_however_many_there_are(ours: Actor, number: int) -> None:
    for _n in range(number):
        at_a_venue(ours, "2650", first=WEDNESDAY + dt.timedelta(hours=3 * _n))
    asked = wishes(ours, times=frozenset({"3-ev", "1-am"}), postcode="2605")
    with acting(ours), transaction.atomic(), CaptureQueriesContext(connection) as captured:
        assert len(matches(ours, asked)) == number
    assert len(captured) == 3


def test_the_limit_leaves_the_best_and_the_number(ours: Actor) -> None:
    for n in range(4):
        make.course(ours, meetings=6, first=WEDNESDAY + dt.timedelta(weeks=n), name=f"Hold {n}")
    best = found(ours, limit=2)
    assert ([one.name for one in best.best], best.number) == (["Hold 0", "Hold 1"], 4)
    again = replace(wishes(ours), narrow=Narrow())
    with acting(ours), transaction.atomic():
        assert matches(ours, again, limit=2) == list(best.best)
