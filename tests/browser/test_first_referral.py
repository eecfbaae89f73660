"""The main job, as a counsellor does it: a referral comes in, she calls, the outcome is logged."""

import re
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import expect

from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.organisations.models import Agreement, Municipality, Organisation
from tests import make
from tests.browser.conftest import Visitor
from tests.roegfri.medcom import messages

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    """As the trial begins; tests/roegfri/accounts demands the second factor on every address."""
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


def hired(role: Role, organisation: Organisation, email: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name="Mette Bruun")
    make.grant(role, organisation, user)
    return user


@pytest.fixture
def hvidovre() -> Municipality:
    return make.municipality(name="Hvidovre Kommune", ean=messages.HVIDOVRE[0])


def test_a_referral_comes_in_is_called_and_logged(
    visitor: Visitor, hvidovre: Municipality, tmp_path: Path
) -> None:
    hired(Role.COUNSELLOR, hvidovre, "mette@example.test")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    expect(page.get_by_role("heading", name="I dag")).to_be_visible()
    expect(page.get_by_text("Ingen venter på et opkald")).to_be_visible()

    # She uploads the hospital's file, and is on the call screen.
    file = tmp_path / "henvisning.xml"
    file.write_bytes(messages.referral("XH1530R"))
    visitor.goes("/henvisninger/indlaes/")
    page.set_input_files("input[type=file]", str(file))
    visitor.then(page.get_by_role("button", name="Indlæs").click)
    expect(page.get_by_role("heading", name=re.compile("Nancy Ann"))).to_be_visible()
    expect(page.locator("a[href^='tel:+45']").first).to_be_visible()

    # Nobody answers: one key, and a next attempt is proposed.
    visitor.then(lambda: page.keyboard.press("i"))
    expect(page.get_by_text("Der er ikke flere at ringe til lige nu.")).to_be_visible()

    # Next time she answers.
    visitor.goes("/")
    visitor.then(page.get_by_role("link", name=re.compile("Nancy Ann")).click)
    page.fill("textarea[name=note]", "Vil gerne på hold om tirsdagen.")
    page.locator("summary", has_text="Truffet").click()
    visitor.then(page.get_by_role("button", name=re.compile("Gem samtalen")).click)
    expect(page.get_by_text("Ingen venter på et opkald")).to_be_visible()

    # The file tells it all, newest first.
    visitor.goes("/henvisninger/?state=reached")
    visitor.then(page.get_by_role("link", name=re.compile("Nancy Ann")).click)
    titles = page.locator(".timeline-title").all_inner_texts()
    calls = [t for t in titles if t.startswith("Opkald:")]
    assert [t.partition(" 20 ")[0] for t in calls] == ["Opkald: Truffet", "Opkald: Intet svar"]


def test_mistakes_are_said_beside_the_field_and_nothing_typed_is_lost(
    visitor: Visitor, hvidovre: Municipality
) -> None:
    hired(Role.COUNSELLOR, hvidovre, "mette@example.test")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    visitor.goes("/henvisninger/ny/")
    page.fill("input[name=phone]", "20 12 ab 34")
    page.fill("input[name=name]", "Åse Østergård")
    visitor.then(page.get_by_role("button", name="Opret henvisning").click)
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    assert page.input_value("input[name=name]") == "Åse Østergård"
    page.fill("input[name=phone]", "20 12 34 56")
    page.select_option("select[name=source]", "practice")
    visitor.then(page.get_by_role("button", name="Opret henvisning").click)
    # In the message about it, and on the list.
    expect(page.get_by_role("status").get_by_role("link", name="Åse Østergård")).to_be_visible()
    expect(page.locator("#_worklist").get_by_role("link", name="Åse Østergård")).to_be_visible()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_pages_of_its_own(
    visitor: Visitor, hvidovre: Municipality, role: Role
) -> None:
    place: Organisation = hvidovre
    if role == Role.PROJECT_LEADER:
        place = Agreement.objects.get(memberships__municipality=hvidovre)
    elif role == Role.ADMINISTRATOR:
        place = Organisation.objects.create(kind="operator", name="Drift")
    elif role == Role.CALLER:
        place = Organisation.objects.create(kind="quitline", name="Stoplinien")
    hired(role, place, "en@example.test")
    visitor.signs_in("en@example.test", PASSWORD)
    # An administrator begins on Django's own pages, which have another menu.
    page = visitor.goes(reverse("accounts:profile")).page
    menu = page.locator(".menu nav a")
    addresses = [link.get_attribute("href") or "" for link in menu.all()]
    assert addresses
    for address in addresses:
        # Django's own admin pages are reference data for one role; they are looked at by eye.
        if not address.startswith("/administration/"):
            visitor.goes(address)
            expect(page.locator("main h1")).to_have_count(1)
    visitor.goes("/tilgaengelighed/")
