"""Another system refers somebody by JSON, corrects it, and follows how far it is."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from referrals.commands.handover import hand_over
from referrals.models import Arrival, Citizen, IncomingMessage, Phone, Referral, SentReferral
from referrals.states import Channel, GuardianConsent, Outcome, Source, Taken, Way
from roegfri import clock
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Municipality, Practice
from tests import make
from tests.roegfri.api import calls
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
EVERYTHING: dict[str, Any] = {
    "phone": "20 12 34 56 (mobil)",
    "phones": ["30 12 34 56", "+45 20123456"],
    "text": "Ønsker hjælp.\r\nHelst om formiddagen.",
    "given_names": "Nancy Ann",
    "surname": "Berggren",
    "cpr": "251248-9996",
    "birth_date": "1948-12-25",
    "email": "nancy@example.dk",
    "address": {"street": "Testvej 1", "postcode": "2650", "town": "Hvidovre", "protected": True},
    "language": "Tyrkisk",
    "interpreter": True,
    "guardian_consent": "yes",
    "guardian_name": "Max Berggren",
    "guardian_phone": "40 12 34 56",
    "reference": "HV-1",
    "department": "Ambulatoriet",
    "sent_at": "2026-03-02T08:30:00+01:00",
}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town() -> Municipality:
    return make.municipality()


@pytest.fixture
def secret() -> str:
    """The key of a practice."""
    practice = Practice.objects.create(
        kind=Kind.PRACTICE, name="Lægerne Bakken", provider_number="900004"
    )
    return make.token(practice)[1]


def only() -> Referral:
    with acting(make.SYSTEM):
        return Referral.objects.select_related("citizen", "sender").get()


def told(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/json", response.content
    said: dict[str, Any] = response.json()
    return said


# ---- created -------------------------------------------------------------------------------------


def test_a_number_is_enough(town: Municipality, secret: str) -> None:
    response = calls.refer(secret, {"municipality": town.code, "phone": "20 12 34 56"})
    assert response.status_code == 201
    referral = only()
    assert told(response) == {
        "id": str(referral.pk),
        "status": "created",
        "reason": "",
        "contact_by": "2026-03-04",
    }
    assert (referral.handler_id, referral.received_at) == (town.pk, NOW)
    assert (referral.channel, referral.source) == (Channel.API, Source.PRACTICE)
    assert referral.sender is not None
    assert referral.sender.name == "Lægerne Bakken"


def test_a_text_without_a_number_is_accepted(town: Municipality, secret: str) -> None:
    response = calls.refer(secret, {"municipality": f"0{town.code}", "text": "Ring via datteren"})
    assert response.status_code == 201
    assert only().text == "Ring via datteren"


def test_everything_that_is_sent_stands_on_the_case(town: Municipality, secret: str) -> None:
    body = {**EVERYTHING, "municipality": town.code}
    assert calls.refer(secret, body).status_code == 201
    referral = only()
    citizen = referral.citizen
    assert (citizen.given_names, citizen.surname) == ("Nancy Ann", "Berggren")
    assert (citizen.birth_date, citizen.email) == (dt.date(1948, 12, 25), "nancy@example.dk")
    assert (citizen.address, citizen.postcode, citizen.town) == ("Testvej 1", "2650", "Hvidovre")
    assert (citizen.address_protected, citizen.interpreter) == (True, True)
    assert (citizen.language, citizen.guardian_name) == ("Tyrkisk", "Max Berggren")
    assert citizen.guardian_phone == "+4540123456"
    assert referral.guardian_consent == GuardianConsent.YES
    assert referral.text == "Ønsker hjælp.\nHelst om formiddagen."
    assert referral.sent_at == clock.danish_time(dt.date(2026, 3, 2), dt.time(8, 30))
    assert referral.sender_name == "Lægerne Bakken, Ambulatoriet"
    with acting(make.SYSTEM):
        found = Phone.objects.order_by("rank").values_list("number", "note")
        assert list(found) == [("+4520123456", "mobil"), ("+4530123456", "")]


def test_no_name_turns_what_stands_behind_it_around(town: Municipality, secret: str) -> None:
    body = {"municipality": town.code, "phone": "20123456"}
    names = {
        "given_names": "Nancy \u202eAnn",
        "surname": "\u2066Berggren",
        "language": "العربية\u202e",
    }
    assert calls.refer(secret, body | names).status_code == 201
    citizen = only().citizen
    assert (citizen.given_names, citizen.surname) == ("Nancy Ann", "Berggren")
    assert citizen.language == "العربية"


def test_a_municipality_refers_to_itself_and_nobody_else(town: Municipality) -> None:
    _token, own = make.token(town)
    assert calls.refer(own, {"phone": "20123456"}).status_code == 201
    assert calls.refer(own, {"phone": "30123456", "municipality": town.code}).status_code == 201
    other = calls.refer(own, {"phone": "40123456", "municipality": make.municipality().code})
    assert town.code in calls.faults(other)["municipality"]
    with acting(make.SYSTEM):
        assert set(Referral.objects.values_list("handler", flat=True)) == {town.pk}


def test_all_others_say_which_municipality(secret: str) -> None:
    assert set(calls.faults(calls.refer(secret, {"phone": "20123456"}))) == {"municipality"}
    unknown = calls.refer(secret, {"phone": "20123456", "municipality": "999"})
    assert set(calls.faults(unknown)) == {"municipality"}


def test_a_municipality_that_takes_no_referrals_refuses_with_its_reason(
    town: Municipality, secret: str
) -> None:
    town.memberships.all().delete()
    response = calls.refer(secret, {"municipality": town.code, "phone": "20123456"})
    assert response.status_code == 422
    said = told(response)
    assert (said["id"], said["status"], said["contact_by"]) == (None, "refused", None)
    assert town.name in said["reason"]
    assert not Citizen.objects.exists()
    with acting(make.SYSTEM):
        arrival = Arrival.objects.get(organisation=town)
        assert (arrival.result, arrival.way) == (Taken.REFUSED, Way.API)
        assert (arrival.sender_name, arrival.reason) == ("Lægerne Bakken", said["reason"])


# ---- again, and corrected ------------------------------------------------------------------------


def test_the_same_reference_again_changes_nothing(town: Municipality, secret: str) -> None:
    body = {"municipality": town.code, "phone": "20123456", "reference": "A-1"}
    first = told(calls.refer(secret, body))
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        response = calls.refer(secret, body)
    assert response.status_code == 200
    assert told(response) == {**first, "status": "duplicate"}
    assert only().received_at == NOW


def test_the_same_reference_with_other_content_corrects_the_case(
    town: Municipality, secret: str
) -> None:
    body = {"municipality": town.code, "phone": "20123456", "reference": "A-1"}
    first = told(calls.refer(secret, body))
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        response = calls.refer(secret, {**body, "text": "Rettet", "surname": "Berggren"})
    assert response.status_code == 200
    assert told(response) == {**first, "status": "corrected"}
    referral = only()
    assert (referral.text, referral.citizen.surname) == ("Rettet", "Berggren")
    assert referral.contact_by == dt.date(2026, 3, 4)


# ---- how far -------------------------------------------------------------------------------------


def how_far(secret: str, pk: str) -> Any:
    return calls.get(f"{calls.REFERRALS}/{pk}", secret)


def test_a_sender_is_told_how_far_it_is_and_nothing_more(town: Municipality, secret: str) -> None:
    pk = told(calls.refer(secret, {"municipality": town.code, "phone": "20123456"}))["id"]
    assert told(how_far(secret, pk)) == {"id": pk, "status": "received"}
    counsellor = make.actor(make.grant(organisation=town))
    with acting(counsellor):
        make.call(Referral.objects.get(), counsellor, Outcome.REACHED, NOW)
    assert told(how_far(secret, pk)) == {"id": pk, "status": "contacted"}


def test_whoever_asks_stands_in_the_log(town: Municipality, secret: str) -> None:
    pk = told(calls.refer(secret, {"municipality": town.code, "phone": "20123456"}))["id"]
    citizen = only().citizen_id
    how_far(secret, pk)
    with acting(make.SYSTEM):
        event = AuditEvent.objects.get(act="person.read")
        assert event.actor.startswith("token:")
        assert event.subject == "api:referral"
        assert AuditEventPerson.objects.get(event_seq=event.seq).person == citizen


def test_nobody_else_is_told(town: Municipality, secret: str) -> None:
    pk = told(calls.refer(secret, {"municipality": town.code, "phone": "20123456"}))["id"]
    others = [
        make.token(make.municipality())[1],
        make.token(make.municipality(), TokenPurpose.MEDCOM)[1],
        make.token(town)[1],
        make.token(town, TokenPurpose.MEDCOM)[1],
    ]
    for other in others:
        calls.problem(how_far(other, pk), 404, "not-found")
    calls.problem(how_far("", pk), 401, "token-missing")
    unknown = "00000000-0000-0000-0000-000000000000"
    calls.problem(how_far(secret, unknown), 404, "not-found")


def test_a_municipality_is_told_of_what_it_brought_as_messages() -> None:
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    _token, brings = make.token(home, TokenPurpose.MEDCOM)
    _token, sends = make.token(home)
    said = told(calls.deliver(brings, messages.referral()))
    pk = said["referral"]
    assert told(how_far(brings, pk)) == {"id": pk, "status": "received"}
    counsellor = make.actor(make.grant(organisation=home))
    with acting(counsellor):
        case = Referral.objects.get()
        make.call(case, counsellor, Outcome.REACHED, NOW)
    assert told(how_far(brings, pk))["status"] == "contacted"
    calls.problem(how_far(sends, pk), 404, "not-found")
    other = make.municipality()
    with acting(counsellor):
        hand_over(case, to=other, reason="Flyttet", by=counsellor, at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        assert told(how_far(brings, pk))["status"] == "closed"


# ---- what is refused -----------------------------------------------------------------------------

LATER = (NOW + dt.timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"telefon": "20123456"}, "telefon"),
        ({"address": {"vej": "Testvej"}}, "address.vej"),
        ({"phone": 20123456}, "phone"),
        ({"phone": "2012345"}, "phone"),
        ({"phone": "20 12 34 56" * 6}, "phone"),
        ({"phones": ["20123456", "12"]}, "phones.1"),
        ({"phones": ["20123456"] * 6}, "phones"),
        ({"phones": "20123456"}, "phones"),
        ({"phone": "", "text": ""}, "phone"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "Hun\u0000 ryger"}, "text"),
        ({"text": "Hun\u001b[2J ryger"}, "text"),
        ({"surname": "Berg\ngren"}, "surname"),
        ({"surname": "Berg\ud800gren"}, "surname"),
        ({"surname": "x" * 121}, "surname"),
        ({"surname": None}, "surname"),
        ({"cpr": "251248-999"}, "cpr"),
        ({"cpr": "320148-9996"}, "cpr"),
        ({"cpr": "251248-9996", "birth_date": "1948-12-24"}, "birth_date"),
        ({"birth_date": "2026-02-30"}, "birth_date"),
        ({"birth_date": "2026-03-03"}, "birth_date"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"birth_date": "25-12-1948"}, "birth_date"),
        ({"birth_date": "20261225"}, "birth_date"),
        ({"birth_date": 0}, "birth_date"),
        ({"email": "nancy"}, "email"),
        ({"email": "nancy@example.dk\r\nBcc: x@y.dk"}, "email"),
        ({"interpreter": "ja"}, "interpreter"),
        ({"interpreter": 1}, "interpreter"),
        ({"guardian_consent": "måske"}, "guardian_consent"),
        ({"guardian_phone": "x"}, "guardian_phone"),
        ({"reference": "x" * 41}, "reference"),
        ({"address": "Testvej 1"}, "address"),
        ({"address": []}, "address"),
        ({"sent_at": "2026-03-02T08:30:00"}, "sent_at"),
        ({"sent_at": "2026-02-30T08:30:00+01:00"}, "sent_at"),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "sent_at"),
        ({"sent_at": LATER}, "sent_at"),
        ({"sent_at": 1}, "sent_at"),
        ({"municipality": "16"}, "municipality"),
        ({"municipality": "١٦٧"}, "municipality"),
        ({"municipality": 167}, "municipality"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    wrong: dict[str, Any], field: str, town: Municipality, secret: str
) -> None:
    body = {"municipality": town.code, "phone": "20123456", **wrong}
    found = calls.faults(calls.refer(secret, body))
    assert set(found) == {field}
    assert "Input" not in found[field]
    assert not IncomingMessage.objects.exists()
    with acting(make.SYSTEM):
        assert not Referral.objects.exists()
        assert not SentReferral.objects.exists()


def test_all_that_is_wrong_is_named_at_once(secret: str) -> None:
    body = {"phone": "1", "cpr": "x", "nonsense": 1, "birth_date": "1.1.1950"}
    assert set(calls.faults(calls.refer(secret, body))) == set(body)


def test_a_fault_is_told_in_english_when_asked_for(town: Municipality, secret: str) -> None:
    body = {"municipality": town.code, "phone": "20123456", "nonsense": 1}
    response = calls.refer(secret, body, Accept_Language="en")
    assert response["Content-Language"] == "en"
    assert "Feltet" in calls.faults(calls.refer(secret, body))["nonsense"]


def test_a_clock_that_is_a_little_fast_is_no_fault(town: Municipality, secret: str) -> None:
    sent = (NOW + dt.timedelta(minutes=3)).isoformat()
    body = {"municipality": town.code, "phone": "20123456", "sent_at": sent}
    assert calls.refer(secret, body).status_code == 201
    assert only().sent_at == NOW


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01T00:00:00+23:59", dt.datetime(2026, 2, 28, 0, 1, tzinfo=dt.UTC)),
        ("2026-03-01T00:00:00-23:59", dt.datetime(2026, 3, 1, 23, 59, tzinfo=dt.UTC)),
    ],
)
def test_an_offset_that_nobody_lives_at_is_no_fault(
    written: str, meant: dt.datetime, town: Municipality, secret: str
) -> None:
    body = {"municipality": town.code, "phone": "20123456", "sent_at": written}
    assert calls.refer(secret, body).status_code == 201
    assert only().sent_at == meant
