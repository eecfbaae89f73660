"""Another system hands in MedCom messages: the answer says what became of each."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from referrals.commands.receipts import refuse_sender
from referrals.models import Arrival, IncomingMessage, Receipt, Referral
from referrals.states import Channel, InboxState, ReceiptKind, Taken, Way
from roegfri import clock
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.models import Municipality
from tests import make
from tests.referrals.test_api_once import count
from tests.roegfri.api import calls
from tests.roegfri.medcom import messages
from tests.threads import answers_at_once

NOW = make.MONDAY


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town() -> Municipality:
    return make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")


@pytest.fixture
def secret(town: Municipality) -> str:
    return make.token(town, TokenPurpose.MEDCOM, name="Kommunens postkasse")[1]


def told(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    said: dict[str, Any] = response.json()
    return said


def message() -> IncomingMessage:
    with acting(make.SYSTEM), transaction.atomic():
        return IncomingMessage.objects.select_related("referral").get()


# ---- taken in ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_becomes_a_referral(town: Municipality, secret: str) -> None:
    said = told(calls.deliver(secret, messages.referral()), 201)
    row = message()
    assert said == {
        "id": str(row.pk),
        "status": "created",
        "reason": "",
        "contact_by": "2026-03-04",
        "referral": str(row.referral_id),
        "receipt": f"/api/v1/medcom/{row.pk}/receipt",
    }
    assert (row.way, row.organisation_id, row.came_at) == (Way.API, town.pk, NOW)
    assert row.filename == "Kommunens postkasse"
    assert row.bytes == messages.referral()
    assert row.referral is not None
    assert (row.referral.received_at, row.referral.channel) == (NOW, Channel.MEDCOM)
    with acting(make.SYSTEM):
        arrival = Arrival.objects.get()
        assert (arrival.way, arrival.result) == (Way.API, Taken.CREATED)
        taken = AuditEvent.objects.get(act="message.taken")
        assert taken.actor.startswith("token:")


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["XH1530R", "XH1531R", "XH0130R", "XH0131R", "XD9134L"])
def test_every_version_is_taken(version: str, secret: str) -> None:
    assert told(calls.deliver(secret, messages.referral(version)), 201)["status"] == "created"


@pytest.mark.django_db
def test_the_same_again_changes_nothing_and_has_the_same_receipt(secret: str) -> None:
    body = messages.referral()
    first = told(calls.deliver(secret, body), 201)
    receipt = calls.get(first["receipt"], secret)
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        again = told(calls.deliver(secret, body), 200)
        assert again == {**first, "status": "duplicate"}
        assert calls.get(again["receipt"], secret).content == receipt.content
    assert message().referral_id


@pytest.mark.django_db
def test_a_correction_mends_the_same_case(secret: str) -> None:
    first = told(calls.deliver(secret, messages.referral()), 201)
    mended = messages.referral(status="rettetbrev", envelope="E2", letter="L2", text="Rettet")
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        said = told(calls.deliver(secret, mended), 200)
    assert (said["status"], said["referral"]) == ("corrected", first["referral"])
    assert (said["contact_by"], said["id"] != first["id"]) == (first["contact_by"], True)
    assert count() == 1


@pytest.mark.django_db
def test_the_same_request_again_under_its_key_is_answered_as_before(secret: str) -> None:
    body = messages.referral()
    first = calls.deliver(secret, body, Idempotency_Key="1")
    again = calls.deliver(secret, body, Idempotency_Key="1")
    assert (again.status_code, again.content) == (201, first.content)
    changed = body.replace(b"Nancy", b"Nansy")
    calls.problem(calls.deliver(secret, changed, Idempotency_Key="1"), 409, "key-used")
    assert count() == 1


# ---- kept in the inbox ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"x", InboxState.UNREADABLE),
        (messages.referral()[:-200], InboxState.UNREADABLE),
        (messages.referral() * 2, InboxState.UNREADABLE),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', None),
        (messages.referral().replace(b"ISO-8859-1", b"UTF-8"), InboxState.UNREADABLE),
        (messages.referral("XH2230R"), InboxState.NOT_OURS),
        (messages.referral(receiver=messages.BROENDBY), InboxState.MISADDRESSED),
    ],
)
def test_what_cannot_be_taken_is_kept_and_said_so(
    body: bytes, state: InboxState | None, secret: str
) -> None:
    said = told(calls.deliver(secret, body), 422)
    row = message()
    assert said == {
        "id": str(row.pk),
        "status": "refused",
        "reason": row.reason,
        "contact_by": None,
        "referral": None,
        "receipt": None,
    }
    assert row.reason
    assert row.state == (state or row.state) != InboxState.ACCEPTED
    assert row.bytes == body
    again = told(calls.deliver(secret, body), 422)
    assert again == said
    assert count(IncomingMessage) == 1
    assert count() == 0


# ---- receipts ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_receipt_is_the_bytes_that_were_made(secret: str) -> None:
    said = told(calls.deliver(secret, messages.referral()), 201)
    response = calls.get(said["receipt"], secret)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=ISO-8859-1"
    assert b"ISO-8859-1" in response.content[:60]
    assert b"XC0330Q" in response.content
    with acting(make.SYSTEM):
        assert bytes(Receipt.objects.get().xml) == response.content
    assert calls.get(said["receipt"], secret).content == response.content


@pytest.mark.django_db
def test_without_a_receipt_there_is_none(secret: str) -> None:
    said = told(calls.deliver(secret, b"x"), 422)
    path = f"{calls.MEDCOM}/{said['id']}/receipt"
    calls.problem(calls.get(path, secret), 404, "not-found")


@pytest.mark.django_db
def test_a_sender_that_was_refused_has_a_negative_receipt(town: Municipality, secret: str) -> None:
    body = messages.referral(receiver=messages.BROENDBY)
    said = told(calls.deliver(secret, body), 422)
    counsellor = make.actor(make.grant(organisation=town))
    with acting(counsellor):
        refuse_sender(message(), reason="Send den til Brøndby.", by=counsellor, at=clock.now())
    response = calls.get(f"{calls.MEDCOM}/{said['id']}/receipt", secret)
    assert response.status_code == 200
    assert "Brøndby" in response.content.decode("iso-8859-1")
    with acting(make.SYSTEM):
        assert Receipt.objects.get().kind == ReceiptKind.NEGATIVE


@pytest.mark.django_db
def test_another_municipality_has_no_part_in_it(secret: str) -> None:
    said = told(calls.deliver(secret, messages.referral()), 201)
    _token, other = make.token(make.municipality(), TokenPurpose.MEDCOM)
    calls.problem(calls.get(said["receipt"], other), 404, "not-found")
    calls.problem(calls.get(said["receipt"]), 401, "token-missing")


# ---- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_fifty_deliveries_of_one_message_at_once_are_one_effect(secret: str) -> None:
    answers = answers_at_once(lambda: calls.deliver(secret, messages.referral()), 50)
    said = [answer.json() for answer in answers]
    assert sorted(one["status"] for one in said) == ["created"] + ["duplicate"] * 49
    assert len({(one["id"], one["referral"], one["receipt"]) for one in said}) == 1
    assert (count(), count(IncomingMessage), count(Receipt)) == (1, 1, 1)
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.get().contact_by == dt.date(2026, 3, 4)
