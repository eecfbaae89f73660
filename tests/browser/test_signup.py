"""A citizen signs herself up, in Danish and in Arabic, with scripts off and without a cookie."""

import gzip
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, Page

from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.organisations.models import Municipality
from roegfri.public.commands import approve_language
from roegfri.public.languages import LANGUAGES
from tests import make
from tests.browser.conftest import PHONE, Visitor

# Bytes of a first visit without the fonts, as they come over the line.
MOST = 60_000


@pytest.fixture
def town(transactional_db: None) -> Municipality:
    made = make.municipality(name="Hvidovre Kommune", code="167", phone="36 39 36 39")
    by = make.actor(make.grant(Role.COORDINATOR, made))
    arabic = LANGUAGES["ar"]
    with acting(by):
        approve_language(arabic, digest=arabic.digest, by=by, at=clock.now())
    return made


def patience(page: Page) -> None:
    """As long as anybody takes to write a name and a number."""
    page.wait_for_timeout(3100)


def test_from_the_list_of_towns_to_the_call(
    visitor: Visitor, window: BrowserContext, town: Municipality
) -> None:
    page = visitor.goes("/tilmeld/").page
    page.fill("#id_kommune", "hvid")
    visitor.then(lambda: page.press("#id_kommune", "Enter"))
    visitor.then(lambda: page.get_by_role("link", name="Hvidovre Kommune").click())
    visitor.then(lambda: page.get_by_role("button", name="Ring til mig").click())
    page.get_by_role("link", name="Skriv dit fornavn").click()
    assert page.evaluate("document.activeElement.id") == "id_first_name"
    page.keyboard.type("Fatma")
    page.fill("#id_phone", "20 12 34 56")
    page.check("text=Jeg vil gerne have en tolk")
    page.check("text=Mandag")
    page.check("text=Eftermiddag")
    page.click("summary")
    page.fill("#id_message", "Ring gerne to gange")
    visitor.looks()
    patience(page)
    visitor.then(lambda: page.get_by_role("button", name="Ring til mig").click())
    assert page.inner_text("h1") == "Tak. Vi ringer til dig"
    page.reload()
    assert page.inner_text("h1") == "Tak. Vi ringer til dig"
    assert window.cookies() == []
    with acting(make.SYSTEM), transaction.atomic():
        text = Referral.objects.get().text
    assert "mandag; eftermiddag" in text


def test_in_arabic(visitor: Visitor, window: BrowserContext, town: Municipality) -> None:
    page = visitor.goes("/tilmeld/167/").page
    visitor.then(lambda: page.get_by_role("link", name="العربية").click())
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    visitor.then(lambda: page.get_by_role("button").click())
    words = LANGUAGES["ar"].words
    assert words["errors"]["first_name"] in page.inner_text("main")
    page.fill("#id_first_name", "فاطمة")
    page.fill("#id_phone", "٢٠١٢٣٤٥٦")
    patience(page)
    visitor.then(lambda: page.get_by_role("button").click())
    assert page.inner_text("h1") == words["thanks"]["heading"]
    assert window.cookies() == []


@pytest.fixture
def without_scripts(chromium: Browser) -> Iterator[Page]:
    width, height = PHONE
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_scripts_are_not_needed(without_scripts: Page, address: str, town: Municipality) -> None:
    page = without_scripts
    page.goto(f"{address}/tilmeld/167/")
    page.fill("#id_first_name", "Fatma")
    page.fill("#id_phone", "20 12 34 56")
    page.click("button")
    assert "Det gik meget hurtigt" in page.inner_text("main")
    assert page.input_value("#id_first_name") == "Fatma"
    patience(page)
    page.click("button")
    assert page.inner_text("h1") == "Tak. Vi ringer til dig"


def test_two_quick_clicks_are_one_referral(
    without_scripts: Page, address: str, town: Municipality
) -> None:
    page = without_scripts
    page.goto(f"{address}/tilmeld/167/")
    page.fill("#id_first_name", "Fatma")
    page.fill("#id_phone", "20 12 34 56")
    patience(page)
    page.dblclick("button")
    page.wait_for_selector("text=Vi ringer til dig")
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.count() == 1


def test_a_first_visit_is_small_and_asks_nobody_else(
    window: BrowserContext, address: str, town: Municipality
) -> None:
    page, seen = window.new_page(), {}
    page.on("response", lambda one: seen.update({one.url: one}))
    page.goto(f"{address}/tilmeld/167/ar/", wait_until="networkidle")
    sizes = {
        urlsplit(url).path: len(gzip.compress(one.body()))
        for url, one in seen.items()
        if not url.startswith("data:")
    }
    assert {urlsplit(url).netloc for url in sizes if "//" in url} <= {urlsplit(address).netloc}
    assert not any(path.endswith(".js") for path in sizes)
    fonts = sum(size for path, size in sizes.items() if path.endswith(".woff2"))
    assert 0 < sum(sizes.values()) - fonts < MOST
    assert all(f"{settings.STATIC_URL}" in path or "tilmeld" in path for path in sizes)
