"""Somebody finds a course on an old phone and signs up for it, in Danish and in Arabic."""

import datetime as dt
import gzip
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, Response

from courses.models import Course
from courses.views.find.listing import SIZE
from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.public.commands import approve_language
from roegfri.public.languages import LANGUAGES
from tests import make
from tests.browser.conftest import Visitor

# Bytes of a first visit to a full list without the fonts, as they come over the line.
MOST = 12_000
_SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value }))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 500);
})"""
_SMALL = """() => [...document.querySelectorAll("main a, main button, main select, main input")]
  .filter(one => one.checkVisibility() && !one.closest(".unseen"))
  .map(one => [one, one.closest(".courses li, .places li, .tick") || one])
  .filter(([, whole]) => whole.getBoundingClientRect().height < 44)
  .map(([one]) => one.outerHTML)"""


@pytest.fixture
def course(transactional_db: None) -> Course:
    """Of Hvidovre, whose coordinator has approved Arabic; many others beside it."""
    town = make.municipality(name="Hvidovre Kommune", code="167", phone="36 39 36 39")
    by = make.actor(make.grant(Role.COORDINATOR, town))
    arabic, soon = LANGUAGES["ar"], clock.now() + dt.timedelta(days=2)
    with acting(by):
        approve_language(arabic, digest=arabic.digest, by=by, at=clock.now())
    with transaction.atomic():
        room = make.venue(town, name="Sundhedscentret", access="Ring på").rooms.get()
        found = make.course(by, name="Mandagsholdet", meetings=6, first=soon, room=room)
        for n in range(SIZE):
            later = soon + dt.timedelta(days=n, hours=3)
            make.course(by, name=f"Rygestophold {n}", meetings=6, first=later, room=room)
    return found


def patience(page: Page) -> None:
    """As long as anybody takes to write a name and a number."""
    page.wait_for_timeout(3100)


def test_from_a_postcode_to_the_call(
    visitor: Visitor, window: BrowserContext, course: Course
) -> None:
    page = visitor.goes("/find-hold/").page
    page.fill("#id_postnr", "2650")
    visitor.then(lambda: page.press("#id_postnr", "Enter"))
    assert page.evaluate(_SMALL) == []
    visitor.then(lambda: page.get_by_role("link", name="Vis flere").click())
    visitor.then(lambda: page.get_by_role("link", name="Vis de forrige").click())
    visitor.then(lambda: page.get_by_role("link", name="Mandagsholdet").click())
    assert page.evaluate(_SMALL) == []
    assert "under 2 km væk" in page.inner_text("main")
    visitor.then(lambda: page.get_by_role("link", name="Tilmeld mig").click())
    signs_up(visitor, "Ring til mig")
    assert page.inner_text("h1") == "Tak. Vi ringer til dig"
    assert wishes() == [course]
    assert window.cookies() == []


def test_the_same_in_arabic(visitor: Visitor, window: BrowserContext, course: Course) -> None:
    words = LANGUAGES["ar"].words
    page = visitor.goes("/find-hold/ar/").page
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    visitor.then(lambda: page.get_by_role("link", name="Hvidovre Kommune").click())
    visitor.then(lambda: page.get_by_role("link", name="Mandagsholdet").click())
    visitor.then(lambda: page.get_by_role("link", name=words["find"]["sign_up"]).click())
    signs_up(visitor, words["signup"]["send"])
    assert page.inner_text("h1") == words["thanks"]["heading"]
    assert wishes() == [course]
    assert window.cookies() == []


def signs_up(visitor: Visitor, button: str) -> None:
    page = visitor.page
    page.fill("#id_first_name", "Fatma")
    page.fill("#id_phone", "20 12 34 56")
    patience(page)
    visitor.then(lambda: page.get_by_role("button", name=button).click())


def wishes() -> list[Course]:
    with acting(make.SYSTEM), transaction.atomic():
        return [one.wished_course.course for one in Referral.objects.all()]


def heard(page: Page) -> list[Response]:
    """All that a page is answered, as it comes."""
    came: list[Response] = []

    def hears(answer: Response) -> None:
        came.append(answer)

    page.on("response", hears)
    return came


def test_a_full_list_is_small_and_stands_still(
    window: BrowserContext, address: str, course: Course
) -> None:
    for path in ("/find-hold/?postnr=2650", "/find-hold/ar/?postnr=2650"):
        page = window.new_page()
        came = heard(page)
        page.goto(address + path, wait_until="networkidle")
        assert page.locator(".courses li").count() == SIZE
        assert page.evaluate(_SHIFTS) < 0.01
        sizes = {
            one.url: len(gzip.compress(one.body()))
            for one in came
            if not one.url.startswith("data:")
        }
        assert {urlsplit(url).netloc for url in sizes} == {urlsplit(address).netloc}
        assert not any(url.endswith(".js") for url in sizes)
        fonts = sum(size for url, size in sizes.items() if url.endswith(".woff2"))
        assert 0 < sum(sizes.values()) - fonts < MOST, sizes
