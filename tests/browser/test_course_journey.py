"""The road of tests/journeys/test_course_journey.py, on the screens where it is gone."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from courses.models import Enrolment, Meeting
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import acting
from tests import make
from tests.browser.conftest import Visitor
from tests.journeys import test_course_journey as journey
from tests.journeys.test_course_journey import DAY, Towns

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def there() -> Towns:
    mette = User.objects.create_user("mette@example.test", PASSWORD, name="Mette Bruun")
    karin = User.objects.create_user("karin@example.test", PASSWORD, name="Karin Holst")
    return journey.towns(handler=mette, host=karin)


def enrolment() -> Enrolment:
    with acting(make.SYSTEM), transaction.atomic():
        return Enrolment.objects.select_related("referral").get(walked_in=False)


def calls_and_enrols(mette: Visitor) -> None:
    """The talk is open, and «Tilmeld» is the second click."""
    page = mette.page
    mette.then(page.get_by_role("link", name="Nancy Ann Berggren").first.click)
    page.locator("summary", has_text="Truffet").click()
    page.check("#id_told_all")
    offered = page.locator(".suggestion", has_text="Tirsdagsholdet")
    expect(offered).to_contain_text("Brøndby Kommune")
    mette.looks()
    mette.then(offered.get_by_role("button", name="Tilmeld").click)
    expect(page.get_by_text(re.compile("Tirsdagsholdet")).first).to_be_visible()


def meets(karin: Visitor, meeting: Meeting) -> None:
    """From «I dag» to the room: all have come, one more comes in, and it is closed."""
    page = karin.page
    karin.then(page.locator("main").get_by_role("link", name="Tirsdagsholdet").first.click)
    assert f"/moede/{meeting.pk}/" in page.url
    page.get_by_role("button", name="Alle mødt").click()
    expect(page.locator("[data-count=attended]")).to_have_text("1")
    page.locator("summary", has_text="En kom uden tilmelding").click()
    page.get_by_label("Navn").last.fill("Ole Lund")
    page.get_by_label("Telefon").last.fill("30 30 30 30")
    karin.then(page.get_by_role("button", name="Notér som mødt").click)
    expect(page.locator("[data-count=attended]")).to_have_text("2")
    karin.then(page.get_by_role("button", name="Luk mødegangen").click)
    expect(page.locator(".meeting-closed")).to_contain_text("Lukket af Karin Holst")


def moves(karin: Visitor, meeting: Meeting) -> None:
    """A day later; the course's page says so."""
    page, day = karin.page, clock.danish_date(meeting.starts_at) + DAY
    karin.goes(f"/moede/{meeting.pk}/flyt/")
    page.fill("input[name=on]", day.isoformat())
    karin.then(page.locator("main form button.button-primary").first.click)
    karin.goes(f"/hold/{meeting.course_id}/")
    expect(page.locator("main")).to_contain_text("Ole Lund")


def test_referral_call_another_towns_course_and_six_meetings(
    visitor: Visitor, there: Towns
) -> None:
    at = make.MONDAY
    with time_machine.travel(at, tick=True):
        case = make.referral(there.handler, home=make.home(there.handler))
        course = journey.planned(there, at + 8 * DAY, at)
        calls_and_enrols(visitor.signs_in("mette@example.test", PASSWORD))
    six, hers = journey.meetings(course), enrolment()
    for meeting in six[:3]:
        journey.held(there, meeting)
    journey.held(there, six[3], away=hers)
    journey.rung(there, six[3].starts_at + DAY)
    visitor.page.context.clear_cookies()
    with time_machine.travel(six[4].starts_at + DAY / 48, tick=True):
        karin = visitor.signs_in("karin@example.test", PASSWORD)
        meets(karin, six[4])
        moves(karin, six[5])
    last = journey.meetings(course)[5]
    journey.held(there, last)
    journey.over(there, course, hers, last.ends_at + DAY)
    journey.as_it_was(hers)
    visitor.page.context.clear_cookies()
    with time_machine.travel(last.ends_at + 2 * DAY, tick=True):
        visitor.signs_in("mette@example.test", PASSWORD).goes(f"/sag/{case.pk}/")
        expect(visitor.page.locator("main")).to_contain_text("Tirsdagsholdet")
