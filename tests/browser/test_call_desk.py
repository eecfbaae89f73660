"""A morning at the telephone, by keyboard: the next person is open, and every press is counted."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, expect

from referrals.models import Interview, Referral
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def mette() -> Actor:
    place = make.municipality(name="Hvidovre Kommune")
    user = User.objects.create_user("mette@example.test", PASSWORD, name="Mette Bruun")
    return make.actor(make.grant(Role.COUNSELLOR, place, user))


def referred(by: Actor, name: str, number: str) -> Referral:
    given, surname = name.split()
    now = clock.now()
    return make.referral(by, received_at=now, given_names=given, surname=surname, number=number)


class Counted:
    """What a person does on a page: each key that is no writing, and each click, is one."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def key(self, name: str) -> None:
        self.presses += 1
        self.page.keyboard.press(name)

    def click(self, what: str) -> None:
        self.presses += 1
        self.page.locator(what).first.click()


def test_referred_not_reached_reached(visitor: Visitor, mette: Actor) -> None:
    referred(mette, "Anna Jensen", "+4520123456")
    referred(mette, "Bo Olsen", "+4530303030")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    hand = Counted(page)
    visitor.then(page.get_by_role("link", name="Anna Jensen").click)

    # Not reached: one key, and the next person is open with what was logged and how to undo it.
    visitor.then(lambda: hand.key("i"))
    assert hand.presses == 1
    expect(page.get_by_role("heading", name=re.compile("Bo Olsen"))).to_be_visible()
    expect(page.get_by_text("Gemt: Intet svar for Anna Jensen.")).to_be_visible()

    # Undo: one key, and she is open again; then the same slip again, on purpose.
    visitor.then(lambda: hand.key("z"))
    expect(page.get_by_role("heading", name=re.compile("Anna Jensen"))).to_be_visible()
    expect(page.locator(".attempt-undone")).to_have_count(1)
    visitor.then(lambda: hand.key("i"))

    # Reached: one key and one screen.
    hand.presses = 0
    hand.key("t")
    expect(page.locator("#id_told_all")).to_be_focused()
    hand.key("Space")
    assert page.locator("#id_told_quitline").is_checked()
    page.fill("#id_use_cigarettes", "12")
    page.fill("#id_use_pipe", "1")
    expect(page.locator("[data-sum]")).to_have_text("= 15")
    expect(page.locator("[data-heavy]")).to_be_visible()
    hand.click("label[for=id_motivation_6]")
    hand.click("label[for=id_wishes_0]")
    # The courses that suit follow what is ticked; the first swap marks the page in its history.
    with page.expect_response("**/forslag/"):
        hand.click(".time-cell")
    page.wait_for_load_state("networkidle")
    visitor.looks()
    visitor.then(lambda: hand.key("Control+Enter"))
    assert hand.presses == 6
    expect(page.get_by_text("Der er ikke flere at ringe til lige nu.")).to_be_visible()
    with acting(mette), transaction.atomic():
        told = Interview.objects.get()
        assert (told.per_day, told.motivation) == (15, 7)
        assert (told.wishes, told.times) == (["group"], ["1-am"])


def test_a_letter_that_is_written_is_no_key(visitor: Visitor, mette: Actor) -> None:
    referral = referred(mette, "Anna Jensen", "+4520123456")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    visitor.goes(f"/opkald/{referral.pk}/")
    page.locator("textarea[name=note]").press_sequentially("iburf")
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    expect(page.locator("button[name=pick]").first).to_be_focused()
    page.locator("[name=call_back_at_0]").fill("2099-01-01")
    page.locator("[name=call_back_at_1]").fill("10:00")
    # Enter saves what one is writing in, and logs nothing else.
    visitor.then(lambda: page.locator("[name=call_back_at_1]").press("Enter"))
    expect(page.get_by_text("højst et år frem").first).to_be_visible()
    assert page.input_value("textarea[name=note]") == "iburf"


def test_it_works_without_scripts(visitor: Visitor, mette: Actor) -> None:
    referral = referred(mette, "Anna Jensen", "+4520123456")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    browser = page.context.browser
    assert browser
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(f"{visitor.address}/opkald/{referral.pk}/")
    plain.locator("summary", has_text="Truffet").click()
    plain.check("#id_told_all")
    plain.fill("#id_use_cigarettes", "20")
    plain.get_by_role("button", name=re.compile("Gem samtalen")).click()
    expect(plain.get_by_text("Der er ikke flere at ringe til lige nu.")).to_be_visible()
    with acting(mette), transaction.atomic():
        assert Interview.objects.get().per_day == 20
        assert Referral.objects.get().state == "reached"
    plain.context.close()
