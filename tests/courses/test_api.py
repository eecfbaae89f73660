"""GET /api/v1/courses: what anybody may read, from any site, a page at a time."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from courses.models import Course, Staffing
from courses.states import CourseKind, CourseState, MeetingForm, Target
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Agreement
from tests import make
from tests.roegfri.api import calls

pytestmark = pytest.mark.django_db
AT = make.MONDAY
LIST = "/api/v1/courses"
SOON = AT + dt.timedelta(days=1, hours=8)
WEEK = dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def on_monday() -> Iterator[Any]:
    with time_machine.travel(AT, tick=False) as travelled:
        yield travelled


@pytest.fixture
def mette() -> Actor:
    home = make.municipality(name="Hvidovre Kommune")
    return make.actor(make.grant(Role.COORDINATOR, home))


@pytest.fixture
def neighbour(mette: Actor) -> Actor:
    agreed = Agreement.objects.get(memberships__municipality=mette.organisation_id)
    return make.actor(make.grant(Role.COORDINATOR, make.municipality(agreed)))


def asked(**given: Any) -> str:
    return f"{LIST}?{urlencode(given, doseq=True)}" if given else LIST


def got(path: str = LIST, **headers: str) -> Any:
    response = calls.get(path, **headers)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def names(**given: Any) -> list[str]:
    return [one["name"] for one in got(asked(**given))["courses"]]


def put(course: Course, **columns: Any) -> None:
    with acting(hosting(make.SYSTEM, course.host_id)), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(**columns)


def several(by: Actor, number: int) -> list[Course]:
    return [
        make.course(by, meetings=2, first=SOON + dt.timedelta(hours=hour), name=f"Hold {hour:02d}")
        for hour in range(number)
    ]


def whole(**given: Any) -> Iterator[list[str]]:
    """The names of one page after the other, as `next` leads."""
    path: str | None = asked(**given)
    while path:
        page = got(path)
        yield [one["name"] for one in page["courses"]]
        path = page["next"]


# ---- what is told --------------------------------------------------------------------------------


def test_a_course_is_told_with_its_meetings_and_addresses(mette: Actor) -> None:
    home = make.home(mette)
    room = make.venue(home, name="Sundhedshuset").rooms.get()
    course = make.course(mette, meetings=2, first=SOON, name="Tirsdag", room=room, capacity=3)
    page = got()
    (one,) = page["courses"]
    assert (page["total"], page["next"]) == (1, None)
    assert one["id"] == str(course.pk)
    assert one["municipality"] == {
        "code": home.code, "name": "Hvidovre Kommune", "phone": home.phone
    }  # fmt: skip
    assert one["place"]["venue"] == "Sundhedshuset"
    assert (one["seats"], one["meetings"], one["kind"]) == ("few", 2, "group")
    assert [meeting["number"] for meeting in one["coming"]] == [1, 2]
    assert one["coming"][0]["starts_at"] == "2026-03-03T17:00:00+01:00"
    assert one["url"] == f"http://testserver/find-hold/{course.pk}/"
    assert one["calendar"] == f"http://testserver/find-hold/{course.pk}.ics"
    assert got(f"{LIST}/{course.pk}") == one


def test_addresses_stand_under_a_name_that_tells_nothing(mette: Actor, settings: Any) -> None:
    settings.PUBLIC_HOSTS = ["tilmeld.example.dk"]
    make.course(mette, meetings=1, first=SOON)
    (one,) = got()["courses"]
    assert one["url"].startswith("http://tilmeld.example.dk/find-hold/")


@pytest.mark.parametrize(
    "columns",
    [
        {"listed": False},
        {"state": CourseState.DRAFT},
        {"state": CourseState.FINISHED, "finished_at": AT},
        {"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "Få"},
    ],
)
def test_what_is_not_listed_is_not_there(mette: Actor, columns: dict[str, Any]) -> None:
    course = make.course(mette, meetings=1, first=SOON)
    put(course, **columns)
    assert got()["courses"] == []
    calls.problem(calls.get(f"{LIST}/{course.pk}"), 404, "not-found")


def test_nothing_personal_is_told(mette: Actor) -> None:
    """A canary in everything that is a person's, and in what only staff may read."""
    canary = "Kanariefugl"
    grant = make.grant(Role.COUNSELLOR, make.home(mette))
    User.objects.filter(pk=grant.user_id).update(name=canary)
    course = make.course(mette, meetings=2, first=SOON, concept=canary)
    case = make.referral(mette, given_names=canary, text=canary, surname=canary)
    make.enrolment(course, case, mette)
    with acting(hosting(make.SYSTEM, course.host_id)), transaction.atomic():
        for one in course.all_meetings.all():
            Staffing.objects.create(
                meeting=one, counsellor=grant.user, starts_at=one.starts_at, ends_at=one.ends_at
            )
    for path in (LIST, f"{LIST}/{course.pk}"):
        said = calls.get(path).content.decode()
        assert canary not in said
        assert str(case.pk) not in said
        assert str(grant.user_id) not in said
        assert "seats_taken" not in said


