"""A coordinator looks around her courses: each screen is accessible and whole, wide and narrow."""

import datetime as dt
import re

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from courses.models import Staffing
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def first() -> dt.datetime:
    """When a course of Karin's begins, with a participant from another municipality."""
    within = make.agreement()
    grants = [
        make.grant(
            Role.COORDINATOR,
            make.municipality(within, name=f"{town} Kommune"),
            User.objects.create_user(f"{name}@example.test", PASSWORD, name=name.title()),
        )
        for town, name in (("Hvidovre", "karin"), ("Ishøj", "mette"))
    ]
    karin, mette = (make.actor(one) for one in grants)
    first = clock.danish_time(clock.today() + dt.timedelta(days=1), dt.time(17))
    with transaction.atomic():
        course = make.course(karin, name="Aftenholdet", meetings=6, first=first)
        case = make.referral(mette, home=make.home(mette))
        make.enrolment(course, case, mette, enrolled_at=clock.now())
        with acting(make.SYSTEM):
            Staffing.objects.bulk_create(
                Staffing(
                    meeting=one,
                    counsellor=grants[0].user,
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                )
                for one in course.all_meetings.all()
            )
    return first


def test_planning_the_calendars_who_comes_and_her_own(visitor: Visitor, first: dt.datetime) -> None:
    visitor.signs_in("karin@example.test", PASSWORD)
    page, main, day = visitor.page, visitor.page.locator("main"), clock.danish_date(first)
    visitor.goes("/hold/nyt/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nyt forløb")
    for road in ("/hold/", f"/hold/uge/?dag={day}", f"/hold/maaned/?dag={day}", "/hold/ugenet/"):
        visitor.goes(road)
        expect(main).to_contain_text("Aftenholdet")
    visitor.goes("/hvorfra/")
    expect(main.get_by_role("columnheader", name="Ishøj").first).to_be_visible()
    visitor.goes("/min-kalender/")
    visitor.then(main.get_by_role("button", name="Lav et link").click)
    expect(page.locator("#calendar-link")).to_have_value(re.compile(r"/kalender/.+\.ics$"))
