"""STOPbasen's pack: only those who agreed, in the order of the data file, marked and taken back."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.commands.planning import finish_course, flag_course
from courses.commands.transfer import mark_transferred, unmark
from courses.models import Attendance, Course, Enrolment, Transferred
from courses.queries.pack import Card, Pack, pack
from courses.queries.pack.order import PARTICIPANT, typing_order
from courses.queries.stopbase_forms import edition
from courses.rules.pack import Goal, completed_share, smoke_free_share
from courses.states import DropOut, Flag, FormKind, Mark, SmokeFree
from referrals.commands.consent import withdraw_consent
from referrals.models import Consent, Referral
from roegfri import clock, sealed
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.refusal import Refusal
from tests import make
from tests.courses.world import AT, WEEK, Towns, do, put, towns

pytestmark = pytest.mark.django_db
OVER = AT + 8 * WEEK
EDITION = dt.date(2023, 1, 1)
ANSWERS = {"sex": "female", "birth_year": 1948, "pregnant": "no", "education": "long"}
NUMBER, WRITTEN = "2512489996", "251248-9996"
# Stand in the case and the form of whoever said no.
CANARIES = ("291182-9996", "291182-", "Kanariesvar", "Efterløn")


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False):
        yield


class World:
    """A course of `a` with two who agreed, one of them `b`'s case, and one who did not; it is over,
    not ended."""

    def __init__(self) -> None:
        self.towns: Towns = towns(
            stopbase_unit="616",
            stopbase_completed_percent="75",
            stopbase_completed_open_meetings="4",
        )
        self.a, self.b = self.towns.a, self.towns.b
        self.course: Course = make.course(
            self.a, meetings=6, first=AT + WEEK, name="Tirsdagsholdet", concept="GSP"
        )
        self.nancy = self.add(self.a, "Nancy", "Berggren", NUMBER)
        self.bruno = self.add(self.b, "Bruno", "Elmer", "")
        self.kirsten = self.add(self.a, "Kirsten", "Nej", "2911829996", agrees=False)

    def add(
        self, by: Actor, given: str, surname: str, number: str, *, agrees: bool = True
    ) -> Enrolment:
        case = make.referral(by, given_names=given, surname=surname, civil_number=number)
        if agrees:
            make.consent(case, by)
        made = put(self.course, by, case)
        answers = ANSWERS if agrees else {"education": "Kanariesvar", "occupation": "Efterløn"}
        make.baseline(made, self.a, edition=EDITION, answers=answers)
        return made

    def attend(self, enrolment: Enrolment, times: int) -> None:
        with acting(self.a):
            for meeting in self.course.all_meetings.order_by("starts_at")[:times]:
                Attendance.objects.create(
                    enrolment=enrolment,
                    meeting=meeting,
                    mark=Mark.ATTENDED,
                    at=AT,
                    by_id=self.a.person,
                )

    def read(self, viewer: Actor | None = None, at: dt.datetime = OVER, **given: Any) -> Pack:
        viewer = viewer or self.a
        self.course.refresh_from_db()
        with time_machine.travel(at, tick=False), acting(viewer):
            from courses.queries.course import course

            return pack(viewer, course(viewer, self.course.pk), at=at, **given)

    def card(self, of: Enrolment, **given: Any) -> Card:
        return next(one for one in self.read(**given).cards if one.id == of.pk)

    def mark(self, of: Enrolment, **given: Any) -> int:
        typed = {of.pk: bytes.fromhex(self.card(of).marks)}
        done: int = do(self.a, mark_transferred, self.course, typed, at=OVER, **given)
        return done


@pytest.fixture
def world() -> World:
    return World()


def browser(world: World, grant: Any = None) -> Client:
    client = Client()
    client.force_login((grant or world.towns.grant_a).user)
    return client


def url(world: World, name: str = "pack") -> str:
    return reverse(f"courses:{name}", args=[world.course.pk])


def read(response: Any) -> str:
    return str(response.content.decode())


def rows(response: Any) -> list[list[str]]:
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def lines_of(act: str) -> list[AuditEvent]:
    with acting(make.SYSTEM):
        return list(AuditEvent.objects.filter(act=act).order_by("seq"))


# ---- who is in it --------------------------------------------------------------------------------


def test_whoever_did_not_agree_is_named_and_nothing_more(world: World) -> None:
    client = browser(world)
    shown = read(client.get(url(world)))
    whole = read(client.post(url(world, "pack_numbers"), {"reason": "Taster"}))
    sheet = read(client.get(url(world, "pack_sheet")))
    for text in (shown, whole, sheet):
        assert [one for one in CANARIES if one in text] == []
    assert "Kirsten Nej" in shown
    assert "1 deltager har ikke sagt ja til STOPbasen og er ikke med" in shown
    assert "Kirsten" not in sheet
    # Control: the same canaries sing as soon as she agrees.
    make.consent(case_of(world.kirsten), world.a)
    told = read(client.post(url(world, "pack_numbers"), {"reason": "Taster"}))
    assert [one for one in CANARIES if one not in told] == []


def case_of(enrolment: Enrolment) -> Referral:
    with acting(make.SYSTEM):
        return Referral.objects.select_related("citizen").get(pk=enrolment.referral_id)


def test_the_host_alone_sees_it(world: World) -> None:
    assert {one.id for one in world.read().cards} == {world.nancy.pk, world.bruno.pk}
    outside = make.actor(make.grant())
    for viewer in (world.b, outside):
        with acting(viewer):
            found = pack(viewer, world.course, at=OVER)
        assert (found.cards, found.asked, found.withdrawn) == ([], [], [])
    for grant in (world.towns.grant_b, make.grant()):
        for name in ("pack", "pack_sheet", "pack_numbers", "pack_mark", "pack_take_back"):
            client = browser(world, grant)
            assert client.get(url(world, name)).status_code == 404
            assert client.post(url(world, name), {"reason": "x"}).status_code == 404
    leader = make.grant(Role.PROJECT_LEADER, world.course.agreement)
    assert browser(world, leader).get(url(world)).status_code == 403


def test_thirty_days_after_it_was_ended_it_is_gone_and_that_was_said_before(world: World) -> None:
    for one in (world.nancy, world.bruno, world.kirsten):
        make.ending(one, world.a)
    coordinator = make.actor(make.grant(Role.COORDINATOR, make.home(world.a)))
    with time_machine.travel(OVER, tick=False):
        do(coordinator, finish_course, world.course, at=OVER)
        said = read(browser(world).get(url(world)))
    last = clock.danish_date(OVER) + dt.timedelta(days=30)
    assert f"Du kan se deltagerne til og med {last.day}." in said
    with time_machine.travel(OVER + dt.timedelta(days=30), tick=False):
        assert "Nancy" in read(browser(world).get(url(world)))
    with time_machine.travel(OVER + dt.timedelta(days=31), tick=False):
        page, sheet = (read(browser(world).get(url(world, n))) for n in ("pack", "pack_sheet"))
        assert [one for one in ("Nancy", "Bruno", "Kirsten", NUMBER) if one in page + sheet] == []
        assert "Deltagerne kunne ses til og med" in page


# ---- what is typed -------------------------------------------------------------------------------


def test_values_stand_in_the_order_of_the_data_file(world: World) -> None:
    form = edition(FormKind.BASIS, EDITION)
    with acting(world.a):
        order = typing_order(world.a, PARTICIPANT, clock.danish_date(OVER))
    at = order.index("skema")
    questions = [f"skema.{one.code}" for one in form.questions]
    codes = [one.code for one in world.card(world.nancy).every.values]
    assert codes == [*order[:at], *questions, *order[at + 1 :]]
    asked = [one.code for one in world.card(world.nancy).typed.values]
    assert asked == [one for one in codes if one in asked], "the same, without what is not asked"
    assert "skema.pregnant" in asked
    assert asked[0] == "cpr"


def test_what_a_value_is(world: World) -> None:
    world.attend(world.nancy, 5)
    make.ending(world.nancy, world.a, co=4)
    values = {one.code: one for one in world.card(world.nancy, whole=True).typed.values}
    said = {code: one.text for code, one in values.items()}
    assert said["cpr"] == WRITTEN
    assert (said["skema.birth_year"], said["mødt"], said["tilbudt"]) == ("1948", "5", "6")
    assert (said["gennemført"], said["røgfri"], said["kulilte"]) == ("Ja", "Ja", "4")
    assert (said["skema.partner"], said["planlagt"]) == ("", "")
    assert NUMBER not in repr(values["cpr"])


def test_the_course_itself_stands_on_top_under_its_unit_number(world: World) -> None:
    facts = {one.code: one.text for one in world.read().facts}
    assert (facts["enhed"], facts["navn"], facts["koncept"]) == ("616", "Tirsdagsholdet", "GSP")
    assert (facts["mødegange"], facts["første"]) == ("6", "09-03-2026")
    assert world.read().created.at is None
    coordinator = make.actor(make.grant(Role.COORDINATOR, make.home(world.a)))
    do(coordinator, flag_course, world.course, Flag.STOPBASE)
    assert world.read().created.by == coordinator.name


def test_a_number_is_the_cases_or_the_forms_or_asked_for(world: World) -> None:
    assert not world.card(world.bruno).has_number
    shown = read(browser(world).get(url(world)))
    assert f"eller bed {world.b.organisation_name}" in shown
    with acting(world.a):
        row = world.bruno.baseline
        row.sealed_number = sealed.seal(NUMBER, place=row.PLACE, row=row.pk)
        row.save(update_fields=["sealed_number"])
    assert world.card(world.bruno, whole=True).typed.values[0].text == WRITTEN


def test_numbers_are_masked_until_somebody_says_why(world: World) -> None:
    client = browser(world)
    assert "251248-****" in read(client.get(url(world)))
    refused = client.post(url(world, "pack_numbers"), {"reason": " "})
    assert refused.status_code == 422
    masked = read(client.get(url(world))) + read(refused)
    assert [one for one in (NUMBER, WRITTEN) if one in masked] == []
    assert lines_of("civil_number.shown") == []
    shown = client.post(url(world, "pack_numbers"), {"reason": "Taster tirsdagsholdet"})
    assert WRITTEN in read(shown)
    (line,) = lines_of("civil_number.shown")
    assert line.reason == "Taster tirsdagsholdet"
    with acting(make.SYSTEM):
        persons = AuditEventPerson.objects.filter(event_seq=line.seq)
        assert [one.person for one in persons] == [world.nancy.citizen_id]


def test_the_sheet_keeps_numbers_and_opens_no_formula(world: World) -> None:
    with acting(make.SYSTEM):
        type(world.nancy.citizen).objects.filter(pk=world.nancy.citizen_id).update(
            given_names='=HYPERLINK("http://x")', surname="\t@x;y"
        )
    row = world.nancy.baseline
    row.answers = ANSWERS | {"education": "=1+1", "occupation": "＋x\n-2"}
    with acting(world.a):
        row.save(update_fields=["answers"])
    make.ending(world.nancy, world.a, co=7)
    header, *people = rows(browser(world).get(url(world, "pack_sheet")))
    mine = next(dict(zip(header, one, strict=True)) for one in people if one[0] == WRITTEN)
    assert mine["Navn (tastes ikke)"].startswith("'=HYPERLINK")
    assert (mine["Kulilte (ppm)"], mine["Røgfri ved afslutningen"]) == ("7", "Ja")
    assert mine["Planlagt rygestop"] == ""
    assert [cell for one in people for cell in one if cell[:1] in {"=", "+", "@", "＋", "\t"}] == []
    assert "'=1+1" in mine.values()
    (line,) = lines_of("pack.extracted")
    assert line.user_id == world.a.user_id


def test_two_forms_on_one_course_share_a_sheet(world: World) -> None:
    with acting(world.a):
        row = world.bruno.baseline
        row.form, row.answers = FormKind.YOUTH, {"sex": "male"}
        row.save(update_fields=["form", "answers"])
    header, *people = rows(browser(world).get(url(world, "pack_sheet")))
    assert {len(one) for one in people} == {len(header)}
    assert header[0] == "CPR-nummer"
    assert header[-2] == "Kulilte (ppm)"


# ---- marked as typed -----------------------------------------------------------------------------


def test_marked_changed_marked_again_and_taken_back(world: World) -> None:
    assert world.mark(world.nancy) == 1
    card = world.card(world.nancy)
    assert (card.is_done, card.changed) == (True, [])
    assert card.transfer
    assert (card.transfer.by, card.transfer.at) == (world.a.name, OVER)
    with time_machine.travel(OVER, tick=False):
        client = browser(world)
        folded, unfolded = (
            read(client.get(url(world), {"vis": who})) for who in ("x", str(world.nancy.pk))
        )
    assert folded.count('value="1948"') + 1 == unfolded.count('value="1948"')
    make.ending(world.nancy, world.a, co=9, smoke_free=SmokeFree.NO)
    assert world.card(world.nancy).changed == ["Røgfri ved afslutningen", "Kulilte (ppm)"]
    assert not world.card(world.nancy).is_done
    with time_machine.travel(OVER, tick=False):
        shown = read(client.get(url(world)))
    assert "Ændret siden:" in shown
    assert shown.count("is-changed") == 2
    assert world.mark(world.nancy) == 1
    assert world.card(world.nancy).is_done
    do(world.a, unmark, world.course, world.nancy.pk, at=OVER)
    assert world.card(world.nancy).transfer is None
    do(world.a, unmark, world.course, world.nancy.pk, at=OVER)
    assert len(lines_of("pack.taken_back")) == 1


def test_what_changed_while_she_typed_is_said_at_once(world: World) -> None:
    typed = {world.nancy.pk: bytes.fromhex(world.card(world.nancy).marks)}
    make.ending(world.nancy, world.a, co=9)
    do(world.a, mark_transferred, world.course, typed, at=OVER)
    assert "Kulilte (ppm)" in world.card(world.nancy).changed


def test_nothing_can_be_read_from_the_marks(world: World) -> None:
    make.ending(world.nancy, world.a)
    make.ending(world.bruno, world.a)
    one, other = (world.card(who).typed for who in (world.nancy, world.bruno))
    assert set(_pieces(one.marks)).isdisjoint(_pieces(other.marks)), "equal answers, other marks"
    assert one.values[-2].text == other.values[-2].text == "Ja"


def _pieces(marks: bytes) -> list[bytes]:
    return [marks[at : at + 8] for at in range(0, len(marks), 8)]


def test_twenty_equal_posts_are_one(world: World) -> None:
    client = browser(world)
    typed = [f"{one.id}:{one.marks}" for one in world.read(at=AT).cards]
    for _again in range(20):
        response = client.post(url(world, "pack_mark"), {"typed": typed})
        assert response.status_code == 302
    with acting(make.SYSTEM):
        assert Transferred.objects.count() == 2
    assert len(lines_of("pack.transferred")) == 1
    part = client.post(
        url(world, "pack_mark"), {"typed": typed[:1]}, headers={"HX-Request": "true"}
    )
    assert "2 af 2 er overført" in read(part)
    assert "<html" not in read(part)


def test_all_at_one_press_asks_once_while_a_form_is_not_whole(world: World) -> None:
    client = browser(world)
    typed = [f"{one.id}:{one.marks}" for one in world.read(at=AT).cards]
    sent = {"typed": typed, "all": "1"}
    asked = client.post(url(world, "pack_mark"), sent)
    assert asked.status_code == 422
    assert "Intet er markeret endnu." in read(asked)
    with acting(make.SYSTEM):
        assert not Transferred.objects.exists()
    assert client.post(url(world, "pack_mark"), {**sent, "sure": "1"}).status_code == 302
    with acting(make.SYSTEM):
        assert Transferred.objects.count() == len(typed)


@pytest.mark.parametrize(
    "typed", [[], ["x"], ["x:y"], ["{nancy}:"], ["{nancy}:zz"], ["{nancy}:00"]]
)
def test_what_the_page_never_sends_marks_nobody(world: World, typed: list[str]) -> None:
    sent = [one.format(nancy=world.nancy.pk) for one in typed]
    for headers in ({}, {"HX-Request": "true"}):
        response = browser(world).post(url(world, "pack_mark"), {"typed": sent}, headers=headers)
        assert response.status_code == 422
    with acting(make.SYSTEM):
        assert not Transferred.objects.exists()


def test_nobody_is_marked_who_did_not_agree_or_is_elsewhere(world: World) -> None:
    marks = bytes.fromhex(world.card(world.nancy).marks)
    for who in (world.kirsten.pk, make.course(world.a).pk):
        with pytest.raises(Refusal):
            do(world.a, mark_transferred, world.course, {world.nancy.pk: marks, who: marks})
    with pytest.raises(Refusal):
        do(world.b, mark_transferred, world.course, {world.bruno.pk: marks})
    with pytest.raises(Refusal):
        do(world.b, unmark, world.course, world.bruno.pk)
    with acting(make.SYSTEM):
        assert not Transferred.objects.exists()


def test_a_consent_withdrawn_after_it_was_typed_stays_until_it_is_removed_there(
    world: World,
) -> None:
    world.mark(world.nancy)
    with acting(world.a):
        consent = Consent.objects.get(citizen_id=world.nancy.citizen_id)
    do(world.a, withdraw_consent, consent, at=OVER)
    found = world.read()
    assert [one.name for one in found.withdrawn] == ["Nancy Berggren"]
    assert {one.id for one in found.cards} == {world.bruno.pk}
    client = browser(world)
    shown = read(client.get(url(world)))
    assert "samtykket er trukket tilbage – slet i STOPbasen" in shown
    assert [one for one in (NUMBER, "251248-") if one in shown.partition("Deltagere")[0]] == []
    client.post(url(world, "pack_take_back"), {"enrolment": str(world.nancy.pk)})
    assert world.read().withdrawn == []
    assert [name for _pk, name in world.read().asked] == ["Nancy Berggren", "Kirsten Nej"]


# ---- the goals -----------------------------------------------------------------------------------


def test_the_goals_are_held_against_those_who_agreed(world: World) -> None:
    world.attend(world.nancy, 5)
    world.attend(world.kirsten, 6)
    make.ending(world.nancy, world.a)
    make.ending(world.bruno, world.a, smoke_free="", dropped_out=DropOut.TIME)
    found = world.read()
    assert (found.completed.part, found.completed.whole) == (1, 2)
    assert (found.smoke_free.part, found.smoke_free.whole) == (1, 1)
    assert "for få til en procent" in read(browser(world).get(url(world)))


@pytest.mark.parametrize(
    ("part", "whole", "percent", "missing"),
    [
        (0, 0, None, 0),
        (15, 19, None, 1),
        (16, 20, 80, 0),
        (15, 20, 75, 1),
        (17, 21, 81, 0),
        (1, 8, None, 6),
    ],
)
def test_a_share_and_its_goal(part: int, whole: int, percent: int | None, missing: int) -> None:
    goal = Goal(percent=80, least=20)
    for of in (completed_share, smoke_free_share):
        share = of(part, whole, goal=goal)
        assert (share.percent, share.missing) == (percent, missing)


def test_how_much_is_asked_of_the_database(world: World) -> None:
    client = browser(world)
    client.get(url(world))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url(world))
    for number in range(3):
        world.add(world.a, f"Flere{number}", "Holm", "")
    with CaptureQueriesContext(connection) as many:
        client.get(url(world))
    assert len(many) == len(few)
    assert len(few) < 25
