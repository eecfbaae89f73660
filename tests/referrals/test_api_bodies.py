"""What is sent to the API by mistake or in malice: a clear answer, and nothing half-written."""

import gzip
import io
import json
from typing import Any

import pytest
from django.test import Client

from referrals.models import Citizen, IncomingMessage, Referral
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import acting
from tests import make
from tests.roegfri.api import calls
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db
GOOD = json.dumps({"phone": "20 12 34 56", "surname": "Østergård"}, ensure_ascii=False)


@pytest.fixture
def secret() -> str:
    return make.token(make.municipality())[1]


def nothing_is_stored() -> bool:
    with acting(make.SYSTEM):
        return not any(model.objects.exists() for model in (Citizen, Referral, IncomingMessage))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"null",
        b"[]",
        b'"tekst"',
        b"17",
        b"{",
        GOOD.encode()[:-1],
        GOOD.encode() + b"}",
        GOOD.encode() * 2,
        b'{"phone": "20123456",}',
        b"{'phone': '20123456'}",
        b'{"phone": "20123456", "phone": "30123456"}',
        b'{"address": {"town": "A", "town": "B"}}',
        b'{"\\ud800": 1, "\\ud800": 2}',
        b'{"phone": NaN}',
        b'{"phone": -Infinity}',
        b'{"phone": ' + b"9" * 10_000 + b"}",
        b'{"phone": "20123456\x00"}',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        GOOD.encode("latin-1"),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-32"),
        b"phone=20123456",
        b"<xml/>",
        b"\xff\xfe\xfd",
    ],
)
def test_what_is_no_json_object_is_said_to_be_none(body: bytes, secret: str) -> None:
    said = calls.problem(calls.refer(secret, body), 400, "malformed")
    assert "errors" not in said
    assert nothing_is_stored()


def test_a_byte_order_mark_is_no_content(secret: str) -> None:
    assert calls.refer(secret, b"\xef\xbb\xbf" + GOOD.encode()).status_code == 201


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "",
    ],
)
def test_another_type_is_refused(content_type: str, secret: str) -> None:
    response = calls.refer(secret, GOOD.encode(), content_type=content_type)
    calls.problem(response, 415, "wrong-type")
    assert nothing_is_stored()


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf8_may_be_said(charset: str, secret: str) -> None:
    content_type = f"application/json; charset={charset}"
    assert calls.refer(secret, GOOD.encode(), content_type=content_type).status_code == 201


def test_what_is_compressed_is_refused(secret: str) -> None:
    response = calls.refer(secret, gzip.compress(GOOD.encode()), Content_Encoding="gzip")
    calls.problem(response, 415, "wrong-type")


@pytest.mark.parametrize("size", [500_001, 3_000_000])
def test_too_much_json_is_refused(size: int, secret: str) -> None:
    body = json.dumps({"phone": "20123456", "text": "x" * size}).encode()
    calls.problem(calls.refer(secret, body), 413, "too-large")
    assert nothing_is_stored()


def test_the_text_of_a_fault_repeats_little_of_what_was_sent(secret: str) -> None:
    name = "251248-9996 " * 1000
    response = calls.refer(secret, {name: 1, "cpr": "2512489996x"})
    found = calls.faults(response)
    assert max(map(len, found)) <= 60
    assert "2512489996x" not in response.content.decode()


def test_a_thousand_unknown_fields_are_answered_shortly(secret: str) -> None:
    response = calls.refer(secret, {f"felt{number}": 1 for number in range(1000)})
    assert len(calls.faults(response)) == 50


# ---- MedCom --------------------------------------------------------------------------------------


@pytest.fixture
def brings() -> str:
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    return make.token(home, TokenPurpose.MEDCOM)[1]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "application/zip"])
def test_a_message_of_another_type_is_refused(content_type: str, brings: str) -> None:
    response = calls.deliver(brings, messages.referral(), content_type=content_type)
    said = calls.problem(response, 415, "wrong-type")
    assert "application/xml" in said["detail"]
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "text/xml; charset=utf-8", "application/octet-stream", "Application/XML"],
)
def test_the_bytes_are_taken_as_they_are(content_type: str, brings: str) -> None:
    response = calls.deliver(brings, messages.referral(), content_type=content_type)
    assert response.status_code == 201, response.content


def test_a_message_that_was_cut_off_on_its_way_leaves_nothing(brings: str) -> None:
    body = messages.referral()
    environ: Any = {"CONTENT_LENGTH": str(len(body) + 1), "wsgi.input": io.BytesIO(body)}
    response = Client().generic(
        "POST",
        calls.MEDCOM,
        body,
        content_type="application/xml",
        headers=calls.key(brings),
        **environ,
    )
    calls.problem(response, 400, "malformed")
    assert nothing_is_stored()


def test_no_message_at_all_is_said_to_be_none(brings: str) -> None:
    environ: Any = {"CONTENT_LENGTH": "0", "CONTENT_TYPE": "application/xml"}
    response = Client().generic("POST", calls.MEDCOM, headers=calls.key(brings), **environ)
    calls.problem(response, 400, "malformed")
    assert nothing_is_stored()


def test_a_message_of_more_than_the_cap_is_refused(brings: str) -> None:
    calls.problem(calls.deliver(brings, b"x" * (5 * 1024 * 1024 + 1)), 413, "too-large")
    assert nothing_is_stored()
