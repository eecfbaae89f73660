"""The page of a meeting: one sheet without scripts, one tap with them; how long one may stay."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.commands.marking import Said, close_meeting, mark
from courses.models import Attendance, Course, Enrolment, Meeting, Staffing
from courses.queries.meeting_room import meeting_room
from courses.queries.my_meetings import MyMeetings, my_meetings
from courses.states import EnrolmentState, Mark, MeetingState
from referrals.queries import waiting_counts
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from tests import make

pytestmark = pytest.mark.django_db
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)
FIRST = make.MONDAY + 10 * HOUR
DURING = FIRST + HOUR
FIELDS = ("mark", "co", "note", "planned_quit_on", "actual_quit_on")


@dataclass
class World:
    """A course of two meetings with three participants, and who holds it, signed in."""

    grant: Grant
    host: Actor
    course: Course
    meeting: Meeting
    people: list[Enrolment]
    client: Client

    def url(self, what: str = "") -> str:
        return f"/moede/{self.meeting.pk}/{what}"

    def sheet(self, client: Client | None = None) -> dict[str, str]:
        """What a browser would send: the page's own fields as they stand."""
        page = (client or self.client).get(self.url())
        fields = {"once": str(page.context["once"])}
        for row in page.context["rows"]:
            fields |= {f"{name}-{row.one.id}": row.value[name] for name in FIELDS}
            fields[f"was-{row.one.id}"] = row.was
        return fields

    def sends(self, what: str, fields: dict[str, str], client: Client | None = None) -> Any:
        return (client or self.client).post(self.url(what), fields)

    def marks(self) -> list[str]:
        with acting(self.host):
            rows = dict(
                Attendance.objects.filter(meeting=self.meeting).values_list("enrolment", "mark")
            )
        return [rows.get(one.pk, "") for one in self.people]


@pytest.fixture(autouse=True)
def during(settings: Any) -> Iterator[Any]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(DURING, tick=False) as clock:
        yield clock


@pytest.fixture
def world() -> World:
    grant = make.grant()
    host = make.actor(grant)
    course = make.course(host, meetings=2, first=FIRST)
    people = [
        make.enrolment(course, make.referral(host, given_names=name, surname="Holm"), host)
        for name in ("Anna", "Bo", "Carla")
    ]
    return World(
        grant, host, course, course.all_meetings.earliest("starts_at"), people, signed(grant)
    )