# ---- what it is narrowed to ----------------------------------------------------------------------


def test_every_filter_narrows(mette: Actor, neighbour: Actor) -> None:
    here, there = make.home(mette), make.home(neighbour)
    agreement = Agreement.objects.get(memberships__municipality=here)
    make.course(mette, meetings=1, first=SOON, name="Tirsdag")
    make.course(neighbour, meetings=1, first=SOON + dt.timedelta(days=1), name="Onsdag")
    make.course(mette, name="Alene", kind=CourseKind.INDIVIDUAL)
    make.course(mette, meetings=1, first=SOON + WEEK, name="Tyrkisk", language="Tyrkisk")
    assert names() == ["Tirsdag", "Onsdag", "Tyrkisk", "Alene"]
    assert names(municipality=there.code) == ["Onsdag"]
    assert names(municipality=f"0{there.code}") == ["Onsdag"]
    assert names(weekday=3) == ["Onsdag", "Alene"]
    assert names(weekday=[2, 3]) == ["Tirsdag", "Onsdag", "Tyrkisk", "Alene"]
    assert names(language=["tyrkisk"]) == ["Tyrkisk"]
    assert names(kind="individual") == ["Alene"]
    assert names(kind=["individual", "group"], municipality=there.code) == ["Onsdag"]
    assert len(names(agreement=agreement.slug)) == 4
    assert names(agreement="en-anden") == names(municipality="999") == []


