"""A referral from a pasted mail: paste, Enter. One key after the paste, counted."""

import re

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, expect

from referrals.models import Referral
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from tests import make
from tests.browser.conftest import Visitor
from tests.browser.test_first_referral import PASSWORD, hired
from tests.referrals import pasted_samples as samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def mette(visitor: Visitor) -> Visitor:
    hired(Role.COUNSELLOR, make.municipality(name="Hvidovre Kommune"), "mette@example.test")
    return visitor.signs_in("mette@example.test", PASSWORD)


def pastes(page: Page, text: str) -> None:
    """As Ctrl+V does: the text is there, and the page is told."""
    box = page.locator("textarea[name=text]")
    box.focus()
    page.keyboard.insert_text(text)
    box.dispatch_event("paste")
    expect(page.locator("input[name=phone][data-found]")).to_be_visible()
    # Where Enter saves: only now is a key not too early.
    save = page.locator(".button-group").get_by_role("button", name="Opret henvisning")
    expect(save).to_be_focused()


def test_paste_and_enter_register_a_referral(mette: Visitor) -> None:
    page = mette.page
    mette.then(lambda: page.keyboard.press("n"))
    pastes(page, samples.WARD)
    mette.looks()
    expect(page.locator("input[name=phone]")).to_have_value("20 12 34 56")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # the one key
    expect(page.get_by_text(re.compile("Henvisningen er oprettet"))).to_be_visible()
    with acting(make.SYSTEM), transaction.atomic():
        kept = Referral.objects.get().text.splitlines()
    assert kept == samples.WARD.strip().splitlines()


def test_the_mails_own_time_is_one_click(mette: Visitor) -> None:
    page = mette.page
    mette.goes("/henvisninger/ny/")
    pastes(page, samples.WARD)
    mette.then(page.get_by_role("button", name=re.compile("Brug mailens tidspunkt")).click)
    expect(page.locator("input[name=received_at_0]")).to_have_value("2026-11-20")
    expect(page.locator("input[name=received_at_1]")).to_have_value("10:12")
    expect(page.locator("input[name=phone]")).to_have_value("20 12 34 56")


def test_a_known_telephone_is_pointed_at_while_one_types(mette: Visitor) -> None:
    page = mette.page
    mette.goes("/henvisninger/ny/")
    pastes(page, samples.WARD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    mette.goes("/henvisninger/ny/")
    page.fill("input[name=phone]", "20123456")
    page.keyboard.press("Tab")
    expect(page.get_by_text("har allerede en åben sag")).to_be_visible()
    page.select_option("select[name=source]", "practice")
    mette.looks()
    mette.then(page.locator(".button-group").get_by_role("button", name="Opret henvisning").click)
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label(re.compile("Det er samme borger")).check()
    with page.expect_navigation():
        page.locator(".button-group").get_by_role("button", name="Opret henvisning").click()
    with acting(make.SYSTEM), transaction.atomic():
        assert len(set(Referral.objects.values_list("citizen", flat=True))) == 1


def test_enter_in_a_field_saves_and_does_not_read_the_text(mette: Visitor) -> None:
    page = mette.page
    mette.goes("/henvisninger/ny/")
    page.select_option("select[name=source]", "practice")
    page.fill("input[name=phone]", "20123456")
    with page.expect_navigation():
        page.press("input[name=phone]", "Enter")
    expect(page.get_by_text(re.compile("Henvisningen er oprettet"))).to_be_visible()
