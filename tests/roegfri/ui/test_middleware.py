"""One line for each request, an id to ask about, and no page left behind in a cache."""

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, path

from roegfri.ui import logs
from roegfri.ui.views import bad_request, server_error

SECRET = "2512489996"
DJANGO = "django.template.backends.django.DjangoTemplates"
LOCMEM = "django.template.loaders.locmem.Loader"
UNHASHED = "django.contrib.staticfiles.storage.StaticFilesStorage"
PAGES = {"500.html": "fault {{ request_id }}", "404.html": "not here"}


def fine(request: HttpRequest, number: str) -> HttpResponse:
    return HttpResponse(number)


def broken(request: HttpRequest, number: str) -> HttpResponse:
    known = {"cpr": number}
    raise KeyError(f"{number} {known}")


urlpatterns = [
    path("fine/<str:number>/", fine, name="fine"),
    path("broken/<str:number>/", broken, name="broken"),
]
handler500 = server_error


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[io.StringIO]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "roegfri.ui.middleware.log_request",
        "roegfri.ui.middleware.never_stored",
    ]
    # The real 500.html stands on collected files; test_the_page_for_a_fault looks at it.
    settings.TEMPLATES = [{"BACKEND": DJANGO, "OPTIONS": {"loaders": [(LOCMEM, PAGES)]}}]
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure({"level": "INFO"})
    yield stream
    monkeypatch.undo()
    logs.configure({"level": "WARNING"})


def ask(address: str) -> Any:
    return Client(raise_request_exception=False).post(
        f"{address}?cpr={SECRET}", {"cpr": SECRET}, headers={"X-Number": SECRET}
    )


@pytest.mark.django_db
def test_a_request_leaves_one_line_without_address_query_body_or_headers(
    written: io.StringIO,
) -> None:
    answer = ask(f"/fine/{SECRET}/")
    (line,) = [json.loads(row) for row in written.getvalue().splitlines()]
    assert {k: line[k] for k in ("event", "route", "method", "status")} == {
        "event": "request",
        "route": "fine",
        "method": "POST",
        "status": 200,
    }
    assert line["request"] == answer["X-Request-ID"]
    assert line["ms"] >= 0
    assert SECRET not in written.getvalue()


@pytest.mark.django_db
def test_each_request_has_an_id_of_its_own(written: io.StringIO) -> None:
    assert ask("/fine/1/")["X-Request-ID"] != ask("/fine/1/")["X-Request-ID"]


@pytest.mark.django_db
def test_a_failed_request_is_found_by_the_id_on_its_page(written: io.StringIO) -> None:
    answer = ask(f"/broken/{SECRET}/")
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    fault, request = (json.loads(row) for row in written.getvalue().splitlines())
    assert fault["fault"] == "builtins.KeyError"
    assert fault["frames"][-1].endswith(" broken")
    assert fault["request"] == request["request"] == answer["X-Request-ID"]
    assert request["status"] == 500
    assert SECRET not in written.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/fine/1/", "/broken/1/", "/nowhere/"])
def test_no_page_is_kept_by_a_cache(written: io.StringIO, address: str) -> None:
    answer = ask(address)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_the_page_for_a_fault_shows_the_id_and_asks_the_database_nothing(settings: Any) -> None:
    """No database mark: a query would fail the test."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": UNHASHED}}
    request = RequestFactory().get("/")
    request.id = "7f3a"  # type: ignore[attr-defined]
    page = server_error(request)
    assert page.status_code == 500
    assert "7f3a" in page.content.decode()


def test_the_house_answers_faults_itself() -> None:
    house = get_resolver("roegfri.urls")
    handlers: list[object] = [house.resolve_error_handler(code) for code in (400, 500)]
    assert handlers == [bad_request, server_error]
