"""Enrolled while one talks: two presses, on a desktop and a telephone; nothing typed is lost."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from courses.models import Course, Enrolment
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Agreement
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


def next_weekday(number: int, hour: int) -> dt.datetime:
    """The next such day, a week ahead at least; 1 is Monday."""
    day = clock.today() + dt.timedelta(days=7)
    day += dt.timedelta(days=(number - day.isoweekday()) % 7)
    return clock.danish_time(day, dt.time(hour))


def test_two_presses_enrol_and_a_lost_seat_loses_nothing(visitor: Visitor, mette: Actor) -> None:
    agreed = Agreement.objects.get(memberships__municipality=mette.organisation_id)
    ishoej = make.actor(make.grant(Role.COUNSELLOR, make.municipality(agreed)))
    with transaction.atomic():
        make.course(mette, meetings=6, first=next_weekday(2, 9), name="Morgenhold")
        evening = make.course(ishoej, meetings=6, first=next_weekday(3, 17), name="Aftenhold")
    now = clock.now()
    anna = make.referral(mette, received_at=now, given_names="Anna", surname="Jensen")
    make.referral(mette, received_at=now, given_names="Bo", surname="Olsen", number="+4530303030")
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    visitor.goes(f"/opkald/{anna.pk}/")

    # What is ticked ranks the list at once; `h` leads to it from among the ticks.
    page.keyboard.press("t")
    page.locator(".time-grid tbody tr").nth(2).locator(".time-cell").nth(2).click()
    expect(page.locator(".suggestion-why").first).to_contain_text("Onsdag aften som ønsket")
    page.locator("#id_told_all").focus()
    page.keyboard.press("h")
    first = page.locator(".suggestion button").first
    expect(first).to_be_focused()
    visitor.looks()

    # The last seat goes meanwhile: all that was written stands, and the waiting list is offered.
    page.fill("#id_use_cigarettes", "20")
    with acting(hosting(make.SYSTEM, evening.host_id)), transaction.atomic():
        Course.objects.filter(pk=evening.pk).update(capacity=1, seats_taken=1)
    visitor.then(first.click)
    expect(page.get_by_text("den sidste plads er taget")).to_be_visible()
    assert page.input_value("#id_use_cigarettes") == "20"

    # The other course: that press saves the conversation, enrols, and opens the next person.
    other = page.locator(".suggestion", has_text="Morgenhold").get_by_role("button")
    visitor.then(other.click)
    expect(page.get_by_role("heading", name=re.compile("Bo Olsen"))).to_be_visible()
    expect(page.get_by_text("Tilmeldt: Morgenhold.")).to_be_visible()
    with acting(mette), transaction.atomic():
        assert Enrolment.objects.get().course.name == "Morgenhold"

    # Her file says so, and where she meets next.
    visitor.goes(f"/sag/{anna.pk}/")
    expect(page.locator("#_file_courses")).to_contain_text("Morgenhold")
    visitor.goes(f"/sag/{anna.pk}/forloeb/")
    expect(page.locator(".suggestion")).to_have_count(1)
