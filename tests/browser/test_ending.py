"""A course of twelve is ended in Chromium: from its line on «I dag», in six presses."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Page, expect

from courses.commands.ending import ask_to_finish
from courses.models import Attendance, Course, Ending, Enrolment
from courses.states import CourseState, Mark
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
EMAIL = "mette@example.test"
NAMES = ("Anna", "Bo", "Carla", "Dorthe", "Erik", "Freja", "Grethe", "Hans", "Ida", "Jens", "Karl",
         "Lone")  # fmt: skip
pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class World:
    """A course of six meetings, the last of them yesterday; Lone stayed away from the third on."""

    mette: Actor
    course: Course
    people: dict[str, Enrolment]


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def world(transactional_db: None) -> World:
    at = clock.now()
    first = at - dt.timedelta(days=36)
    with transaction.atomic():
        user = User.objects.create_user(EMAIL, PASSWORD, name="Mette Bruun")
        mette = make.actor(make.grant(person=user))
        course = make.course(mette, meetings=6, first=first, name="Røgfri i Hvidovre")
        people = {
            name: make.enrolment(
                course,
                make.referral(mette, given_names=name, surname="Holm", number=f"+4520{n:06d}"),
                mette,
                enrolled_at=first - dt.timedelta(days=7),
                planned_quit_on=clock.danish_date(first + dt.timedelta(days=14)),
            )
            for n, name in enumerate(NAMES, start=123456)
        }
        with acting(make.SYSTEM):
            Attendance.objects.bulk_create(
                Attendance(enrolment=one, meeting=meeting, at=at, by=user, co=4 if n == 5 else None,
                           mark=Mark.ABSENT if name == "Lone" and n > 1 else Mark.ATTENDED)
                for n, meeting in enumerate(course.all_meetings.order_by("starts_at"))
                for name, one in people.items()
            )  # fmt: skip
            ask_to_finish(by=make.SYSTEM, at=at)
    return World(mette, course, people)


class Presses:
    """Counts what a hand does; typing is counted for nobody."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).click()

    def choose(self, selector: str, value: str) -> None:
        self.count += 1
        self.page.locator(selector).select_option(value)


def test_a_course_of_twelve_is_ended_in_six_presses(visitor: Visitor, world: World) -> None:
    visitor.signs_in(EMAIL, PASSWORD)
    page, hand = visitor.page, Presses(visitor.page)
    key = {name: str(one.pk) for name, one in world.people.items()}
    visitor.then(lambda: hand.on("main a[href^='/opgave/']"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Afslutning")
    expect(page.locator("main")).to_contain_text("12 mangler et resultat")
    for name in ("Bo", "Hans"):
        hand.on(f"label[for='s-{key[name]}-no']")
    hand.choose(f"#dropped_out-{key['Lone']}", "not_reached")
    visitor.then(lambda: hand.on("button:has-text('Gem alle: de 11')"))
    expect(page.locator("main")).to_contain_text("Alle har et resultat eller en grund.")
    visitor.then(lambda: hand.on("button:has-text('Gem, og afslut forløbet')"))
    expect(page.locator("main")).to_contain_text("Forløbet er afsluttet")
    assert hand.count == 6
    with transaction.atomic(), acting(world.mette):
        world.course.refresh_from_db()
        measured = dict(Ending.objects.values_list("pk", "co"))
        outcomes = sorted(Ending.objects.values_list("smoke_free", flat=True))
    assert world.course.state == CourseState.FINISHED
    assert outcomes == ["", "no", "no", *["yes"] * 9]
    assert measured[world.people["Anna"].pk] == 4
