"""Calendars by a secret link: what is written is read back, and tells nobody anything."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client, RequestFactory

from courses.commands.feeds import end_feed, make_feed, renew_feed
from courses.exports import ical
from courses.models import Feed, Meeting, Staffing
from courses.queries.feeds import Event
from courses.rules.neutral import is_telling
from courses.states import CourseKind, MeetingForm, MeetingState
from courses.views.feeds import GUESSES, READINGS, WINDOW
from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.public.strangers import address_mark
from roegfri.refusal import Refusal
from tests import make

TODAY = make.MONDAY
SMOKING = re.compile(r"ryge|røg|roeg|kvit|smok|stopbas", re.IGNORECASE)


def event(**given: Any) -> Event:
    usual: dict[str, Any] = {
        "id": uuid.UUID(int=7),
        "starts_at": TODAY,
        "ends_at": TODAY + dt.timedelta(hours=2),
        "revision": 0,
        "state": MeetingState.PLANNED,
        "appointment": False,
        "intake": False,
        "form": MeetingForm.IN_PERSON,
        "kind": CourseKind.GROUP,
        "number": 3,
        "meetings": 6,
        "host_name": "Hvidovre Kommune",
        "place": "Sundhedshuset",
        "room": "Lokale 2",
        "street": "Prøvevej 1",
        "postcode": "2650",
        "town": "Hvidovre",
    }
    return Event(**{**usual, **given})


# ---- reading it back, as RFC 5545 says -----------------------------------------------------------


def lines_of(raw: bytes) -> list[str]:
    """The content lines: every line ends with CRLF, none is longer than 75 octets, and what begins
    with a space goes on from the line before."""
    assert raw.endswith(b"\r\n")
    physical = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert not [one for one in physical if b"\r" in one or b"\n" in one]
    assert max(len(one) for one in physical) <= 75
    for one in physical:
        one.decode()  # no letter is cut in two
    unfolded = raw.replace(b"\r\n ", b"").decode()
    return unfolded.removesuffix("\r\n").split("\r\n")


def unescaped(value: str) -> str:
    meant = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}
    return re.sub(r"\\[\\;,nN]", lambda found: meant[found[0]], value)


def events_of(raw: bytes) -> list[dict[str, str]]:
    lines = lines_of(raw)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "VERSION:2.0" in lines
    found: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        assert re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[A-Z]+)*", name), line
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and not line.startswith(("BEGIN:", "END:")):
            assert name not in found[-1], f"{name} twice"
            found[-1][name] = value
    return found


def written(*events: Event) -> bytes:
    return ical.written(events, name="Kalender", at=TODAY)


def test_a_meeting_as_it_is_read_back() -> None:
    (found,) = events_of(written(event(revision=2)))
    assert found == {
        "UID": "00000000-0000-0000-0000-000000000007",
        "DTSTAMP": "20260302T080000Z",
        "DTSTART": "20260302T080000Z",
        "DTEND": "20260302T100000Z",
        "SEQUENCE": "2",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "CLASS": "PRIVATE",
        "SUMMARY": "Mødegang 3 af 6 · Sundhedshuset",
        "LOCATION": "Sundhedshuset\\, Lokale 2\\, Prøvevej 1\\, 2650 Hvidovre",
    }


def test_an_empty_calendar_is_one() -> None:
    assert events_of(written()) == []


@pytest.mark.parametrize(
    ("given", "summary"),
    [
        ({}, "Mødegang 3 af 6 · Sundhedshuset"),
        ({"kind": CourseKind.OPEN}, "Mødegang · Sundhedshuset"),
        ({"appointment": True, "number": 0}, "Aftale · Sundhedshuset"),
        ({"intake": True}, "Indledende samtale · Sundhedshuset"),
        ({"form": MeetingForm.PHONE, "place": ""}, "Mødegang 3 af 6 · Telefon"),
        ({"form": MeetingForm.VIDEO}, "Mødegang 3 af 6 · Video"),
        ({"place": ""}, "Mødegang 3 af 6 · Hvidovre Kommune"),
        ({"place": "Rygestopcaféen"}, "Mødegang 3 af 6 · Hvidovre Kommune"),
        ({"state": MeetingState.CANCELLED, "number": 0}, "Aflyst: Mødegang · Sundhedshuset"),
    ],
)
def test_titles(given: dict[str, Any], summary: str) -> None:
    (found,) = events_of(written(event(**given)))
    assert unescaped(found["SUMMARY"]) == summary
    assert not SMOKING.search(str(found))


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("Rygestopcaféen", True),
        ("Kom & Kvit", True),
        ("Røgfri Hus", True),
        ("ROEGFRI", True),
        ("Center for tobaksforebyggelse", True),
        ("Byens Rygestop", True),
        ("Brøgger", False),
        ("Kvitteringsvej 3", False),
        ("Sundhedshuset Hvidovre", False),
        ("Frikvarteret", False),
    ],
)
def test_what_tells(text: str, *, tells: bool) -> None:
    assert is_telling(text) is tells


# ---- odd text ------------------------------------------------------------------------------------

LETTERS = [
    *"abc æøå ÆØÅ é ß ж 漢 字 😀 👩🏽‍⚕️ 𝔘",
    *",;:\\\"'|<>&=()[]{}\t\n",
    "\r\n",
    "\r",
    "\\n",
    "\\N",
    "\u2028",
    "\u2029",
    "\u0085",
    "\x00",
    "\x0b",
    "\x1b",
    "\ud800",
    "BEGIN:VEVENT",
    "\r\nATTENDEE:mailto:x@example.test",
    "Ж" * 40,
    "😀" * 20,
]
KEPT_OUT = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def odd_names() -> Iterator[str]:
    dice = Random(5545)
    for _ in range(1000):
        yield "".join(dice.choice(LETTERS) for _ in range(dice.randint(0, 60)))


def expected(name: str) -> str:
    return KEPT_OUT.sub("", name.replace("\r\n", "\n").replace("\r", "\n"))


def test_a_thousand_odd_names_come_back_as_they_were() -> None:
    names = list(odd_names())
    found = events_of(written(*[event(place=f"X{name}") for name in names]))
    assert len(found) == 1000
    for name, one in zip(names, found, strict=True):
        assert unescaped(one["SUMMARY"]) == f"Mødegang 3 af 6 · X{expected(name)}"
        assert set(one) <= PROPERTIES


PROPERTIES = {
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SEQUENCE",
    "STATUS",
    "TRANSP",
    "CLASS",
    "SUMMARY",
    "LOCATION",
}


def test_control_folding_by_letters_is_found_out() -> None:
    """The reading above fails for a line that is broken after 75 letters, or within one."""
    line = "SUMMARY:" + "ø" * 100
    by_letters = f"{line[:75]}\r\n {line[75:]}\r\n".encode()
    by_octets = line.encode()[:74] + b"\r\n " + line.encode()[74:] + b"\r\n"
    for wrong in (by_letters, by_octets[:73] + b"\r\n " + by_octets[73:]):
        with pytest.raises((AssertionError, UnicodeDecodeError)):
            lines_of(wrong)


@pytest.mark.parametrize("length", range(60, 90))
def test_a_line_of_any_length_is_folded_where_it_must_be(length: int) -> None:
    for letter, octets in (("x", 1), ("ø", 2), ("漢", 3), ("😀", 4)):
        line = letter * length
        raw = ical.folded(line)
        assert raw.replace(b"\r\n ", b"") == line.encode() + b"\r\n"
        physical = raw.split(b"\r\n")[:-1]
        assert all(75 - octets < len(one) <= 75 for one in physical[:-1])


# ---- the change of the clocks --------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25", "2026-12-01"]
)
def test_half_past_four_is_half_past_four_all_the_year(day: str) -> None:
    starts = clock.danish_time(dt.date.fromisoformat(day), dt.time(16, 30))
    (found,) = events_of(written(event(starts_at=starts, ends_at=starts + dt.timedelta(hours=2))))
    read = dt.datetime.strptime(found["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    assert (
        read.astimezone(ZoneInfo("Europe/Copenhagen")).strftime("%Y-%m-%d %H.%M") == f"{day} 16.30"
    )


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    events = [event(starts_at=first + n * dt.timedelta(hours=1)) for n in (0, 1)]
    assert [one["DTSTART"] for one in events_of(written(*events))] == [
        "20261025T003000Z",
        "20261025T013000Z",
    ]


# ---- the link ------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


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


def staffed(meeting: Meeting, who: Actor) -> Staffing:
    with acting(hosting(make.SYSTEM, meeting.course.host_id)):
        return Staffing.objects.create(meeting=meeting, counsellor_id=who.person)


def linked(by: Actor, course: Any = None) -> Feed:
    with acting(by):
        return make_feed(course, by=by, at=TODAY)


def read(feed: Feed) -> Any:
    return Client().get(f"/kalender/{feed.secret}.ics")


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def test_a_counsellors_own_meetings_and_nobody_elses(by: Actor) -> None:
    course = make.course(by, meetings=3, first=TODAY + dt.timedelta(days=1), name="Rygestop Syd")
    colleague = make.actor(make.grant(organisation=make.home(by)))
    first, second, third = course.all_meetings.order_by("starts_at")
    staffed(first, by)
    staffed(third, by)
    staffed(second, colleague)
    response = read(linked(by))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    found = events_of(response.content)
    assert [one["UID"] for one in found] == [str(first.pk), str(third.pk)]
    assert [one["SUMMARY"].split(" · ")[0] for one in found] == [
        "Mødegang 1 af 3",
        "Mødegang 3 af 3",
    ]


def test_nothing_personal_and_not_what_it_is_about(by: Actor) -> None:
    course = make.course(by, meetings=1, first=TODAY + dt.timedelta(days=1), name="Kom & Kvit nu")
    case = make.referral(by, surname="Kanariefugl", text="Hemmelig tekst")
    enrolment = make.enrolment(course, case, by)
    appointment = make.appointment(enrolment, TODAY + dt.timedelta(days=2), by)
    staffed(appointment, by)
    staffed(course.all_meetings.get(appointment=False), by)
    for feed in (linked(by), linked(by, course)):
        text = read(feed).content.decode()
        for canary in ("Kanariefugl", "Nancy", "Hemmelig", "20123456", "Kom & Kvit", by.name):
            assert canary not in text
        assert str(enrolment.pk) not in text
        assert not SMOKING.search(text)
    own = events_of(read(linked(by)).content)
    assert own[1]["SUMMARY"].startswith("Aftale · ")
    assert len(events_of(read(linked(by, course)).content)) == 1, "no appointment of a participant"


def test_a_moved_and_a_cancelled_meeting(by: Actor) -> None:
    course = make.course(by, meetings=2, first=TODAY + dt.timedelta(days=1))
    first, second = course.all_meetings.order_by("starts_at")
    feed = linked(by, course)
    before = events_of(read(feed).content)
    with acting(hosting(make.SYSTEM, course.host_id)):
        Meeting.objects.filter(pk=first.pk).update(
            starts_at=first.starts_at + dt.timedelta(days=1),
            ends_at=first.ends_at + dt.timedelta(days=1),
            revision=1,
        )
        cancelled = {"state": MeetingState.CANCELLED, "cancel_reason": "Sygdom"}
        Meeting.objects.filter(pk=second.pk).update(**cancelled)
    after = events_of(read(feed).content)
    assert [one["UID"] for one in before] == [one["UID"] for one in after]
    assert [one["SEQUENCE"] for one in after] == ["1", "0"]
    assert [one["STATUS"] for one in after] == ["CONFIRMED", "CANCELLED"]
    assert after[0]["DTSTART"] == "20260304T080000Z"
    assert after[0]["SUMMARY"].startswith("Mødegang 1 af 1"), "which one it is, is counted anew"
    assert "Sygdom" not in read(feed).content.decode()


def test_what_is_long_past_is_left_out_of_ones_own(by: Actor) -> None:
    course = make.course(by)
    for days in (-120, -80, 3):
        staffed(make.meeting(course, TODAY + dt.timedelta(days=days)), by)
    assert len(events_of(read(linked(by)).content)) == 2


@pytest.mark.parametrize("secret", ["x", "x" * 200, "a b", "æøå", "%2e%2e", "..", "'--"])
def test_an_unknown_secret_opens_nothing(by: Actor, secret: str) -> None:
    linked(by)
    response = Client().get(f"/kalender/{secret}.ics")
    assert response.status_code == 404
    assert not response.cookies


def test_an_ended_link_opens_nothing(by: Actor) -> None:
    feed = linked(by)
    with acting(by):
        end_feed(feed, by=by, at=TODAY)
        end_feed(feed, by=by, at=TODAY)
    assert read(feed).status_code == 404
    assert acts() == ["feed.made", "feed.ended"]


def acts() -> list[str]:
    with acting(make.SYSTEM):
        lines = AuditEvent.objects.filter(act__startswith="feed.").order_by("seq")
        return list(lines.values_list("act", flat=True))


def test_a_renewed_link_ends_the_old(by: Actor) -> None:
    old = linked(by)
    assert linked(by).pk == old.pk, "made twice it is one"
    with acting(by):
        new = renew_feed(old, by=by, at=TODAY)
        assert renew_feed(old, by=by, at=TODAY).pk == new.pk, "renewed twice it is one other"
    assert new.secret != old.secret
    assert (read(old).status_code, read(new).status_code) == (404, 200)


@pytest.mark.parametrize("left", ["closed", "no role", "only finance"])
def test_whoever_has_left_keeps_no_calendar(grant: Grant, by: Actor, left: str) -> None:
    feed = linked(by)
    assert read(feed).status_code == 200
    if left == "closed":
        grant.user.is_active = False
        grant.user.save()
    else:
        grant.until_on = TODAY.date() - dt.timedelta(days=1)
        grant.save()
    if left == "only finance":
        make.grant(Role.FINANCE, grant.organisation, grant.user)
    assert read(feed).status_code == 404


def test_a_browser_that_is_signed_in_is_nobody_there(grant: Grant, by: Actor) -> None:
    feed = linked(by)
    response = signed_in(grant).get(f"/kalender/{feed.secret}.ics")
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert Client().post(f"/kalender/{feed.secret}.ics").status_code == 405
    assert Client().head(f"/kalender/{feed.secret}.ics").status_code == 200


def test_a_neutral_name_serves_it_and_stands_in_the_link(
    grant: Grant, by: Actor, settings: Any
) -> None:
    settings.PUBLIC_HOSTS = ["aftale.example"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "aftale.example"]
    feed = linked(by)
    response = Client().get(f"/kalender/{feed.secret}.ics", headers={"Host": "aftale.example"})
    assert response.status_code == 200
    page = signed_in(grant).get("/min-kalender/").content.decode()
    assert f"http://aftale.example/kalender/{feed.secret}.ics" in page


def test_how_often_it_is_read_and_guessed_is_limited(by: Actor) -> None:
    feed = linked(by)
    counted(f"calendar:{feed.pk}", READINGS - 1)
    assert [read(feed).status_code for _ in range(3)] == [200, 429, 429]
    assert int(read(feed)["Retry-After"]) == WINDOW.total_seconds()
    counted(f"calendar-guess:{address_mark(RequestFactory().get('/'), TODAY)}", GUESSES - 1)
    guesses = [Client().get(f"/kalender/{n}.ics").status_code for n in range(3)]
    assert guesses == [404, 429, 429]
    other = linked(make.actor())
    assert read(other).status_code == 200, "whoever has a secret is not kept out by others' guesses"


def counted(key: str, times: int) -> None:
    for _ in range(times):
        assert limits.take(key, limit=times, window=WINDOW, at=TODAY)


def test_reading_asks_little(by: Actor, django_assert_max_num_queries: Any) -> None:
    course = make.course(by, meetings=6, first=TODAY)
    for meeting in course.all_meetings.all():
        staffed(meeting, by)
    feed = linked(by)
    # savepoint, the link, whether she works here, the count, the meetings, savepoint
    with django_assert_max_num_queries(6):
        assert len(events_of(read(feed).content)) == 6


# ---- the pages -----------------------------------------------------------------------------------


def test_the_page_makes_renews_and_ends_ones_own(grant: Grant, by: Actor) -> None:
    client = signed_in(grant)
    assert "Lav et link" in client.get("/min-kalender/").content.decode()
    for _twice in range(2):
        assert client.post("/min-kalender/", {"act": "make"}).status_code == 302
    feed = only()
    page = client.get("/min-kalender/").content.decode()
    assert f"http://testserver/kalender/{feed.secret}.ics" in page
    assert f"webcal://testserver/kalender/{feed.secret}.ics" in page
    for _twice in range(2):
        renew = client.post("/min-kalender/", {"act": "renew", "link": feed.pk})
        assert renew.status_code == 302
    new = only()
    assert new.secret != feed.secret
    stale = client.post("/min-kalender/", {"act": "end", "link": feed.pk})
    assert stale.status_code == 422
    assert "Det nye står nedenfor" in stale.content.decode()
    assert client.post("/min-kalender/", {"act": "end", "link": new.pk}).status_code == 302
    assert not live()
    assert client.post("/min-kalender/", {"act": "explode"}).status_code == 422


def live() -> list[Feed]:
    with acting(make.SYSTEM):
        return list(Feed.objects.filter(ended_at=None))


def only() -> Feed:
    (found,) = live()
    return found


def test_a_courses_link_is_its_hosts(grant: Grant, by: Actor) -> None:
    course = make.course(by, meetings=2, first=TODAY + dt.timedelta(days=1))
    path = f"/hold/{course.pk}/kalender/"
    assert signed_in(grant).post(path, {"act": "make"}).status_code == 302
    assert only().course_id == course.pk
    with acting(make.SYSTEM):
        agreement = make.home(by).memberships.get().agreement
    neighbour = make.grant(organisation=make.municipality(agreement))
    assert signed_in(neighbour).get(path).status_code == 404
    assert signed_in(neighbour).post(path, {"act": "end", "link": only().pk}).status_code == 404
    assert len(live()) == 1


def test_nobody_ends_anothers_link(by: Actor) -> None:
    hers = linked(make.actor(make.grant(organisation=make.home(by))))
    acts: list[Callable[..., object]] = [end_feed, renew_feed]
    for act in acts:
        with acting(by), pytest.raises(Refusal):
            act(hers, by=by, at=TODAY)
    assert read(hers).status_code == 200
