"""A coordinator's own screens in Chromium: each is accessible and whole, wide and narrow."""

import datetime as dt
import re

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


def test_a_colleague_is_invited_and_let_go_and_a_holiday_is_closed(visitor: Visitor) -> None:
    municipality = make.municipality(name="Hvidovre Kommune")
    karin = User.objects.create_user("karin@example.test", PASSWORD, name="Karin Holst")
    make.grant(Role.COORDINATOR, municipality, karin)
    page = visitor.signs_in("karin@example.test", PASSWORD).page

    visitor.goes("/medarbejdere/ny/")
    page.fill("input[name=email]", "ny@example.test")
    visitor.then(page.get_by_role("button", name="Send invitation").click)
    expect(page.locator(".error-summary")).to_be_focused()
    page.fill("input[name=name]", "Åse Ny")
    visitor.then(page.get_by_role("button", name="Send invitation").click)
    expect(page.get_by_text("Invitationen er sendt til ny@example.test.")).to_be_visible()
    visitor.then(page.get_by_role("link", name="Send invitation igen til Åse Ny").click)

    visitor.goes("/medarbejdere/")
    later = clock.today() + dt.timedelta(days=30)
    visitor.then(page.get_by_role("link", name="Afslut Rådgiver, Åse Ny").click)
    page.fill("input[name=from_on]", later.isoformat())
    visitor.then(page.get_by_role("button", name="Afslut rollen").click)
    visitor.then(page.get_by_role("link", name="Fjern slutdato").click)
    visitor.then(page.get_by_role("button", name="Fjern slutdato").click)
    visitor.then(page.get_by_role("link", name="Afslut Rådgiver, Åse Ny").click)
    visitor.then(page.get_by_role("button", name="Afslut rollen").click)
    expect(page.get_by_text("Åse Ny", exact=True)).to_have_count(0)

    visitor.goes("/lukkedage/")
    day = clock.add_workdays(later, 1)
    page.fill("input[name=from_on]", day.isoformat())
    page.fill("input[name=reason]", "Kursusdag")
    visitor.then(page.get_by_role("button", name="Tilføj").click)
    expect(page.get_by_text("1 lukkedag er tilføjet.")).to_be_visible()
    visitor.then(page.get_by_role("link", name=re.compile("Fjern")).first.click)
    visitor.then(page.get_by_role("button", name="Fjern lukkedagen").click)


def test_deadlines_kept_are_drawn_and_open_their_rows(visitor: Visitor) -> None:
    municipality = make.municipality(name="Hvidovre Kommune")
    karin = User.objects.create_user("karin@example.test", PASSWORD, name="Karin Holst")
    grant = make.grant(Role.COORDINATOR, municipality, karin)
    page = visitor.signs_in("karin@example.test", PASSWORD).page
    visitor.goes("/frister/")
    expect(page.get_by_text("Ingen henvisninger endnu")).to_be_visible()
    make.referral(make.actor(grant), received_at=clock.now() - dt.timedelta(days=20))
    visitor.goes("/frister/")
    expect(page.get_by_role("img", name="Truffet inden fristen, uge for uge")).to_be_visible()
    visitor.then(page.locator("tfoot").get_by_role("link", name="1").last.click)
    expect(page.get_by_role("link", name="Nancy Ann Berggren")).to_be_visible()
    visitor.goes("/frister/?slags=selv")
    expect(page.get_by_text("Ingen af den slags i perioden")).to_be_visible()