def signed(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def colleague(world: World) -> tuple[Actor, Client]:
    grant = make.grant(organisation=world.grant.organisation)
    return make.actor(grant), signed(grant)


# ---- without scripts -----------------------------------------------------------------------------


def test_one_form_and_one_save(world: World) -> None:
    anna, bo, _carla = world.people
    sheet = world.sheet() | {
        f"mark-{anna.pk}": "attended", f"co-{anna.pk}": "14", f"note-{anna.pk}": "Hoster mindre",
        f"mark-{bo.pk}": "cancelled", f"planned_quit_on-{bo.pk}": "24.12.2026",
    }  # fmt: skip
    assert world.sends("fremmoede/", sheet).status_code == 302
    assert world.marks() == ["attended", "cancelled", ""]
    with acting(world.host):
        row = Attendance.objects.get(enrolment=anna)
        assert (row.co, row.note) == (14, "Hoster mindre")
        assert Enrolment.objects.get(pk=bo.pk).planned_quit_on == dt.date(2026, 12, 24)
    # Sent again it is no difference, and what nobody touched is not registered.
    assert world.sends("fremmoede/", sheet).status_code == 302
    assert world.marks() == ["attended", "cancelled", ""]
    cleared = world.sheet() | {f"clear-{anna.pk}": "on"}
    assert world.sends("fremmoede/", cleared).status_code == 302
    assert world.marks() == ["", "cancelled", ""]


def test_all_came_with_those_who_did_not(world: World) -> None:
    sheet = world.sheet() | {f"mark-{world.people[1].pk}": "absent"}
    assert world.sends("alle/", sheet).status_code == 302
    assert world.marks() == ["attended", "absent", "attended"]


def test_what_is_wrong_stands_beside_her_and_nothing_is_lost(world: World) -> None:
    anna, bo, _carla = world.people
    sheet = world.sheet() | {f"mark-{anna.pk}": "attended", f"co-{bo.pk}": "mange"}
    page = world.sends("fremmoede/", sheet)
    assert page.status_code == 422
    text = page.content.decode()
    assert "Skriv kulilte som et helt tal." in text
    assert f'value="attended" id="m-{anna.pk}-attended" checked' in text
    assert world.marks() == ["", "", ""]
    ahead = world.sheet() | {f"actual_quit_on-{anna.pk}": "2026-03-03"}
    page = world.sends("fremmoede/", ahead)
    assert (page.status_code, "kan ikke ligge ude i fremtiden" in page.content.decode()) == (
        422, True,
    )  # fmt: skip


@pytest.mark.parametrize("was", ["", "{", "[]", '{"version": "x"}'])
def test_a_sheet_that_is_not_the_pages_own_is_refused(world: World, was: str) -> None:
    sheet = world.sheet() | {f"was-{world.people[0].pk}": was}
    assert world.sends("fremmoede/", sheet).status_code == 422
    assert world.marks() == ["", "", ""]


def test_two_sheets_at_once_are_a_difference(world: World) -> None:
    anna, bo, _carla = world.people
    _other, theirs = colleague(world)
    early = world.sheet(theirs) | {f"mark-{anna.pk}": "attended", f"mark-{bo.pk}": "attended"}
    assert (
        world.sends("fremmoede/", world.sheet() | {f"mark-{anna.pk}": "absent"}).status_code == 302
    )
    page = world.sends("fremmoede/", early, theirs)
    assert page.status_code == 409
    text = page.content.decode()
    assert f"{world.host.name} registrerede 02.03. kl. 20.00: fremmøde Udeblevet." in text
    assert world.marks() == ["absent", "attended", ""]
    # Hers stands chosen; saved again, having seen the other, it counts.
    again = {"once": str(uuid.uuid4())}
    for row in page.context["rows"]:
        again |= {f"{name}-{row.one.id}": row.value[name] for name in FIELDS}
        again[f"was-{row.one.id}"] = row.was
    assert world.sends("fremmoede/", again, theirs).status_code == 302
    assert world.marks() == ["attended", "attended", ""]


# ---- closing -------------------------------------------------------------------------------------


def test_closing_saves_and_asks_about_those_who_are_not_registered(world: World) -> None:
    sheet = world.sheet() | {f"mark-{world.people[0].pk}": "absent"}
    asked = world.sends("luk/", sheet)
    assert asked.status_code == 422
    assert "2 deltagere er ikke registreret endnu" in asked.content.decode()
    assert world.marks() == ["absent", "", ""]
    closed = world.client.post(world.url("luk/"), world.sheet() | {"anyway": "1"}, follow=True)
    text = closed.content.decode()
    assert "1 udeblev og står på «I dag» til et opkald" in text
    assert f"Lukket af {world.host.name}" in text
    # A mark is corrected all the same, and the host opens it again.
    late = world.sheet() | {f"mark-{world.people[1].pk}": "attended"}
    assert world.sends("fremmoede/", late).status_code == 302
    assert world.client.post(world.url("genaabn/")).status_code == 302
    with acting(world.host):
        assert Meeting.objects.get(pk=world.meeting.pk).state == MeetingState.PLANNED


def test_the_second_to_close_loses_nothing(world: World) -> None:
    _other, theirs = colleague(world)
    sheet = world.sheet(theirs) | {f"mark-{world.people[0].pk}": "attended", "anyway": "1"}
    world.client.post(world.url("luk/"), world.sheet() | {"anyway": "1"})
    page = world.sends("luk/", sheet, theirs)
    assert page.status_code == 409
    assert f"allerede lukket af {world.host.name}" in page.content.decode()
    assert world.marks() == ["attended", "", ""]


# ---- one tap -------------------------------------------------------------------------------------


def tap(world: World, said: dict[str, str], client: Client | None = None, **given: Any) -> Any:
    one = given.pop("enrolment", world.people[0].pk)
    body = {"once": given.pop("once", uuid.uuid4()), "enrolment": one, "seen": 0, **said, **given}
    return (client or world.client).post(world.url("kryds/"), body)


def test_a_tap_is_answered_with_what_it_came_to(world: World) -> None:
    once = uuid.uuid4()
    for _twice in range(2):
        answer = tap(world, {"mark": "attended"}, once=once)
        assert (answer.status_code, answer.json()) == (
            200, {"enrolment": str(world.people[0].pk), "version": 1},
        )  # fmt: skip
    other = tap(world, {"mark": "absent"}, once=once)
    assert (other.status_code, "allerede gemt" in other.json()["refused"]) == (409, True)


def test_a_difference_is_told_the_script(world: World) -> None:
    _other, theirs = colleague(world)
    tap(world, {"mark": "absent"})
    told = tap(world, {"mark": "attended"}, theirs)
    assert told.status_code == 409
    assert told.json()["theirs"] == {"mark": "absent"}
    assert told.json()["version"] == 1
    assert world.host.name in told.json()["words"]
    assert tap(world, {"mark": "attended"}, theirs, seen=1).json()["version"] == 2


@pytest.mark.parametrize(
    "said",
    [{"co": "999"}, {"co": "x"}, {"mark": "maybe"}, {"actual_quit_on": "2026-03-03"},
     {"planned_quit_on": "32.13.2026"}, {"seen": "-1"}, {"once": "x"}, {"enrolment": "x"}],
)  # fmt: skip
def test_what_cannot_be_is_told_in_words(world: World, said: dict[str, str]) -> None:
    answer = tap(world, said)
    assert (answer.status_code, bool(answer.json()["refused"])) == (422, True)
    assert world.marks() == ["", "", ""]


def test_somebody_elses_participant_is_refused(world: World) -> None:
    other = make.actor()
    elsewhere = make.enrolment(make.course(other), make.referral(other), other)
    assert tap(world, {"mark": "attended"}, enrolment=elsewhere.pk).status_code == 422


def test_all_at_once_by_script(world: World) -> None:
    tap(world, {"mark": "absent"})
    answer = world.client.post(
        world.url("alle/"), {"once": uuid.uuid4()}, headers={"Accept": "application/json"}
    )
    rows = {one["enrolment"]: one["version"] for one in answer.json()["marked"]}
    assert rows == {str(one.pk): 1 for one in world.people[1:]}


# ---- who sees what -------------------------------------------------------------------------------


def test_another_municipality_sees_its_own_citizen_alone(world: World) -> None:
    grant = make.grant(organisation=make.municipality(world.course.agreement))
    by, client = make.actor(grant), signed(grant)
    assert client.get(world.url()).status_code == 404
    assert tap(world, {"mark": "attended"}, client).status_code == 404
    case = make.referral(by, given_names="Dorthe", surname="Lund", number="+4542424242")
    hers = make.enrolment(world.course, case, by)
    text = client.get(world.url()).content.decode()
    assert ("Dorthe Lund" in text, "Anna Holm" in text) == (True, False)
    assert "Luk mødegangen" not in text
    assert tap(world, {"mark": "attended"}, client, enrolment=hers.pk).status_code == 200
    assert tap(world, {"mark": "attended"}, client).status_code == 422


def test_who_is_looked_at_is_in_the_log(world: World) -> None:
    world.client.get(world.url())
    with acting(make.SYSTEM):
        seen = AuditEvent.objects.filter(act="person.read").latest("seq")
        persons = AuditEventPerson.objects.filter(event_seq=seen.seq).values_list(
            "person", flat=True
        )
        assert seen.subject == "courses:meeting"
        assert set(persons) == {one.citizen_id for one in world.people}


def test_paper_has_given_names_alone(world: World) -> None:
    text = world.client.get(world.url("liste/")).content.decode()
    assert ("Anna" in text, "Holm" in text, "20 12 34 56" in text) == (True, False, False)


def test_a_protected_address_is_marked(world: World) -> None:
    with acting(world.host):
        citizen = world.people[0].referral.citizen
        citizen.address_protected, citizen.address = True, "Hemmeligvej 3"
        citizen.save(update_fields=["address_protected", "address"])
    text = world.client.get(world.url()).content.decode()
    assert ("Beskyttet adresse" in text, "Hemmeligvej" in text) == (True, False)


def test_who_waits_is_there_when_she_came_and_who_came_later_is_apart(world: World) -> None:
    waits = {"state": EnrolmentState.WAITING, "waiting_since": make.MONDAY, "enrolled_at": None}
    came = make.enrolment(world.course, make.referral(world.host), world.host, **waits)
    make.enrolment(world.course, make.referral(world.host), world.host, **waits)
    since = {"enrolled_at": FIRST + DAY}
    late = make.enrolment(world.course, make.referral(world.host), world.host, **since)
    with acting(world.host):
        said = Said(mark=Mark.ATTENDED)
        mark(came, world.meeting, said=said, seen=0, once=uuid.uuid4(), by=world.host, at=DURING)
        room = meeting_room(world.host, world.meeting.pk)
    assert {one.id for one in room.expected} == {came.pk, *[one.pk for one in world.people]}
    assert [one.id for one in room.since] == [late.pk]
    assert room.unmarked == 3


def test_a_cancelled_meeting_and_one_ahead(world: World, during: Any) -> None:
    during.move_to(FIRST - DAY)
    text = world.client.get(world.url()).content.decode()
    assert ("Afbud kan noteres nu" in text, "Alle mødt" in text) == (True, False)
    with acting(hosting(world.host, world.course.host_id)):
        Meeting.objects.filter(pk=world.meeting.pk).update(
            state=MeetingState.CANCELLED, cancel_reason="Sygdom"
        )
    text = world.client.get(world.url()).content.decode()
    assert ("aflyst: Sygdom" in text, "data-save" in text) == (True, False)


# ---- somebody walks in ---------------------------------------------------------------------------


def test_a_stranger_is_written_down_at_once(world: World) -> None:
    form = {"name": "ukendt", "once": str(uuid.uuid4())}
    page = world.client.post(world.url("kommer/"), form, follow=True)
    text = page.content.decode()
    assert "Noteret som mødt. Mangler navn, telefonnummer, bopælskommune" in text
    assert "Navn ukendt" in text
    nothing = world.client.post(world.url("kommer/"), {"once": str(uuid.uuid4())})
    assert nothing.status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"), [("12", "12"), ("ring til Ib", "ring til Ib"), ("2512489996", "251248-****")]
)
def test_a_number_that_cannot_be_read_stops_nobody(world: World, typed: str, kept: str) -> None:
    form = {"name": "", "phone": typed, "once": str(uuid.uuid4())}
    page = world.client.post(world.url("kommer/"), form, follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Noteret som mødt. Mangler navn, telefonnummer, bopælskommune" in text
    assert f"Telefonnummeret kunne ikke læses: «{kept}»." in text
    assert "2512489996" not in text


def test_who_may_be_known_is_asked_about_first(world: World) -> None:
    waits = {"state": EnrolmentState.WAITING, "waiting_since": make.MONDAY, "enrolled_at": None}
    case = make.referral(world.host, given_names="Ib", surname="Lund", number="+4543434343")
    ib = make.enrolment(world.course, case, world.host, **waits)
    known = make.referral(world.host, given_names="Ibber", surname="Krog", number="+4544444444")
    form = {"name": "Ib", "phone": "44 44 44 44", "once": str(uuid.uuid4())}
    page = world.client.post(world.url("kommer/"), form)
    assert page.status_code == 422
    offered = [one.decided for one in page.context["known"]]
    assert offered == [f"participant:{ib.pk}", f"citizen:{known.citizen_id}"]
    done = world.client.post(world.url("kommer/"), form | {"decided": offered[0]}, follow=True)
    assert "Ib Lund" in done.content.decode()
    other = {"name": "Ib", "once": str(uuid.uuid4()), "decided": "new"}
    assert world.client.post(world.url("kommer/"), other).status_code == 302
    assert world.client.post(world.url("kommer/"), form | {"decided": "x:y"}).status_code == 422


# ---- I dag ---------------------------------------------------------------------------------------


def test_todays_meetings_open_with_one_tap(world: World, during: Any) -> None:
    text = world.client.get("/").content.decode()
    assert f'href="{world.url()}"' in text
    elsewhere = make.course(make.actor(), meetings=1, first=FIRST)
    assert str(elsewhere.all_meetings.get().pk) not in text
    # Staffed elsewhere it is hers; the day after it is late until somebody closes it.
    with acting(hosting(make.SYSTEM, elsewhere.host_id)):
        Staffing.objects.create(
            meeting=elsewhere.all_meetings.get(), counsellor_id=world.host.person,
            starts_at=FIRST, ends_at=FIRST,
        )  # fmt: skip
    with acting(world.host):
        assert [one.mine for one in hers(world.host, DURING).today] == [True, False]
        assert len(hers(world.host, DURING + DAY).unclosed) == 2
        close_meeting(world.meeting, anyway=True, by=world.host, at=DURING)
        assert len(hers(world.host, DURING + DAY).unclosed) == 1
        assert not hers(world.host, DURING + 4 * WEEK)


def hers(viewer: Actor, at: dt.datetime) -> MyMeetings:
    with time_machine.travel(at, tick=False), acting(viewer):
        return my_meetings(viewer, waiting_counts(viewer).beside["meetings"], at)


# ---- how long one may stay, how much it costs ----------------------------------------------------


@pytest.mark.parametrize(
    ("page", "minutes", "signed_in"),
    [("", 119, True), ("", 121, False), ("liste/", 119, True), ("flyt/", 31, False)],
)
def test_on_the_page_of_a_meeting_one_may_be_still_for_two_hours(
    world: World, during: Any, *, page: str, minutes: int, signed_in: bool
) -> None:
    during.shift(dt.timedelta(minutes=1))
    world.client.get(world.url(page))
    during.shift(dt.timedelta(minutes=minutes))
    answer = world.client.post(world.url("kryds/"), {}, headers={"HX-Request": "true"})
    assert answer.status_code == (422 if signed_in else 401)


def test_what_is_sent_again_by_itself_renews_nobody(world: World, during: Any) -> None:
    world.client.get(world.url())
    for _time in range(3):
        during.shift(dt.timedelta(minutes=50))
        answer = world.client.post(
            world.url("kryds/"), {}, headers={"HX-Request": "true", "X-Poll": "1"}
        )
    assert answer.status_code == 401


def test_what_was_sent_too_late_is_there_after_signing_in(world: World, during: Any) -> None:
    sheet = world.sheet() | {f"mark-{world.people[0].pk}": "attended"}
    during.shift(dt.timedelta(hours=3))
    assert world.sends("fremmoede/", sheet).headers["Location"].startswith("/konto/login/")
    world.client.force_login(world.grant.user)
    page = world.client.get(world.url())
    assert [row.value["mark"] for row in page.context["rows"]] == ["attended", "", ""]
    assert world.sends("fremmoede/", sheet).status_code == 302
    assert "er hentet frem" not in world.client.get(world.url()).content.decode()


def lay(world: World, count: int) -> None:
    for number in range(count):
        case = make.referral(world.host, number=f"+45222222{number:02d}")
        make.enrolment(world.course, case, world.host)


@pytest.mark.parametrize("more", [0, 9])
def test_as_many_statements_whoever_many_they_are(
    world: World, more: int, django_assert_num_queries: Any
) -> None:
    lay(world, more)
    world.client.get(world.url())
    with django_assert_num_queries(8):
        assert world.client.get(world.url()).status_code == 200
