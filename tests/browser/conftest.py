"""Chromium against a live server on the tests' database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
CHROMIUM = os.environ.get("ROEGFRI_CHROMIUM", "")
# Chromium looks up its maker's hosts unless it is told not to.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP, PHONE = (1440, 900), (390, 844)
# Milliseconds until something is taken not to come: nobody waits as long, but for a busy machine.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE / 3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loud reason where there is no browser."""
    if not CHROMIUM:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: apt install chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh browser window, wide and narrow."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="da-DK")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


class Visitor:
    """A page that is checked wherever it goes: accessible, whole, and without script errors."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.faults: list[str] = []
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # A refused form answers 422, which Chromium calls an error.
        if kind == "error" and "422" not in text:
            self.faults.append(text)

    def goes(self, path: str) -> "Visitor":
        self.page.goto(self.address + path)
        return self.looks()

    def then(self, act: Callable[[], object]) -> "Visitor":
        """Does something that leads to another page, and looks at that."""
        with self.page.expect_navigation():
            act()
        return self.looks()

    def looks(self) -> "Visitor":
        """What must hold on every page."""
        found = self._checked()
        assert found.violations_count == 0, found.generate_report()
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(wide), f"{self.page.url} scrolls sideways"
        assert self.faults == []
        return self

    def _checked(self) -> AxeResults:
        """By axe, once the page is there to stay: on a busy machine the next may be on its way."""
        self.page.wait_for_load_state()
        try:
            return Axe().run(self.page)
        except Error as fault:
            if "Execution context was destroyed" not in fault.message:
                raise
        self.page.wait_for_load_state()
        return Axe().run(self.page)

    def signs_in(self, email: str, password: str) -> "Visitor":
        self.goes("/konto/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", password)
        return self.then(lambda: self.page.press("input[name=password]", "Enter"))


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """A server whose static files come from WhiteNoise, as in production."""
    as_it_is: Any = lambda app: app  # noqa: E731
    thread = LiveServerThread("127.0.0.1", static_handler=as_it_is, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert not thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def visitor(window: BrowserContext, address: str) -> Visitor:
    return Visitor(window.new_page(), address)
