"""The list of courses inside another site's page: shown there, and left by a click."""

import datetime as dt
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser

from courses.models import Course
from roegfri import clock
from tests import make

LINE = '<iframe src="{address}" title="Find et hold" width="300" height="500"></iframe>'


@pytest.fixture
def course(transactional_db: None) -> Course:
    town = make.municipality(name="Hvidovre Kommune", code="167")
    by = make.actor(make.grant(organisation=town))
    first = clock.now() + dt.timedelta(days=3)
    with transaction.atomic():
        return make.course(by, meetings=6, first=first, name="Aftenhold")


class Elsewhere:
    """A page of another site, at an origin of its own."""

    def __init__(self) -> None:
        self.page = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!doctype html><title>Kommunen</title>{outer.page}".encode())

            def log_message(self, *_args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_the_list_is_shown_on_another_site_and_a_course_opens_in_the_whole_window(
    chromium: Browser, address: str, course: Course, elsewhere: Elsewhere, settings: Any
) -> None:
    settings.EMBED_SITES = [elsewhere.origin]
    elsewhere.page = LINE.format(address=f"{address}/indlejr/167/")
    page = chromium.new_page(locale="da-DK")
    page.goto(elsewhere.origin)
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Aftenhold").wait_for()
    inner = page.frames[1]
    assert inner.evaluate("document.documentElement.scrollWidth") <= 300
    with page.expect_navigation():
        frame.get_by_role("link", name="Aftenhold").click()
    assert page.url.startswith(f"{address}/find-hold/{course.pk}/")
    assert page.context.cookies() == []
    page.close()


@pytest.mark.parametrize("path", ["/indlejr/167/", "/find-hold/", "/tilmeld/167/"])
def test_control_where_it_may_not_be_framed_there_is_nothing(
    chromium: Browser, address: str, course: Course, elsewhere: Elsewhere, settings: Any, path: str
) -> None:
    settings.EMBED_SITES = ["https://www.hvidovre.dk"]
    elsewhere.page = LINE.format(address=address + path)
    page = chromium.new_page(locale="da-DK")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(elsewhere.origin, wait_until="load")
    assert page.frame_locator("iframe").get_by_role("link").count() == 0
    assert any("frame-ancestors" in text for text in refused)
    page.close()
