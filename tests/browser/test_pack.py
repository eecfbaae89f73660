"""STOPbasen's pack in Chromium: a participant is typed by a row of Enters."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, expect

from courses.models import Transferred
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import acting
from tests import make
from tests.browser.conftest import DESKTOP, Visitor

PASSWORD = "et-langt-kodeord-2026"
EMAIL = "mette@example.test"
ANSWERS = {"sex": "female", "birth_year": 1948, "pregnant": "no", "education": "long"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A desk: that is where STOPbasen is."""
    width, height = DESKTOP
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale="da-DK",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def course(transactional_db: None) -> str:
    """The id of a course with two who agreed."""
    with transaction.atomic():
        by = make.actor(make.grant(person=User.objects.create_user(EMAIL, PASSWORD, name="Mette")))
        began = clock.now() - dt.timedelta(weeks=7)
        course = make.course(by, meetings=6, first=began, name="Røgfri i Hvidovre")
        for name, number in (("Anna", "2512489996"), ("Bo", "2509479989")):
            case = make.referral(by, given_names=name, surname="Holm", civil_number=number)
            make.consent(case, by)
            one = make.enrolment(course, case, by)
            make.baseline(one, by, edition=dt.date(2023, 1, 1), answers=ANSWERS)
            make.ending(one, by)
        return str(course.pk)


def test_a_participant_is_typed_with_enter(visitor: Visitor, course: str) -> None:
    visitor.signs_in(EMAIL, PASSWORD)
    page = visitor.goes(f"/hold/{course}/stopbasen/").page
    expect(page.get_by_text("251248-****")).to_be_visible()
    visitor.then(lambda: page.get_by_role("button", name="Vis CPR-numre").click())
    cards = page.locator(".pack-card")
    values = cards.first.locator("[data-take]")
    wanted = values.evaluate_all("all => all.map((one) => one.value)")
    values.first.focus()
    typed: list[str] = []
    for _value in wanted:
        page.keyboard.press("Enter")
        expect(page.locator(".is-taken")).to_have_count(len(typed) + 1)
        typed.append(page.evaluate("navigator.clipboard.readText()"))
    assert typed == wanted
    assert typed[0] == "251248-9996"
    expect(cards.first.get_by_role("button", name="Er overført")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#_pack_progress")).to_have_text("1 af 2 er overført")
    expect(cards.nth(1).locator("[data-take]").first).to_be_focused()
    visitor.looks()
    with transaction.atomic(), acting(make.SYSTEM):
        assert Transferred.objects.count() == 1
