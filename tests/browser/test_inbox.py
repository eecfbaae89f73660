"""What came in and could not be taken, in Chromium: the list, a message, and many files at once."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from referrals.intake import take_file
from referrals.states import Way
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from tests import make
from tests.browser.conftest import Visitor
from tests.roegfri.medcom import messages

PASSWORD = "et-langt-kodeord-2026"
EMAIL = "mette@example.test"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def mette(transactional_db: None) -> Actor:
    """A counsellor of Hvidovre, beside Brøndby in one agreement."""
    within = make.agreement()
    here = make.municipality(within, name="Hvidovre Kommune", ean=messages.HVIDOVRE[0])
    make.municipality(within, name="Brøndby Kommune", ean=messages.BROENDBY[0])
    user = User.objects.create_user(EMAIL, PASSWORD, name="Mette Bruun")
    return make.actor(make.grant(organisation=here, person=user))


def came(mette: Actor, name: str, body: bytes) -> None:
    at = clock.now() - dt.timedelta(hours=1)
    with acting(mette):
        inbox = make.home(mette)
        take_file(body, name, inbox=inbox, received_at=at, way=Way.UPLOAD, by=mette, at=at)


def test_each_message_says_what_to_do_and_one_is_given_on(visitor: Visitor, mette: Actor) -> None:
    came(mette, "til-broendby.xml", messages.referral(receiver=messages.BROENDBY))
    came(mette, "afbrudt.xml", messages.referral()[:900])
    came(mette, "akut.xml", messages.emergency())
    page = visitor.signs_in(EMAIL, PASSWORD).page

    # An emergency is red, and says whom to ring.
    visitor.goes("/henvisninger/indbakke/?status=not_ours")
    visitor.then(page.locator("tbody th a").click)
    expect(page.locator(".alert-error")).to_contain_text("Ring til kommunens akutfunktion")

    # What cannot be read shows as it is.
    visitor.goes("/henvisninger/indbakke/?status=unreadable")
    visitor.then(page.locator("tbody th a").click)
    expect(page.locator("pre.raw")).to_contain_text("<Emessage")
    expect(page.locator("main .panel").first).to_contain_text("Bed afsenderen om at sende igen")
    page.locator("summary", has_text="Prøv igen").click()
    visitor.then(page.get_by_role("button", name="Prøv igen").click)
    expect(page.get_by_text("kan stadig ikke læses ind")).to_be_visible()

    # The municipality it is addressed to stands chosen.
    visitor.goes("/henvisninger/indbakke/?status=misaddressed")
    visitor.then(page.locator("tbody th a").click)
    expect(page.locator("#id_to option:checked")).to_have_text("Brøndby Kommune")
    visitor.then(page.get_by_role("button", name="Giv videre").click)
    expect(page.get_by_text("Beskeden er læst ind dér.")).to_be_visible()
    visitor.goes("/henvisninger/indbakke/?vis=behandlet")
    expect(page.locator("tbody")).to_contain_text("Givet videre til Brøndby Kommune")


def test_all_are_tried_again_at_once(visitor: Visitor, mette: Actor) -> None:
    came(mette, "afbrudt.xml", messages.referral()[:900])
    page = visitor.signs_in(EMAIL, PASSWORD).goes("/henvisninger/indbakke/").page
    visitor.then(page.get_by_role("button", name="Prøv de valgte igen").click)
    expect(page.get_by_text("Vælg mindst én besked")).to_be_visible()
    page.get_by_role("button", name="Vælg alle på siden").click()
    visitor.then(page.get_by_role("button", name="Prøv de valgte igen").click)
    expect(page.get_by_text("1 venter stadig.")).to_be_visible()
    visitor.then(page.get_by_role("button", name="Prøv alle igen").click)
    expect(page.get_by_text("1 venter stadig.")).to_be_visible()


def test_a_referral_is_written_from_a_message(visitor: Visitor, mette: Actor) -> None:
    came(mette, "ny-udgave.xml", messages.referral().replace(b"XH1530R", b"XH9999R"))
    page = visitor.signs_in(EMAIL, PASSWORD).goes("/henvisninger/indbakke/").page
    visitor.then(page.locator("tbody th a").click)
    page.get_by_text("Opret henvisning ud fra beskeden").click()
    visitor.then(page.get_by_role("button", name="Opret henvisning").click)
    expect(page.locator("#id_phone")).to_have_value("20 12 34 56")
    page.select_option("#id_source", "hospital")
    page.wait_for_load_state("networkidle")
    visitor.then(page.locator(".button-group .button-primary").click)
    visitor.goes("/henvisninger/indbakke/?vis=behandlet")
    visitor.then(page.locator("tbody th a").click)
    visitor.then(page.get_by_role("link", name="Gå til sagen").click)
    expect(page.get_by_role("heading", name=re.compile("Nancy Ann"))).to_be_visible()


def test_many_files_are_read_at_once(visitor: Visitor, mette: Actor, tmp_path: Path) -> None:
    files = {
        "ny.xml": messages.referral(),
        "samme.xml": messages.referral(),
        "oedelagt.xml": b"<Emessage>",
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    page = visitor.signs_in(EMAIL, PASSWORD).goes("/henvisninger/indlaes/").page
    page.set_input_files("input[type=file]", [str(tmp_path / name) for name in files])
    visitor.then(page.get_by_role("button", name="Indlæs").click)
    expect(page.get_by_role("heading", name="3 filer er modtaget")).to_be_visible()
    lines = page.locator("tbody tr")
    expect(lines.first).to_contain_text("oedelagt.xml")
    expect(lines.first).to_contain_text("I indbakken")
    expect(lines.last).to_contain_text("Læst ind før")
