"""Sag in Chromium: read, narrowed, corrected, printed; every page accessible, wide and narrow."""

import re

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from referrals.states import Outcome
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


def test_a_file_is_read_narrowed_corrected_and_printed(visitor: Visitor) -> None:
    user = User.objects.create_user("mette@example.test", PASSWORD, name="Mette Bruun")
    by = make.actor(make.grant(Role.COUNSELLOR, make.municipality(), user))
    referral = make.referral(by, civil_number="2512489996", received_at=clock.now())
    make.call(referral, by, Outcome.NO_ANSWER, at=clock.now())
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    address = f"/sag/{referral.pk}/"

    visitor.goes(address)
    expect(page.get_by_text(re.compile("^Næste:"))).to_be_visible()
    page.locator("#vis-calls").check()
    expect(page.locator(".timeline li:visible")).to_have_count(1)
    page.locator("#vis-all").check()
    expect(page.locator(".timeline li:visible")).to_have_count(2)
    visitor.then(page.get_by_role("button", name="Vis CPR").click)
    expect(page.get_by_text("251248-9996")).to_be_visible()

    visitor.goes(address + "oplysninger/")
    page.fill("input[name=surname]", "Østergård")
    visitor.then(page.get_by_role("button", name="Gem", exact=True).first.click)
    expect(page.get_by_text("Gemt: efternavn.")).to_be_visible()
    expect(page.get_by_text("Efternavn: Berggren → Østergård")).to_be_visible()

    visitor.goes(address + "udskriv/")
    visitor.then(page.get_by_role("button", name="Vis udskriften").click)
    expect(page.get_by_text("Udskrevet af Mette Bruun")).to_be_visible()
    expect(page.get_by_text("251248-****")).to_be_visible()
    expect(page.get_by_role("button", name="Udskriv")).to_be_visible()
    visitor.goes(address + "indsigt/")
