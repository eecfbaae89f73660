"""The OpenAPI document: valid, complete, true of what is answered, and readable as a page."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from openapi_spec_validator import validate

from courses.api.schemas import Asked
from referrals.api.schemas import NewReferral
from roegfri.accounts.models import TokenPurpose
from roegfri.api.openapi import document
from roegfri.api.problems import KINDS
from tests import make
from tests.roegfri.api import calls
from tests.roegfri.medcom import messages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks as openapi_checks

pytestmark = pytest.mark.django_db
EXAMPLES = 30
# Without a key: what anybody may read of the courses.
OPEN = {("/api/v1/courses", "get"), ("/api/v1/courses/{id}", "get")}
PATHS = OPEN | {
    ("/api/v1/medcom", "post"),
    ("/api/v1/referrals", "post"),
    ("/api/v1/referrals/{id}", "get"),
    ("/api/v1/medcom/{id}/receipt", "get"),
}


def described(language: str = "") -> dict[str, Any]:
    response = calls.get("/api/v1/openapi.json", **{"Accept-Language": language})
    assert response["Content-Type"] == "application/json"
    said: dict[str, Any] = json.loads(response.content)
    return said


def operations() -> Iterator[dict[str, Any]]:
    for methods in described()["paths"].values():
        yield from methods.values()


def test_the_document_is_valid_and_open_to_all() -> None:
    said = described()
    validate(said)
    assert {(path, method) for path, said in said["paths"].items() for method in said} == PATHS


def test_it_is_danish_and_english() -> None:
    validate(described("en"))
    assert described("en")["paths"].keys() == described("da")["paths"].keys()


def test_every_call_says_who_may_and_how_it_can_go_wrong() -> None:
    assert described()["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    for call in operations():
        is_open = "/courses" in call["x-codeSamples"][0]["source"]
        assert call["security"] == ([] if is_open else [{"Bearer": []}])
        assert call["summary"]
        assert call["description"]
        assert {"403", "404", "405", "429", "500"} <= set(call["responses"])
        assert ("401" in call["responses"]) is not is_open
        if "requestBody" in call:
            assert {"200", "201", "400", "409", "411", "413", "415", "422"} <= set(
                call["responses"]
            )


def test_every_field_is_explained_and_every_example_is_true() -> None:
    schemas = described()["components"]["schemas"]
    received = ("NewReferral", "Address", "Answered", "MessageAnswered", "HowFar")
    for name in (*received, "ListedPage", "Listed", "Municipality", "Place", "Meeting"):
        for field, said in schemas[name]["properties"].items():
            assert said.get("description"), f"{name}.{field}"
    body = described()["paths"]["/api/v1/referrals"]["post"]["requestBody"]
    assert body["required"]
    NewReferral.model_validate(body["content"]["application/json"]["example"])
    fields = schemas["NewReferral"]["properties"]
    examples = {n: said["examples"][0] for n, said in fields.items() if "examples" in said}
    assert len(examples) > 15
    NewReferral.model_validate(examples)


def test_every_kind_of_problem_is_described() -> None:
    responses = described()["components"]["responses"]
    told = {
        slug
        for said in responses.values()
        for slug in said["content"]["application/problem+json"]["examples"]
    }
    assert told == set(KINDS)


# ---- what is answered is what was described ------------------------------------------------------

CHECKS = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.unsupported_method,
]


@pytest.fixture
def running() -> Iterator[None]:
    """The test's own transaction stays open between requests, as with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def schema() -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def key_for(path: str, home: Any) -> str:
    purpose = TokenPurpose.MEDCOM if "medcom" in path else TokenPurpose.REFERRALS
    return make.token(home, purpose)[1]


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(("path", "method"), sorted(PATHS))
def test_whatever_is_sent_is_answered_as_described(path: str, method: str, settings: Any) -> None:
    settings.API_REQUESTS = 100_000
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    headers = calls.key(key_for(path, home))
    operation = schema()[path][method.upper()]
    statuses = []

    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def whatever(case: Any) -> None:
        response = case.call(headers=headers)
        statuses.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    whatever()
    assert len(statuses) >= EXAMPLES / 2


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(("path", "method"), sorted(PATHS - OPEN))
def test_whatever_is_sent_without_a_key_is_refused(path: str, method: str) -> None:
    operation = schema()[path][method.upper()]

    @given(case=operation.as_strategy())
    @hypothesis_settings(
        max_examples=5,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def whatever(case: Any) -> None:
        case.headers = {k: v for k, v in (case.headers or {}).items() if k != "Authorization"}
        response = case.call()
        assert response.status_code == 401

    whatever()


@pytest.mark.usefixtures("running")
def test_control_what_is_not_described_is_found() -> None:
    """The same test against a description that leaves an answer out."""
    home = make.municipality()
    headers = calls.key(key_for("referrals", home))
    less = json.loads(json.dumps(document()))
    del less["paths"]["/api/v1/referrals"]["post"]["responses"]["201"]
    weak = schemathesis.openapi.from_dict(less)
    weak.app = get_wsgi_application()
    case = weak["/api/v1/referrals"]["POST"].Case(
        body={"phone": "20 12 34 56"}, media_type="application/json"
    )
    response = case.call(headers=headers)
    assert response.status_code == 201
    with pytest.raises(BaseException, match="Undocumented"):
        case.validate_response(response, checks=CHECKS)


# ---- the page ------------------------------------------------------------------------------------


def test_the_page_shows_every_call_every_field_and_every_problem() -> None:
    response: Any = Client().get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    for path, _method in PATHS:
        assert path in page
    for field in (*NewReferral.model_fields, *Asked.model_fields):
        assert f"<code>{field}" in page, field
    for slug in KINDS:
        assert f'id="{slug}"' in page
    assert "http://testserver/api/v1/referrals" in page
    assert response.cookies == {}
    assert "<script" not in page
    assert "<form" not in page


def test_the_page_is_in_the_language_of_the_site() -> None:
    client = Client()
    assert b'<html lang="da">' in client.get("/api/v1/docs").content
    assert b'<html lang="en">' in client.get("/api/v1/docs?sprog=en").content
    client.cookies["language"] = "en"
    assert b'<html lang="en">' in client.get("/api/v1/docs").content
    assert b'<html lang="da">' in client.get("/api/v1/docs?sprog=da").content


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_what_is_open_can_only_be_read(path: str) -> None:
    assert Client().head(path).status_code == 200
    response = Client().post(path)
    calls.problem(response, 405, "method-not-allowed")
    assert response["Allow"] == "GET, HEAD"
