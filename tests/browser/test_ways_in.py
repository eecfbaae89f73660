"""Keys for other systems, and what came in, in Chromium: accessible and whole, wide and narrow."""

import re

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from referrals.commands.arrivals import Came, note_arrivals
from referrals.states import Taken, Way
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def karin(visitor: Visitor) -> Visitor:
    user = User.objects.create_user("karin@example.test", PASSWORD, name="Karin Holst")
    make.grant(Role.COORDINATOR, make.municipality(name="Hvidovre Kommune"), user)
    return visitor.signs_in("karin@example.test", PASSWORD)


def test_a_key_is_made_copied_and_closed(karin: Visitor) -> None:
    page = karin.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    karin.goes("/adgangsnoegler/")
    karin.then(page.get_by_role("link", name="Lav en nøgle").click)
    karin.then(page.get_by_role("button", name="Lav nøglen").click)
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("Hvilket system er nøglen til?").fill("Integrationsplatformen")
    karin.then(page.get_by_role("button", name="Lav nøglen").click)
    secret = page.get_by_label("Nøgle", exact=True).input_value()
    page.get_by_role("button", name="Kopiér").click()
    expect(page.get_by_role("button", name="Kopieret")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert make.token_of(secret, clock.now())
    page.reload()
    expect(page.get_by_text("Nøglen er allerede lavet").first).to_be_visible()
    assert secret not in page.content()
    (conflict,) = karin.faults  # Chromium calls the 409 an error
    assert "409" in conflict
    karin.faults.clear()

    karin.goes("/adgangsnoegler/")
    karin.then(page.get_by_role("link", name=re.compile("Luk Integrationsplatformen")).click)
    karin.then(page.get_by_role("button", name="Luk nøglen").click)
    expect(page.get_by_text("«Integrationsplatformen» er lukket")).to_be_visible()
    karin.goes("/adgangsnoegler/?vis=lukkede")
    assert make.token_of(secret, clock.now()) is None


def test_what_came_in_is_drawn_and_told(karin: Visitor) -> None:
    page = karin.page
    karin.goes("/henvisninger/indgange/")
    expect(page.get_by_text("Intet er kommet ind i perioden")).to_be_visible()
    by = make.actor(User.objects.get().grants.get())
    rows = [(Way.API, Taken.CREATED), (Way.FOLDER, Taken.REFUSED), (Way.PUBLIC, Taken.CREATED)]
    with acting(by), transaction.atomic():
        came = [Came(way, result, clock.now(), reason="Ikke XML") for way, result in rows]
        note_arrivals(make.home(by).pk, came)
    karin.goes("/henvisninger/indgange/")
    expect(page.get_by_role("img", name="Time for time, det sidste døgn")).to_be_visible()
    page.get_by_text("Tallene bag tegningen").click()
    expect(page.get_by_role("table", name="Time for time, det sidste døgn")).to_be_visible()
    karin.then(page.get_by_role("link", name="30 dage").click)
    expect(page.get_by_role("cell", name="Ikke XML")).to_be_visible()
