"""A whole morning of a counsellor in the trial's world, by keyboard; every press is counted.

The world is `demo_data`'s, so this is also the first morning of whoever tries Røgfri. What is
measured here stands in docs/clicks.md.
"""

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Locator, Page, expect

from referrals.models import Citizen, ContactAttempt, HandOver, Referral
from referrals.states import Outcome
from roegfri.actor import acting
from roegfri.desk.demo import PASSWORD
from roegfri.persons import phone
from tests import make
from tests.browser.conftest import DESKTOP, Visitor
from tests.browser.test_call_desk import Counted
from tests.browser.test_paste import pastes
from tests.referrals import pasted_samples as samples

pytestmark = pytest.mark.django_db(transaction=True)
SCALE = 200


@pytest.fixture(autouse=True)
def world() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        call_command("load_reference", demo=True, verbosity=0, stdout=StringIO())
        call_command("demo_data", scale=SCALE, stdout=StringIO())
        yield


@pytest.fixture
def mette(visitor: Visitor) -> Visitor:
    return visitor.signs_in("raadgiver@roegfri.test", PASSWORD)


def heading(page: Page) -> Locator:
    return page.locator("main h1")


def logged() -> set[str]:
    """What has been logged by calls that still count, since the world was made."""
    with acting(make.SYSTEM), transaction.atomic():
        new = ContactAttempt.objects.filter(undone_at=None, before__isnull=False)
        return set(new.values_list("outcome", flat=True))


# outcome -> the keys that log it, the last of which leads to the next person
BY_KEYS = {
    Outcome.NO_ANSWER: ("i",),
    Outcome.VOICEMAIL: ("b",),
    Outcome.CALL_BACK: ("r", "Enter"),
    Outcome.THINKING: ("o", "Enter"),
    Outcome.DECLINED: ("u", "Enter"),
    Outcome.REACHED: ("t", "Space", "Control+Enter"),
}


def works_through_six(mette: Visitor, hand: Counted) -> None:
    """The list is opened once; from then on the next person is open by herself."""
    page = mette.page
    mette.then(lambda: page.get_by_role("link", name="Mehmet Yılmaz").click())
    for outcome, keys in BY_KEYS.items():
        name = heading(page).inner_text()
        hand.presses = 0
        for key in keys[:-1]:
            hand.key(key)
            # What was opened takes the focus, and only then is the next key its own.
            expect(page.locator(".outcome-body :focus")).to_have_count(1)
        mette.then(lambda last=keys[-1]: hand.key(last))  # type: ignore[misc]
        assert hand.presses == len(keys), outcome
        assert heading(page).inner_text() != name, outcome
    assert logged() == set(BY_KEYS)


def takes_the_last_one_back(mette: Visitor, hand: Counted) -> None:
    hand.presses = 0
    mette.then(lambda: hand.key("z"))
    assert hand.presses == 1
    assert logged() == set(BY_KEYS) - {Outcome.REACHED}


def takes_in_a_mail(mette: Visitor, hand: Counted) -> None:
    """`n`, paste, Enter: what was found stands in its fields, and the cursor on the button."""
    page = mette.page
    hand.presses = 0
    mette.then(lambda: hand.key("n"))
    pastes(page, samples.WARD)
    mette.looks()
    mette.then(lambda: hand.key("Enter"))
    assert hand.presses == 2
    expect(page.get_by_text(re.compile("Henvisningen er oprettet"))).to_be_visible()


def finds_who_calls_back(mette: Visitor, hand: Counted) -> None:
    """`/`, the number, Enter: one open case, and its call screen is open."""
    page = mette.page
    with acting(make.SYSTEM), transaction.atomic():
        caller = Citizen.objects.get(given_names="Amina", surname="Hassan").phones.get()
    hand.presses = 0
    hand.key("/")
    page.keyboard.type(phone.display(caller.number))
    mette.then(lambda: hand.key("Enter"))
    assert hand.presses == 2
    expect(heading(page)).to_contain_text("Amina Hassan")


def corrects_her_birth_date(mette: Visitor, hand: Counted) -> None:
    page = mette.page
    hand.presses = 0
    mette.then(lambda: hand.key("s"))
    mette.then(lambda: hand.key("e"))
    page.fill("input[name=birth_date]", "1988-12-24")
    mette.then(lambda: hand.click("form:has(input[name=birth_date]) button.button-primary"))
    assert hand.presses == 3
    with acting(make.SYSTEM), transaction.atomic():
        amina = Citizen.objects.get(given_names="Amina", surname="Hassan")
        assert amina.birth_date == dt.date(1988, 12, 24)


def gives_the_case_on(mette: Visitor, hand: Counted) -> None:
    page = mette.page
    with acting(make.SYSTEM), transaction.atomic():
        before = HandOver.objects.count()
        case = Referral.objects.get(citizen__given_names="Amina", citizen__surname="Hassan")
    mette.goes(f"/sag/{case.pk}/")
    hand.presses = 0
    mette.then(lambda: hand.click("a[href$='/giv-videre/']"))
    page.select_option("select[name=to]", label="Ishøj Kommune")
    page.fill("[name=reason]", "Er flyttet til Ishøj")
    mette.then(lambda: hand.click("main form button.button-primary"))
    assert hand.presses == 2
    with acting(make.SYSTEM), transaction.atomic():
        assert HandOver.objects.count() == before + 1


def test_a_whole_morning(mette: Visitor) -> None:
    page = mette.page
    if page.viewport_size != {"width": DESKTOP[0], "height": DESKTOP[1]}:
        pytest.skip("keys are for a keyboard; the other journeys are on the telephone too")
    hand = Counted(page)
    expect(page.get_by_text("Du dækker for Anja Toft")).to_be_visible()
    works_through_six(mette, hand)
    takes_the_last_one_back(mette, hand)
    takes_in_a_mail(mette, hand)
    finds_who_calls_back(mette, hand)
    corrects_her_birth_date(mette, hand)
    gives_the_case_on(mette, hand)
    mette.goes("/")
    expect(page.get_by_role("link", name="Amina Hassan")).to_have_count(0)
