"""Ugenet: where there is something to choose, and where not."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.forms.cancelling import course_words
from courses.models import Course
from courses.queries.grid import MOST, Grid, GridFilters, grid
from courses.queries.listed import SORTS, ListedFilters, listed_page
from courses.queries.moving import open_courses
from courses.queries.standing import standing
from courses.rules.seats import Lack, lack
from courses.rules.spread import gaps, part_of_day, usual_place
from courses.states import CourseKind, CourseState, EnrolmentState, MeetingState, Target
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from tests import make
from tests.courses.world import staff as put_staff

TODAY = make.MONDAY
TUESDAY_MORNING = TODAY + dt.timedelta(days=1, hours=1)


# ---- the rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "part"),
    [("00:00", "am"), ("11:59", "am"), ("12:00", "pm"), ("16:59", "pm"), ("17:00", "ev")],
)  # fmt: skip
def test_parts_of_the_day(time: str, part: str) -> None:
    assert part_of_day(dt.time.fromisoformat(time)) == part


def test_a_moved_meeting_makes_no_offer_on_another_day() -> None:
    tuesdays = [dt.datetime(2026, 3, 3 + 7 * n, 16) for n in range(4)]  # noqa: DTZ001
    thursday = dt.datetime(2026, 3, 5, 10)  # noqa: DTZ001
    assert usual_place([thursday, *tuesdays]) == (2, "pm")
    assert usual_place([thursday]) == (4, "am")
    assert usual_place([thursday, tuesdays[0]]) == (4, "am"), "of equals the first"


def test_gaps_are_the_workdays_without_anything() -> None:
    week = {(day, part) for day in range(1, 8) for part in ("am", "pm", "ev")}
    assert gaps(week) == []
    assert gaps(week - {(6, "am")}) == [], "nobody is promised a Saturday"
    assert gaps(week - {(5, "ev"), (2, "am")}) == [(2, "am"), (5, "ev")]
    assert len(gaps([])) == 15


# ---- the query -----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor()


def asked(viewer: Actor, **given: Any) -> Grid:
    with acting(viewer):
        return grid(viewer, GridFilters(**{"weeks": 8, **given}), at=TODAY)


def offered(found: Grid) -> dict[tuple[int, str], list[str]]:
    return {
        (cell.weekday, cell.part): [one.name for one in cell.offers]
        for _part, cells in found.rows
        for cell in cells
        if cell.offers
    }


def neighbour(by: Actor) -> Actor:
    """A counsellor of another municipality of the same agreement."""
    with acting(make.SYSTEM):
        agreement = make.home(by).memberships.get().agreement
    return make.actor(make.grant(organisation=make.municipality(agreement)))


def test_courses_of_all_municipalities_stand_where_they_meet(by: Actor) -> None:
    other = neighbour(by)
    make.course(by, meetings=6, first=TUESDAY_MORNING, name="Vores")
    make.course(other, meetings=6, first=TUESDAY_MORNING + dt.timedelta(hours=8), name="Deres")
    make.course(make.actor(), meetings=6, first=TUESDAY_MORNING, name="En anden aftales")
    found = asked(by)
    assert offered(found) == {(2, "am"): ["Vores"], (2, "ev"): ["Deres"]}
    assert (found.courses, found.seats_left, len(found.gaps)) == (2, 24, 13)
    assert (2, "am") not in found.gaps
    assert found.weekdays == [1, 2, 3, 4, 5]


def test_what_is_no_offer(by: Actor) -> None:
    make.course(by, meetings=2, first=TUESDAY_MORNING, state=CourseState.DRAFT, published_at=None)
    # Taken back to a draft it has been shown before, and is no offer any more: nor a neighbour's.
    make.course(neighbour(by), meetings=2, first=TUESDAY_MORNING, state=CourseState.DRAFT)
    make.course(by, meetings=2, first=TODAY - dt.timedelta(weeks=4))
    make.course(by, meetings=1, first=TODAY + dt.timedelta(weeks=20))
    make.course(by)
    cancelled = make.course(by)
    make.meeting(cancelled, TUESDAY_MORNING, state=MeetingState.CANCELLED, cancel_reason="Sygdom")
    make.meeting(cancelled, TUESDAY_MORNING, appointment=True)
    found = asked(by)
    assert offered(found) == {}
    assert (found.seats_left, len(found.gaps)) == (0, 15)


def test_a_running_course_shows_its_next_meeting(by: Actor) -> None:
    first = TODAY - dt.timedelta(days=6) + dt.timedelta(hours=1)
    make.course(by, meetings=6, first=first, name="I gang")
    (offer,) = asked(by).rows[0][1][1].offers
    assert offer.has_begun
    assert offer.meets_at == first + dt.timedelta(weeks=1)


def test_a_cell_where_all_is_taken_is_neither_a_gap_nor_an_offer(by: Actor) -> None:
    course = make.course(by, meetings=6, first=TUESDAY_MORNING, capacity=1)
    make.enrolment(course, make.referral(by), by)
    make.enrolment(
        course,
        make.referral(by, number="+4530303030"),
        by,
        state=EnrolmentState.WAITING,
        enrolled_at=None,
        waiting_since=TODAY,
    )
    found = asked(by)
    assert (found.full, found.seats_left, (2, "am") in found.gaps) == ([(2, "am")], 0, False)
    (offer,) = found.rows[0][1][1].offers
    assert (offer.seats_left, offer.waiting) == (0, 1)


@pytest.mark.parametrize(
    ("taken", "staff", "kind", "lacks"),
    [
        (11, 1, CourseKind.GROUP, False),
        (12, 1, CourseKind.GROUP, True),
        (12, 0, CourseKind.OPEN, True),
        (12, 2, CourseKind.GROUP, False),
        (12, 1, CourseKind.INDIVIDUAL, False),
        (16, 1, CourseKind.GROUP, False),
    ],
)
def test_seats_that_wait_for_a_second_counsellor_are_none(
    by: Actor, taken: int, staff: int, kind: str, lacks: object
) -> None:
    course = make.course(by, meetings=6, first=TUESDAY_MORNING, capacity=16, kind=kind)
    put_staff(course, staff, by)
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.update(seats_taken=taken)
    found = asked(by)
    (offer,) = found.rows[0][1][1].offers
    left = 16 - taken
    assert (offer.seats_left, offer.seats_later) == ((0, left) if lacks else (left, 0))
    with acting(by):
        (row,) = listed_page(by, ListedFilters(), SORTS[0], at=TODAY).rows
        assert row.lacks_counsellor is lacks
        (there,) = open_courses(by, TODAY)
        assert there.lacks_counsellor is lacks
        assert (
            lack(standing(by, Course.objects.select_related("host", "agreement").get(), TODAY))
            is Lack.COUNSELLOR
        ) is lacks
    assert ("når der er en rådgiver til" in course_words(there)) is lacks


def test_a_square_names_a_few_and_counts_all(by: Actor) -> None:
    make.course(by, meetings=1, first=TUESDAY_MORNING, name="Fuldt")
    with acting(hosting(make.SYSTEM, make.home(by).pk)):
        Course.objects.update(seats_taken=12)
    for hour in range(MOST):
        make.course(by, meetings=1, first=TUESDAY_MORNING + dt.timedelta(minutes=hour + 1))
    cell = asked(by).rows[0][1][1]
    assert (len(cell.offers), len(cell.first), cell.more) == (MOST + 1, MOST, 1)
    assert "Fuldt" not in {one.name for one in cell.first}, "those with a seat come first"
    assert cell.seats_left == MOST * 12


def test_a_weekend_is_shown_when_something_is_offered_there(by: Actor) -> None:
    make.course(by, meetings=4, first=TODAY + dt.timedelta(days=5, hours=1))
    found = asked(by)
    assert found.weekdays == [1, 2, 3, 4, 5, 6, 7]
    assert all(len(cells) == 7 for _part, cells in found.rows)
    assert len(found.gaps) == 15
    assert [cell.is_gap for cell in found.rows[2][1]] == [True] * 5 + [False] * 2, "nor a weekend"


def test_the_time_of_day_is_danish_on_both_sides_of_the_clocks_change(by: Actor) -> None:
    """16.30 is the afternoon in winter (15.30 UTC) and in summer (14.30 UTC)."""
    course = make.course(by)
    for day in (dt.date(2026, 3, 24), dt.date(2026, 3, 31), dt.date(2026, 4, 7)):
        make.meeting(course, clock_at(day, 16, 59))
    assert list(offered(asked(by))) == [(2, "pm")]


def clock_at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    from roegfri import clock

    return clock.danish_time(day, dt.time(hour, minute))


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"Dansk", "Arabisk", "Gravide"}),
        ({"language": "Arabisk"}, {"Arabisk"}),
        ({"target": Target.PREGNANT}, {"Gravide"}),
        ({"weeks": 4}, {"Dansk", "Arabisk"}),
        ({"language": "Arabisk", "target": Target.PREGNANT}, set()),
    ],
)
def test_filters(by: Actor, given: dict[str, Any], names: set[str]) -> None:
    def course(name: str, weeks: int = 0, **more: Any) -> Course:
        first = TUESDAY_MORNING + dt.timedelta(weeks=weeks)
        return make.course(by, meetings=6, first=first, name=name, **more)

    course("Dansk")
    course("Arabisk", language="Arabisk")
    course("Gravide", weeks=6, target=Target.PREGNANT)
    found = offered(asked(by, **given))
    assert {name for names in found.values() for name in names} == names


# ---- the screen ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.PROJECT_LEADER])
def test_the_screen_names_the_gaps(
    by: Actor, role: Role, django_assert_max_num_queries: Any
) -> None:
    make.course(by, meetings=6, first=TUESDAY_MORNING, name="Vores")
    client = Client()
    with acting(make.SYSTEM):
        agreement = make.home(by).memberships.get().agreement
    where = agreement if role == Role.PROJECT_LEADER else make.home(by)
    client.force_login(make.grant(role, where).user)
    client.get("/hold/ugenet/")
    # savepoint, who is signed in, as whom, languages, meetings, savepoint
    with django_assert_max_num_queries(6):
        page = client.get("/hold/ugenet/").content.decode()
    assert "<caption" in page
    line = page.split("Ingen tilbud:")[1].split("</p>")[0]
    assert "mandag formiddag" in line
    assert "fredag aften" in line
    assert "tirsdag formiddag" not in line
    assert "<strong>12</strong> ledige pladser" in page


@pytest.mark.parametrize("query", ["?uger=999", "?uger=x&sprog=%FF", "?maalgruppe=alle&uger="])
def test_an_odd_address_narrows_nothing(by: Actor, query: str) -> None:
    client = Client()
    client.force_login(make.grant(organisation=make.home(by)).user)
    assert client.get(f"/hold/ugenet/{query}").status_code == 200