def test_a_postcode_puts_the_nearest_first(mette: Actor) -> None:
    home = make.home(mette)
    for name, postcode, town in (("Langt", "8000", "Aarhus C"), ("Nær", "2650", "Hvidovre")):
        room = make.venue(home, postcode=postcode, town=town).rooms.get()
        make.course(mette, meetings=1, first=SOON, name=name, room=room)
    said = got(asked(postcode="2600", max_km=400))["courses"]
    assert [one["name"] for one in said] == ["Nær", "Langt"]
    assert 0 < said[0]["km"] < 10 < 100 < said[1]["km"]
    assert names(postcode="2600") == ["Nær"]
    assert [one["km"] for one in got()["courses"]] == [None, None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"municipality": "16"}, "municipality"),
        ({"municipality": "١٦٧"}, "municipality"),
        ({"agreement": "Røgfri på Tværs"}, "agreement"),
        ({"weekday": "0"}, "weekday.0"),
        ({"weekday": "tirsdag"}, "weekday.0"),
        ({"weekday": ["1"] * 8}, "weekday"),
        ({"kind": "hold"}, "kind.0"),
        ({"language": "x" * 41}, "language.0"),
        ({"language": "Dansk\u202e\nx"}, "language.0"),
        ({"postcode": "26500"}, "postcode"),
        ({"max_km": "-1"}, "max_km"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"cursor": "x" * 601}, "cursor"),
        ({"cursor": "hej"}, "cursor"),
        ({"cursor": "W10:abc"}, "cursor"),
        ({"kommune": "167"}, "kommune"),
        ({"limit": ""}, "limit"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    assert field in calls.faults(calls.get(asked(**given)))


def test_empty_words_narrow_nothing_and_a_language_may_be_asked_for(mette: Actor) -> None:
    make.course(mette, meetings=1, first=SOON, name="Tirsdag")
    assert names(municipality="", agreement="", postcode="", cursor="", sprog="en") == ["Tirsdag"]
    english = calls.problem(calls.get(asked(limit=0), **{"Accept-Language": "en"}), 400, "invalid")
    danish = calls.problem(calls.get(asked(limit=0), **{"Accept-Language": "da"}), 400, "invalid")
    assert danish["title"] == "Nogle felter er ikke, som de skal være"
    assert english["type"] == danish["type"]
    # Nothing was to be saved.
    assert danish["detail"] == "Ret de felter, der står under «errors», og kald igen."


@pytest.mark.parametrize("tail", ["%00", "limit=%00", "%ff%fe", "cursor=%ed%a0%80", "a" * 3000])
def test_bytes_that_nobody_types_are_answered_in_words(tail: str) -> None:
    response = calls.get(f"{LIST}?{tail}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"


# ---- a page at a time ----------------------------------------------------------------------------


def test_pages_hold_every_course_once(mette: Actor) -> None:
    several(mette, 7)
    make.course(mette, name="Alene", kind=CourseKind.INDIVIDUAL)
    pages = list(whole(limit=3))
    assert [len(page) for page in pages] == [3, 3, 2]
    every = [name for page in pages for name in page]
    assert every == names(limit=100)
    assert list(whole(limit=8)) == [every]


def test_who_comes_and_goes_meanwhile_moves_nobody_else(mette: Actor, on_monday: Any) -> None:
    courses = several(mette, 8)
    pages = whole(limit=3)
    assert next(pages) == ["Hold 00", "Hold 01", "Hold 02"]
    put(courses[1], listed=False)
    put(courses[2], state=CourseState.CANCELLED, cancelled_at=AT, cancel_reason="Få")
    make.course(mette, meetings=1, first=SOON - dt.timedelta(hours=1), name="Ny i front")
    make.course(mette, meetings=1, first=SOON + dt.timedelta(hours=3, minutes=30), name="Ny bagest")
    put(courses[4], listed=False)
    on_monday.shift(dt.timedelta(minutes=30))
    assert next(pages) == ["Hold 03", "Ny bagest", "Hold 05"]
    assert next(pages) == ["Hold 06", "Hold 07"]


def test_what_begins_between_two_pages_stands_where_it_stood(mette: Actor, on_monday: Any) -> None:
    """Control: in the list of that later moment it would come again, further back."""
    minutes = [10, 20, 40, 50]
    for number, after in enumerate(minutes):
        first = AT + dt.timedelta(minutes=after)
        make.course(mette, meetings=2, first=first, name=f"Hold {number}")
    pages = whole(limit=2)
    assert next(pages) == ["Hold 0", "Hold 1"]
    on_monday.shift(dt.timedelta(minutes=45))
    assert next(pages) == ["Hold 2", "Hold 3"]
    assert list(pages) == []
    assert names() == ["Hold 3", "Hold 0", "Hold 1", "Hold 2"]


def test_a_cursor_belongs_to_its_search_and_holds_for_an_hour(mette: Actor, on_monday: Any) -> None:
    several(mette, 4)
    address = got(asked(limit=2))["next"]
    assert len(got(f"{address}&sprog=en")["courses"]) == 2
    other = calls.faults(calls.get(f"{address}&kind=group"))
    assert "anden søgning" in other["cursor"]
    spoilt = address[:-1] + ("A" if address[-1] != "A" else "B")
    assert "cursor" in calls.faults(calls.get(spoilt))
    on_monday.shift(dt.timedelta(minutes=61 + 5))
    assert "for gammel" in calls.faults(calls.get(address))["cursor"]


def test_a_page_costs_the_same_however_many_courses_there_are(mette: Actor) -> None:
    counted = []
    for _ in range(2):
        several(mette, 6)
        with CaptureQueriesContext(connection) as said:
            got(asked(limit=3))
        counted.append(len(said))
    assert counted[0] == counted[1] <= 6


# ---- kept, compared, read by other sites ---------------------------------------------------------


def test_it_is_kept_for_a_minute_and_not_sent_again(mette: Actor, on_monday: Any) -> None:
    courses = several(mette, 3)
    first = calls.get(asked(limit=2))
    assert first["Cache-Control"] == "public, max-age=60"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    etag = first["ETag"]
    # Only where it goes on is another by now.
    on_monday.shift(dt.timedelta(minutes=7))
    for sent in (etag, f'"x", {etag}', etag.removeprefix("W/"), "*"):
        again = calls.get(asked(limit=2), **{"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Cache-Control"]) == (etag, "public, max-age=60")
        assert again["Access-Control-Allow-Origin"] == "*"
        assert "Accept-Language" in again["Vary"]
    assert calls.get(asked(limit=2), **{"If-None-Match": '"x"'}).status_code == 200
    put(courses[0], name="Et andet navn")
    changed = calls.get(asked(limit=2), **{"If-None-Match": etag})
    assert (changed.status_code, changed["ETag"] == etag) == (200, False)


def test_one_course_is_compared_too(mette: Actor) -> None:
    (course,) = several(mette, 1)
    path = f"{LIST}/{course.pk}"
    etag = calls.get(path)["ETag"]
    assert calls.get(path, **{"If-None-Match": etag}).status_code == 304
    make.enrolment(course, make.referral(mette), mette)
    assert calls.get(path, **{"If-None-Match": etag}).status_code == 304  # seats as before: free
    put(course, capacity=1)
    assert calls.get(path, **{"If-None-Match": etag}).status_code == 200


def test_pages_of_any_site_may_read_it_and_nothing_else(mette: Actor) -> None:
    client = Client()
    for path in (LIST, f"{LIST}/{uuid.uuid4()}", asked(limit=0)):
        response = client.get(path, headers={"Origin": "https://www.hvidovre.dk"})
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
        asked_first = client.options(path, headers={"Origin": "https://www.hvidovre.dk"})
        assert (asked_first.status_code, asked_first.content) == (204, b"")
        assert asked_first["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert asked_first["Access-Control-Allow-Headers"] == "Accept-Language, If-None-Match"
    for path in (
        "/api/v1/coursesx", "/api/v1/referrals", "/api/v1/openapi.json", "/api/v1/docs",
        f"/api/v1/referrals/{uuid.uuid4()}", "/find-hold/", "/tilmeld/", "/healthz",
    ):  # fmt: skip
        for method in ("get", "options"):
            response = getattr(client, method)(path, headers={"Origin": "https://www.hvidovre.dk"})
            assert "Access-Control-Allow-Origin" not in response, (path, method)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(method: str) -> None:
    response = getattr(Client(), method)(LIST)
    calls.problem(response, 405, "method-not-allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_head_says_the_same_without_a_body(mette: Actor) -> None:
    several(mette, 1)
    head, whole_one = Client().head(LIST), Client().get(LIST)
    assert head.content == b""
    assert head["ETag"] == whole_one["ETag"]


def test_a_session_or_a_key_makes_no_difference(mette: Actor, client: Client) -> None:
    course = make.course(mette, meetings=1, first=SOON, name="Skjult", listed=False)
    make.course(mette, meetings=1, first=SOON, name="Vist")
    client.force_login(User.objects.get(pk=mette.person))
    response = client.get(LIST)
    assert [one["name"] for one in json.loads(response.content)["courses"]] == ["Vist"]
    assert response.cookies == {}
    secret = make.token(make.home(mette))[1]
    assert names() == [one["name"] for one in got(LIST, **calls.key(secret))["courses"]]
    assert calls.get(LIST, "rgf_nonsense").status_code == 200
    calls.problem(calls.get(f"{LIST}/{course.pk}", secret), 404, "not-found")


def test_too_many_from_one_address_wait_and_others_do_not(mette: Actor, settings: Any) -> None:
    settings.API_REQUESTS = 3
    several(mette, 1)
    for _ in range(3):
        assert Client().get(LIST, REMOTE_ADDR="192.0.2.1").status_code == 200
    response = Client().get(f"{LIST}/{uuid.uuid4()}", REMOTE_ADDR="192.0.2.1")
    calls.problem(response, 429, "too-many-requests")
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert Client().get(LIST, REMOTE_ADDR="192.0.2.2").status_code == 200


def test_where_a_meeting_is_follows_the_meeting(mette: Actor) -> None:
    room = make.venue(make.home(mette), name="Sundhedshuset").rooms.get()
    other = make.venue(make.home(mette), name="Biblioteket").rooms.get()
    course = make.course(mette, room=room, target=Target.PREGNANT)
    make.meeting(course, SOON, room=other)
    make.meeting(course, SOON + WEEK, form=MeetingForm.PHONE)
    (one,) = got()["courses"]
    assert one["target"] == "pregnant"
    assert one["place"]["venue"] == "Sundhedshuset"
    assert one["coming"][0]["place"]["venue"] == "Biblioteket"
    assert (one["coming"][1]["form"], one["coming"][1]["place"]) == ("phone", None)
