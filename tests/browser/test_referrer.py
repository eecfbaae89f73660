"""A ward refers a patient, and follows how far it comes: the presses counted, wide and narrow."""

import re

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from referrals.models import Referral
from referrals.states import GuardianConsent, Outcome
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Organisation, Pharmacy
from tests import make
from tests.browser.conftest import Visitor
from tests.browser.test_first_referral import PASSWORD, hired
from tests.referrals.test_sending import counted, department

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = "anna@example.test"


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def mette() -> Actor:
    """Who handles what comes to Hvidovre."""
    return make.actor(make.grant(organisation=make.municipality(name="Hvidovre Kommune")))


@pytest.fixture
def ward(mette: Actor) -> Organisation:
    make.municipality(name="Brøndby Kommune")
    return department()


@pytest.fixture
def anna(visitor: Visitor, ward: Organisation) -> Visitor:
    hired(Role.REFERRER, ward, ANNA)
    return visitor.signs_in(ANNA, PASSWORD)


def only_case() -> Referral:
    with acting(make.SYSTEM), transaction.atomic():
        return Referral.objects.select_related("handler").get()


def sends(visitor: Visitor) -> None:
    visitor.then(visitor.page.get_by_role("button", name="Send henvisning").click)


def chooses(page: Page, where: str) -> None:
    """Until the page says by when they call: a press meanwhile would be taken for another page."""
    page.select_option("select[name=to]", label=where)
    expect(page.locator("#_send_around")).to_contain_text(f"ringer {where} til borgeren")


def rows(page: Page) -> list[str]:
    return page.locator("tbody th").all_inner_texts()


def test_a_ward_refers_and_follows_it(anna: Visitor, mette: Actor) -> None:
    page = anna.page
    expect(page.get_by_role("heading", name="Mine henvisninger")).to_be_visible()
    expect(page.get_by_text("Ingen henvisninger endnu")).to_be_visible()

    # The first time: the key, the municipality, the number, Enter.
    anna.then(lambda: page.keyboard.press("n"))
    chooses(page, "Hvidovre Kommune")
    page.fill("input[name=phone]", "20 12 34 56")
    page.fill("input[name=name]", "Åse Østergård")
    anna.looks().then(lambda: page.keyboard.press("Enter"))
    expect(page.get_by_text("Henvisningen er sendt")).to_be_visible()
    assert rows(page) == ["Åse Østergård"]
    expect(page.locator("tbody")).to_contain_text("Modtaget")
    expect(page.locator("tbody")).to_contain_text("senest")

    # The second time the municipality is chosen, and the keyboard stands in the number: 2 presses.
    anna.then(lambda: page.keyboard.press("n"))
    page.keyboard.type("30303030")
    anna.then(lambda: page.keyboard.press("Enter"))
    assert rows(page) == ["Tlf. … 030", "Åse Østergård"]

    # The number was wrong: the row opens, and the right one goes to the case.
    anna.then(page.get_by_role("link", name="Tlf. … 030").click)
    page.fill("input[name=phone]", "40 40 40 40")
    anna.looks().then(lambda: page.keyboard.press("Enter"))
    expect(page.get_by_text("Rettelsen er sendt")).to_be_visible()
    assert rows(page) == ["Tlf. … 040", "Åse Østergård"]

    # Somebody calls her, and the ward sees so.
    with acting(make.SYSTEM), transaction.atomic():
        case = Referral.objects.select_related("citizen").get(citizen__surname="Østergård")
    make.call(case, mette, Outcome.REACHED, at=case.received_at)
    anna.goes("/henvis/")
    expect(page.locator("tbody tr", has_text="Åse")).to_contain_text("Kontaktet")


def test_somebody_is_found_by_her_name(anna: Visitor) -> None:
    page = anna.page
    for name, number in (("Åse Østergård", "20123456"), ("Bo Lund", "30303030")):
        anna.goes("/henvis/ny/")
        chooses(page, "Brøndby Kommune")
        page.fill("input[name=phone]", number)
        page.fill("input[name=name]", name)
        sends(anna)
    page.keyboard.press("/")
    page.keyboard.type("øster")
    anna.then(lambda: page.keyboard.press("Enter"))
    assert rows(page) == ["Åse Østergård"]
    assert "ster" not in page.url


def test_a_childs_parents_are_asked_about_as_soon_as_her_age_is_known(anna: Visitor) -> None:
    page = anna.page
    anna.goes("/henvis/ny/")
    chooses(page, "Hvidovre Kommune")
    page.fill("input[name=phone]", "20123456")
    page.fill("input[name=birth_date]", "2012-05-05")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Borgeren er under 18 år")).to_be_visible()
    page.get_by_label("Ja", exact=True).check()
    anna.looks()
    sends(anna)
    case = only_case()
    assert case.guardian_consent == GuardianConsent.YES
    assert case.handler.name == "Hvidovre Kommune"


def test_what_is_missing_is_said_beside_it_and_nothing_is_lost(anna: Visitor) -> None:
    page = anna.page
    anna.goes("/henvis/ny/")
    chooses(page, "Hvidovre Kommune")
    page.fill("input[name=name]", "Åse Østergård")
    sends(anna)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("input[name=name]")).to_have_value("Åse Østergård")
    page.fill("textarea[name=text]", "Ring på 20 12 34 56 efter kl. 16")
    sends(anna)
    assert rows(page) == ["Åse Østergård"]


def test_a_pharmacy_sends_to_its_own_municipality(visitor: Visitor, mette: Actor) -> None:
    given = {"cvr": "10000009", "p_number": "1000000009"}
    shop = Pharmacy.objects.create(name="Svane Apotek", municipality=make.home(mette), **given)
    hired(Role.PHARMACY, shop, ANNA)
    page = visitor.signs_in(ANNA, PASSWORD).page
    visitor.then(lambda: page.keyboard.press("n"))
    page.keyboard.type("20123456")
    visitor.then(lambda: page.keyboard.press("Enter"))
    assert only_case().handler.name == "Hvidovre Kommune"


def test_it_all_works_without_scripts(chromium: Browser, address: str, ward: Organisation) -> None:
    hired(Role.REFERRER, ward, ANNA)
    window = chromium.new_context(java_script_enabled=False, locale="da-DK")
    page = window.new_page()
    page.goto(f"{address}/konto/login/?next=/henvis/ny/")
    page.fill("input[name=login]", ANNA)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.select_option("select[name=to]", label="Hvidovre Kommune")
    page.fill("input[name=phone]", "20123456")
    page.fill("input[name=birth_date]", "2012-05-05")
    page.locator("summary", has_text="Er borgeren under 18 år?").click()
    page.get_by_label("Nej", exact=True).check()
    page.get_by_role("button", name="Send henvisning").click()
    expect(page.get_by_text(re.compile("Henvisningen er sendt"))).to_be_visible()
    assert only_case().guardian_consent == GuardianConsent.NO
    assert counted(Referral) == 1
    window.close()
