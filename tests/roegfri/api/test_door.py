"""Nothing under /api/ answers with a page, a cookie, or a redirect, whatever is asked."""

import json
import logging
from typing import Any

import pytest
from django.test import Client

from roegfri.accounts.roles import Role
from roegfri.api import views
from tests import make
from tests.roegfri.api import calls

pytestmark = pytest.mark.django_db
ADDRESSES = [
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v1/docs/",
    "/api/v2/referrals",
    "/api/v1/referrals/",
    "/api/v1/referrals/1",
    "/api/v1/medcom/x/receipt",
    "/api/%00",
    "/api/v1/docs?%00",
    "/api/a%0Ab",
    "/api/../konto/login",
]


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("address", [*ADDRESSES, calls.REFERRALS, calls.MEDCOM])
def test_every_address_answers_with_a_problem(address: str, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.grant(Role.COORDINATOR).user)
    response: Any = getattr(client, method)(address)
    assert 400 <= response.status_code < 500, response.status_code
    assert response["Content-Type"] == "application/problem+json"
    assert response.cookies == {}
    assert "Location" not in response
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert response["Cache-Control"] == "no-store"
    if method != "head":
        assert json.loads(response.content)["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("GET", calls.REFERRALS, "POST"),
        ("FOO", calls.MEDCOM, "POST"),
        ("POST", "/api/v1/docs", "GET, HEAD"),
        ("FOO", "/api/v1/openapi.json", "GET, HEAD"),
        ("DELETE", f"{calls.REFERRALS}/00000000-0000-0000-0000-000000000000", "GET, HEAD"),
    ],
)
def test_the_method_that_would_do_is_named(method: str, address: str, allowed: str) -> None:
    response: Any = Client(enforce_csrf_checks=True).generic(method, address)
    calls.problem(response, 405, "method-not-allowed")
    assert set(response["Allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("path", [calls.REFERRALS, calls.MEDCOM])
def test_a_session_opens_nothing(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.grant(Role.COORDINATOR).user)
    response = calls.post(path, "", {}, client=client)
    calls.problem(response, 401, "token-missing")


def test_a_key_needs_no_csrf_and_a_session_beside_it_changes_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.grant(Role.ADMINISTRATOR, make.municipality()).user)
    _token, secret = make.token()
    response = calls.refer(secret, client=client, Origin="https://other.example")
    assert response.status_code == 201
    assert response.cookies == {}
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_a_preflight_is_not_answered() -> None:
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    response = Client().options(calls.REFERRALS, headers=headers)
    calls.problem(response, 405, "method-not-allowed")
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_problems_are_in_danish_or_in_the_language_asked_for() -> None:
    danish = calls.get("/api/v1/x")
    assert danish["Content-Language"] == "da"
    assert calls.problem(danish, 404, "not-found")["title"] == "Findes ikke"
    english = calls.get("/api/v1/x", **{"Accept-Language": "en-GB,en;q=0.9"})
    assert english["Content-Language"] == "en"
    assert calls.get("/api/v1/x", **{"Accept-Language": "fr"})["Content-Language"] == "da"


def test_another_host_is_a_problem() -> None:
    response = Client().get("/api/v1/docs", headers={"Host": "evil.example"})
    calls.problem(response, 400, "bad-request")


def test_plain_http_is_refused_and_not_sent_on(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    _token, secret = make.token()
    calls.problem(calls.refer(secret), 403, "https-required")
    assert Client().get("/konto/login/").status_code == 301
    secure = Client().get("/api/v1/openapi.json", secure=True)
    assert secure.status_code == 200


def test_what_nobody_foresaw_is_a_problem_and_logged_without_words(
    monkeypatch: Any, caplog: Any
) -> None:
    def fail() -> None:
        msg = "251248-9996"
        raise RuntimeError(msg)

    monkeypatch.setattr(views, "document", fail)
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        response: Any = client.get("/api/v1/openapi.json")
    said = calls.problem(response, 500, "server-error")
    assert "251248" not in str(said)
    assert "text/html" not in response["Content-Type"]


class Endless:
    """100 MB that must not be read."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += 100_000_000 if size < 0 else size
        return b"x" * min(size if size >= 0 else 100_000_000, 1000)

    readline = read


@pytest.mark.parametrize("path", [calls.REFERRALS, calls.MEDCOM])
def test_too_much_is_refused_before_it_is_read(path: str) -> None:
    _token, secret = make.token()
    stream = Endless()
    environ: Any = {"CONTENT_LENGTH": "100000000", "wsgi.input": stream}
    headers = calls.key(secret)
    response: Any = Client().generic(
        "POST", path, b"", content_type="application/json", headers=headers, **environ
    )
    calls.problem(response, 413, "too-large")
    assert stream.taken == 0


def test_what_comes_in_pieces_is_refused() -> None:
    _token, secret = make.token()
    response: Any = Client().generic(
        "POST",
        calls.MEDCOM,
        b"",
        content_type="application/xml",
        headers={**calls.key(secret), "Transfer-Encoding": "chunked"},
    )
    calls.problem(response, 411, "length-required")
