"""The list of courses, and their meetings by week and month."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from courses.models import Course, Flagged, Meeting, Staffing
from courses.queries.calendar import CalendarFilters, Entry, calendar
from courses.queries.listed import CURRENT, SORTS, ListedCourse, ListedFilters, listed_page
from courses.states import CourseKind, CourseState, Flag, MeetingState
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.models import ClosingDay
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.MONDAY
TOMORROW = TODAY + dt.timedelta(days=1)
WEEK = (TODAY.date(), TODAY.date() + dt.timedelta(days=6))


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def grant() -> Grant:
    return make.grant(Role.COUNSELLOR)


@pytest.fixture
def by(grant: Grant) -> Actor:
    return make.actor(grant)


@pytest.fixture
def other(by: Actor) -> Actor:
    """A counsellor of another municipality of the same agreement."""
    return make.actor(make.grant(organisation=make.municipality(agreement_of(by))))


def agreement_of(by: Actor) -> Any:
    with acting(make.SYSTEM):
        return make.home(by).memberships.get().agreement


def leader_of(by: Actor) -> Grant:
    return make.grant(Role.PROJECT_LEADER, agreement_of(by))


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def draft(by: Actor, **given: Any) -> Course:
    return make.course(by, state=CourseState.DRAFT, published_at=None, **given)


def staffed(meeting: Meeting, who: Actor) -> Staffing:
    with acting(hosting(make.SYSTEM, meeting.course.host_id)):
        return Staffing.objects.create(meeting=meeting, counsellor_id=who.person)


def cancelled(meeting: Meeting) -> None:
    with acting(hosting(make.SYSTEM, meeting.course.host_id)):
        told = {"state": MeetingState.CANCELLED, "cancel_reason": "Sygdom"}
        Meeting.objects.filter(pk=meeting.pk).update(**told)


# ---- the list ------------------------------------------------------------------------------------


def listed(viewer: Actor, sort: int = 0, **given: Any) -> list[ListedCourse]:
    with acting(viewer):
        filters = ListedFilters(**{"state": CURRENT, **given})
        return listed_page(viewer, filters, SORTS[sort], at=TODAY).rows


def names(viewer: Actor, sort: int = 0, **given: Any) -> list[str]:
    return [one.name for one in listed(viewer, sort, **given)]


def test_a_line_of_the_list(by: Actor) -> None:
    course = make.course(by, meetings=6, first=TODAY - dt.timedelta(weeks=2, hours=1), name="Syd")
    cancelled(course.all_meetings.earliest("starts_at"))
    place = make.venue(make.home(by), name="Biblioteket", town="Hvidovre").rooms.get()
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(room=place)
        Flagged.objects.create(course=course, flag=Flag.RSIDEN, at=TODAY, by_id=by.person)
    colleague = make.actor(make.grant(organisation=make.home(by)))
    for meeting in course.all_meetings.all():
        staffed(meeting, by)
    staffed(course.all_meetings.latest("starts_at"), colleague)
    make.enrolment(course, make.referral(by), by)
    (row,) = listed(by)
    assert (row.meetings, row.number, row.meets_at) == (5, 2, TODAY - dt.timedelta(hours=1))
    assert (row.capacity, row.seats_left, row.waiting) == (12, 11, 0)
    assert (row.place, row.town) == ("Biblioteket", "Hvidovre")
    assert row.counsellors == sorted([by.name, colleague.name])
    assert row.missing == ["STOPbasen"]


def test_a_meeting_that_goes_on_is_the_next_one_until_it_ends(by: Actor) -> None:
    make.course(by, meetings=2, first=TODAY - dt.timedelta(minutes=119))
    make.course(by, meetings=2, first=TODAY - dt.timedelta(minutes=120))
    assert {one.number for one in listed(by)} == {1, 2}


def test_another_municipalitys_course_names_no_counsellors(by: Actor, other: Actor) -> None:
    course = make.course(other, meetings=1, first=TOMORROW)
    staffed(course.all_meetings.get(), other)
    (row,) = listed(by)
    assert (row.counsellors, row.missing) == ([], [])


def test_what_stands_on_the_list_by_itself(by: Actor, other: Actor) -> None:
    month = dt.timedelta(weeks=4)
    make.course(by, meetings=2, first=TODAY + month, name="kommende")
    make.course(by, meetings=2, first=TODAY - month, name="klar til at afslutte")
    draft(by, name="egen kladde")
    make.course(by, name="afsluttet", state=CourseState.FINISHED, finished_at=TODAY)
    make.course(other, meetings=1, first=TODAY, name="deres i dag")
    make.course(other, meetings=2, first=TODAY - month, name="deres, forbi")
    make.course(other, name="deres uden mødegange")
    draft(other, name="deres kladde")
    make.course(other, name="deres, trukket tilbage", state=CourseState.DRAFT)
    make.course(make.actor(), name="en anden aftales")
    own = {"kommende", "klar til at afslutte", "egen kladde"}
    theirs = {"deres i dag", "deres uden mødegange"}
    assert set(names(by)) == own | theirs
    assert set(names(by, host_id=by.organisation_id)) == own
    assert set(names(make.actor(leader_of(by)))) == {"kommende"} | theirs
    assert names(by, state=CourseState.FINISHED) == ["afsluttet"]
    assert names(by, state=CourseState.DRAFT) == ["egen kladde"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"kind": CourseKind.OPEN}, ["Åben"]),
        ({"language": "Arabisk"}, ["Arabisk"]),
        ({"weekday": 2}, ["Arabisk"]),
        ({"weekday": 7}, []),
        ({"text": "åBE"}, ["Åben"]),
        ({"text": "biblio"}, ["Arabisk"]),
        ({"text": "100%"}, []),
        ({"text": "hvidovre"}, ["Arabisk"]),
    ],
)
def test_filters_of_the_list(by: Actor, given: dict[str, Any], found: list[str]) -> None:
    make.course(by, meetings=1, first=TODAY + dt.timedelta(days=2), name="Åben", kind="open")
    arabic = make.course(by, name="Arabisk", language="Arabisk")
    place = make.venue(make.home(by), name="Biblioteket").rooms.get()
    # 00.30 on Tuesday is Monday in UTC.
    starts = clock.danish_time(TOMORROW.date(), dt.time(0, 30))
    make.meeting(arabic, starts, room=place)
    assert names(by, **given) == found


def test_the_orders_of_the_list(by: Actor) -> None:
    early = make.course(by, name="Ærø", meetings=3, first=TODAY - dt.timedelta(days=12))
    make.course(by, name="Aarup", meetings=1, first=TOMORROW)
    make.course(by, name="Zebra")
    assert early.first_at is None, "the triggers keep it, not the builder"
    assert names(by, 0) == ["Aarup", "Ærø", "Zebra"], "next meeting; without one last"
    assert names(by, 1) == ["Ærø", "Aarup", "Zebra"], "start"
    assert names(by, 2) == ["Zebra", "Ærø", "Aarup"], "name, in Danish order"


@pytest.mark.parametrize("sort", range(len(SORTS)))
def test_the_pages_hold_each_course_once(by: Actor, other: Actor, sort: int) -> None:
    for number in range(30):
        who = (by, other)[number % 2]
        meetings = number % 3
        make.course(who, name=f"Hold {number % 7}", meetings=meetings, first=TOMORROW)
    seen: list[UUID] = []
    after = ""
    with acting(by):
        while True:
            found = listed_page(by, ListedFilters(), SORTS[sort], after, at=TODAY)
            seen += [one.id for one in found.rows]
            after = found.next
            if not after:
                break
    assert (len(seen), len(set(seen))) == (30, 30)


def test_the_list_as_a_page(grant: Grant, by: Actor, other: Actor) -> None:
    make.course(by, meetings=6, first=TOMORROW, name="<Vores> & dit", capacity=1)
    make.course(other, meetings=6, first=TOMORROW, name="Deres")
    client = signed_in(grant)
    page = client.get("/hold/").content.decode()
    assert "&lt;Vores&gt; &amp; dit" in page
    assert "1 ledig " in page
    assert "rsiden.dk, STOPbasen" in page
    assert "Deres" not in page
    assert "Nyt forløb" not in page, "a counsellor plans no courses"
    everybody = client.get("/hold/?kommune=alle").content.decode()
    assert "Deres" in everybody
    assert other.organisation_name in everybody
    part = client.get("/hold/?tekst=vores", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="_list_rows">')
    leaders = signed_in(leader_of(by)).get("/hold/").content.decode()
    assert "Deres" in leaders
    assert ("Mangler" in page, "Mangler" in leaders) == (True, False), "she has no courses"
    nothing = client.get("/hold/?tekst=findes+ikke").content.decode()
    assert "Ingen forløb passer på filteret" in nothing


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_as_a_file(grant: Grant, by: Actor, kind: str) -> None:
    for number in range(30):
        make.course(by, meetings=2, first=TOMORROW, name=f"=Hold {number}")
    response = signed_in(grant).get(f"/hold/?hent={kind}")
    assert response.status_code == 200
    assert f"forloeb-2026-03-02.{kind}" in response["Content-Disposition"]
    if kind == "csv":
        lines = response.content.decode("utf-8-sig").strip().splitlines()
        assert len(lines) == 31
        assert "'=Hold" in lines[1], "no cell is a formula"
        assert "Tirsdag" in lines[1] or "tirsdag" in lines[1]
    else:
        assert io.BytesIO(response.content).read(2) == b"PK"
    with acting(make.SYSTEM):
        line = AuditEvent.objects.get(act="list.extracted")
    assert line.subject == f"courses.{kind}: 30"


def test_another_kind_of_file_is_none(grant: Grant) -> None:
    assert signed_in(grant).get("/hold/?hent=pdf").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?kommune=x", "?ugedag=9", "?status=ukendt", "?fra=forfalsket", "?orden=x", "?tekst=%FF"],
)
def test_an_odd_address_of_the_list(grant: Grant, by: Actor, query: str) -> None:
    make.course(by, meetings=1, first=TOMORROW)
    assert signed_in(grant).get(f"/hold/{query}").status_code == 200


# ---- week and month ------------------------------------------------------------------------------


def entries(viewer: Actor, most: int = 80, **given: Any) -> list[Entry]:
    with acting(viewer):
        days = calendar(viewer, *WEEK, CalendarFilters(**given), most=most)
    assert [day.on for day in days] == [WEEK[0] + dt.timedelta(days=n) for n in range(7)]
    return [entry for day in days for entry in day.entries]


def test_an_entry_of_the_calendar(by: Actor) -> None:
    course = make.course(by, meetings=4, first=TOMORROW - dt.timedelta(weeks=2), name="Syd")
    now = course.all_meetings.order_by("starts_at")[2]
    place = make.venue(make.home(by), name="Biblioteket").rooms.get()
    with acting(hosting(make.SYSTEM, course.host_id)):
        Meeting.objects.filter(pk=now.pk).update(room=place)
    staffed(now, by)
    (entry,) = entries(by)
    assert (entry.id, entry.name, entry.number, entry.meetings) == (now.pk, "Syd", 3, 4)
    assert (entry.place, entry.staff, entry.mine) == ("Biblioteket", [by.name], True)
    assert (entry.counts, entry.takes_enrolments, entry.seats_left) == (True, True, 12)


def test_a_cancelled_meeting_stays_and_counts_for_nothing(by: Actor) -> None:
    course = make.course(by, meetings=2, first=TODAY)
    make.meeting(course, TOMORROW)
    cancelled(course.all_meetings.earliest("starts_at"))
    first, second = entries(by)
    assert (first.is_cancelled, first.number, first.takes_enrolments) == (True, 0, False)
    assert (second.number, second.meetings) == (1, 2)


def test_appointments_are_ones_own_municipalitys_and_name_nobody(
    grant: Grant, by: Actor, other: Actor
) -> None:
    course = make.course(by, name="Individuelt", kind=CourseKind.INDIVIDUAL)
    case = make.referral(by, surname="Kanariefugl", text="Hemmelig tekst")
    made = make.appointment(make.enrolment(course, case, by), TOMORROW, by)
    (entry,) = entries(by)
    assert (entry.id, entry.appointment, entry.number) == (made.pk, True, 0)
    assert entries(other) == []
    assert entries(make.actor(leader_of(by))) == []
    for path in ("/hold/uge/", "/hold/maaned/"):
        page = signed_in(grant).get(path).content.decode()
        assert "Aftale" in page
        assert not [told for told in ("Kanariefugl", "Nancy", "Hemmelig") if told in page]
    with acting(make.SYSTEM):
        assert not AuditEvent.objects.filter(act="person.read").exists()


def test_whose_meetings(by: Actor, other: Actor) -> None:
    ours = make.course(by, meetings=1, first=TODAY, name="vores")
    theirs = make.course(other, meetings=1, first=TOMORROW, name="deres")
    make.course(make.actor(), meetings=1, first=TODAY, name="en anden aftales")
    draft(by, meetings=1, first=TODAY, name="egen kladde")
    draft(other, meetings=1, first=TODAY, name="deres kladde")
    make.course(other, meetings=1, first=TODAY, name="tilbagetrukket", state=CourseState.DRAFT)
    staffed(theirs.all_meetings.get(), by)
    staffed(ours.all_meetings.get(), other)

    def seen(**given: Any) -> set[str]:
        return {entry.name for entry in entries(by, **given)}

    assert seen() == {"vores", "deres", "egen kladde"}
    assert seen(host_id=by.organisation_id) == {"vores", "egen kladde"}
    assert seen(host_id=other.organisation_id) == {"deres"}
    assert seen(mine=True) == {"deres"}
    assert {e.name: e.staff for e in entries(by)}["deres"] == [], "names of one's own courses alone"


def test_a_day_with_more_than_fits_says_how_many(by: Actor) -> None:
    for hour in range(9):
        make.course(by, meetings=1, first=TODAY + dt.timedelta(hours=hour), name=f"Kl. {hour}")
    make.course(by, meetings=1, first=TOMORROW)
    with acting(by):
        monday, tuesday, *_ = calendar(by, *WEEK, CalendarFilters(), most=4)
    assert ([e.name for e in monday.entries], monday.more) == ([f"Kl. {n}" for n in range(4)], 5)
    assert (len(tuesday.entries), tuesday.more) == (1, 0)


@pytest.mark.parametrize(
    ("day", "time", "shown"),
    [("2026-03-01", (23, 59), False), ("2026-03-02", (0, 0), True), ("2026-03-08", (23, 59), True),
     ("2026-03-09", (0, 0), False)],
)  # fmt: skip
def test_a_week_is_danish(by: Actor, day: str, time: tuple[int, int], *, shown: bool) -> None:
    starts = clock.danish_time(dt.date.fromisoformat(day), dt.time(*time))
    make.course(by, meetings=1, first=starts)
    assert bool(entries(by)) is shown


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_week_in_which_the_clocks_change_has_seven_days(
    grant: Grant, by: Actor, day: str
) -> None:
    sunday = dt.date.fromisoformat(day)
    for time in (dt.time(0, 30), dt.time(23, 30)):
        make.course(by, meetings=1, first=clock.danish_time(sunday, time), name=f"{time:%H}")
    with acting(by):
        days = calendar(by, sunday, sunday, CalendarFilters(), most=9)
    assert [entry.name for entry in days[0].entries] == ["00", "23"]
    page = signed_in(grant).get(f"/hold/uge/?dag={day}").content.decode()
    assert page.count("<time ") == 2


def test_closed_days_and_holidays_are_marked(grant: Grant, by: Actor) -> None:
    home = make.home(by)
    ClosingDay.objects.create(municipality=home, on=dt.date(2026, 4, 1), reason="Personaledag")
    ClosingDay.objects.create(municipality=home, on=dt.date(2026, 3, 31))
    elsewhere = make.municipality(agreement_of(by))
    ClosingDay.objects.create(municipality=elsewhere, on=dt.date(2026, 3, 30), reason="Deres")
    for path in ("/hold/uge/?dag=2026-04-01", "/hold/maaned/?dag=2026-04-01"):
        page = signed_in(grant).get(path).content.decode()
        assert "Lukkedag: Personaledag" in page
        assert page.count("Lukkedag<") == 1
        assert "Skærtorsdag" in page
        assert "Langfredag" in page
        assert "Deres" not in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/hold/uge/", ["Uge 10", "2. marts – 8. marts 2026", "dag=2026-02-23", "dag=2026-03-09"]),
        ("/hold/uge/?dag=2027-01-03", ["Uge 53", "28. december", "3. januar 2027", "Denne uge"]),
        ("/hold/maaned/", ["marts 2026", "dag=2026-02-01", "dag=2026-04-01"]),
        ("/hold/maaned/?dag=2026-12-31", ["december 2026", "dag=2027-01-01", "Juledag"]),
        ("/hold/uge/?dag=2026-02-30", ["Uge 10"]),
        ("/hold/uge/?dag=9999-12-31", ["Uge 10"]),
        ("/hold/maaned/?dag=0001-01-01&kommune=x", ["marts 2026"]),
    ],
)
def test_the_ways_through_time(grant: Grant, path: str, words: list[str]) -> None:
    page = signed_in(grant).get(path)
    assert page.status_code == 200
    assert [one for one in words if one not in page.content.decode()] == []


def test_whose_is_kept_on_the_way(grant: Grant, by: Actor, other: Actor) -> None:
    make.course(other, meetings=1, first=TODAY, name="Deres")
    client = signed_in(grant)
    assert "Deres" not in client.get("/hold/uge/").content.decode()
    page = client.get("/hold/uge/?kommune=alle&mine=").content.decode()
    assert "Deres" in page
    assert "kommune=alle&amp;dag=2026-03-09" in page
    leader = signed_in(leader_of(by)).get("/hold/uge/").content.decode()
    assert "Deres" in leader
    assert "Kun mine" not in leader, "a project leader is at no meeting"


def test_struck_through_and_said_aloud(grant: Grant, by: Actor) -> None:
    course = make.course(by, meetings=1, first=TODAY)
    cancelled(course.all_meetings.get())
    for path in ("/hold/uge/", "/hold/maaned/"):
        page = signed_in(grant).get(path).content.decode()
        assert "entry-cancelled" in page
        assert '<span class="sr-only">Aflyst: </span>' in page


# ---- how much is asked ---------------------------------------------------------------------------

# Each page's own questions; who is signed in and as whom are two more, and two savepoints.
ASKED = {"/hold/?kommune=alle": 3, "/hold/uge/?kommune=alle": 4, "/hold/maaned/?kommune=alle": 4}


@pytest.mark.parametrize("path", ASKED)
def test_how_much_is_asked_whatever_there_is(
    grant: Grant, by: Actor, other: Actor, path: str, django_assert_num_queries: Any
) -> None:
    client = signed_in(grant)
    for rows in (1, 3):
        for who in (by, other):
            for _each in range(rows):
                course = make.course(who, meetings=6, first=TODAY + dt.timedelta(hours=rows))
                staffed(course.all_meetings.latest("starts_at"), make.actor())
        client.get(path)
        with django_assert_num_queries(ASKED[path] + 4):
            assert client.get(path).status_code == 200
