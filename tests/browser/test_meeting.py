"""Meeting mode in Chromium, on a telephone: five taps, and a bad connection."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.commands.marking import Said, mark
from courses.models import Attendance, Course, Enrolment, Marking, Meeting
from courses.states import Mark, MeetingState
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from tests import make
from tests.browser.conftest import PHONE, Visitor

PASSWORD = "et-langt-kodeord-2026"
EMAIL = "mette@example.test"
pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Anna", "Bo", "Carla", "Dorthe", "Erik", "Freja", "Grethe", "Hans", "Ida", "Jens", "Karl",
         "Lone")  # fmt: skip


@dataclass
class World:
    """A course of twelve whose meeting has begun, and two who hold it."""

    mette: Actor
    colleague: Actor
    course: Course
    meeting: Meeting
    people: list[Enrolment]

    @property
    def url(self) -> str:
        return f"/moede/{self.meeting.pk}/"

    def marks(self) -> list[str]:
        with transaction.atomic(), acting(self.mette):
            rows = dict(Attendance.objects.values_list("enrolment", "mark"))
        return [rows.get(one.pk, "") for one in self.people]

    def stored(self) -> int:
        with transaction.atomic(), acting(self.mette):
            return Marking.objects.count()


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A telephone: that is what the page is for."""
    width, height = PHONE
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="da-DK")
    yield context
    context.close()


@pytest.fixture
def world(transactional_db: None) -> World:
    began = clock.now() - dt.timedelta(minutes=30)
    with transaction.atomic():
        user = User.objects.create_user(EMAIL, PASSWORD, name="Mette Bruun")
        grant = make.grant(person=user)
        mette = make.actor(grant)
        colleague = make.actor(make.grant(organisation=grant.organisation))
        course = make.course(mette, meetings=1, first=began, name="Røgfri i Hvidovre")
        people = [
            make.enrolment(
                course,
                make.referral(mette, given_names=name, surname="Holm", number=f"+4520{n:06d}"),
                mette,
            )
            for n, name in enumerate(NAMES)
        ]
    return World(mette, colleague, course, course.all_meetings.get(), people)


def tap(page: Page, name: str, mark: str) -> None:
    page.locator(".present", has_text=f"{name} Holm").locator(f".mark-{mark}").click()


def sent(page: Page) -> None:
    """Until nothing waits any more."""
    expect(page.locator("[data-waits]")).to_have_count(0)


def test_twelve_of_whom_two_are_absent_in_five_taps(visitor: Visitor, world: World) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).page
    taps = []

    def tapped(act: object) -> None:
        taps.append(act)

    visitor.then(page.get_by_role("link", name="Røgfri i Hvidovre").click)
    tapped("open")
    page.get_by_role("button", name="Alle mødt").click()
    tapped("all")
    for name in ("Bo", "Ida"):
        tap(page, name, "absent")
        tapped(name)
    assert page.evaluate("document.querySelector('.present').offsetWidth") > PHONE[0] - 60
    expect(page.locator("[data-counts]")).to_contain_text("10 mødt")
    visitor.then(page.get_by_role("button", name="Luk mødegangen").click)
    tapped("close")
    assert len(taps) == 5
    expect(page.locator(".message")).to_contain_text("2 udeblev og står på «I dag»")
    expect(page.locator(".meeting-closed")).to_contain_text("Lukket af Mette Bruun")
    assert sorted(world.marks()) == ["absent"] * 2 + ["attended"] * 10
    with transaction.atomic(), acting(world.mette):
        assert Meeting.objects.get().state == MeetingState.HELD


def test_what_is_tapped_without_a_line_is_stored_once_when_there_is_one(
    visitor: Visitor, world: World
) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).goes(world.url).page
    lost: list[str] = []
    page.context.set_offline(True)
    for name in NAMES[:3]:
        tap(page, name, "attended")
    queue = page.locator("[data-queue]")
    expect(queue).to_contain_text("3 venter på forbindelse")
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert json.loads(kept)["waiting"][0]["enrolment"] == str(world.people[0].pk)
    assert not any(name in kept for name in NAMES)
    # Nothing leaves the page that the line could not carry.
    page.get_by_role("button", name="Luk mødegangen").click()
    expect(queue).to_contain_text("Vent med det")
    assert world.marks()[:3] == ["", "", ""]

    # The first is stored, but its answer is lost on the way: sent again it is the same one.
    def lose(route: object) -> None:
        if not lost:
            lost.append("once")
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/kryds/", lose)
    visitor.faults.clear()
    page.context.set_offline(False)
    expect(queue).to_be_hidden(timeout=10_000)
    sent(page)
    assert (lost, world.marks()[:3], world.stored()) == (["once"], ["attended"] * 3, 3)
    assert page.evaluate("sessionStorage.length") == 0


def test_what_a_colleague_said_meanwhile_is_shown_beside_ones_own(
    visitor: Visitor, world: World
) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).goes(world.url).page
    page.context.set_offline(True)
    tap(page, "Anna", "attended")
    tap(page, "Bo", "attended")
    at = clock.now()
    with transaction.atomic(), acting(world.colleague):
        for one in world.people[:2]:
            said, once = Said(mark=Mark.ABSENT), one.pk
            mark(one, world.meeting, said=said, seen=0, once=once, by=world.colleague, at=at)
    page.context.set_offline(False)
    shown = page.locator(".present-differs")
    expect(shown).to_have_count(2)
    expect(shown.first).to_contain_text(f"{world.colleague.name} registrerede")
    expect(shown.first).to_contain_text("Udeblevet")
    assert world.marks()[:2] == ["absent", "absent"]
    visitor.faults.clear()  # a difference answers 409, which Chromium calls an error
    visitor.looks()
    shown.first.get_by_role("button", name="Brug min").click()
    shown.first.get_by_role("button", name="Behold den anden").click()
    expect(shown).to_have_count(0)
    sent(page)
    assert world.marks()[:2] == ["attended", "absent"]
    expect(page.locator(".present").nth(1).locator(":checked")).to_have_value("absent")


def test_what_waits_is_there_after_a_reload_and_forgotten_in_time(
    visitor: Visitor, world: World
) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).goes(world.url).page
    page.route("**/kryds/", lambda route: route.abort())
    tap(page, "Anna", "attended")
    tap(page, "Bo", "cancelled")
    expect(page.locator("[data-queue]")).to_contain_text("2 venter på forbindelse")
    page.reload()
    expect(page.locator("[data-queue]")).to_contain_text("2 venter på forbindelse")
    expect(page.locator(".present").first.locator(":checked")).to_have_value("attended")

    # After twelve hours it says that they are gone, and that is all it knows.
    page.evaluate("""() => {
      const key = Object.keys(sessionStorage)[0], kept = JSON.parse(sessionStorage[key]);
      kept.waiting.forEach((one) => { one.at -= 12 * 3600 * 1000; });
      sessionStorage[key] = JSON.stringify(kept);
    }""")
    page.reload()
    expect(page.locator("[data-queue]")).to_contain_text("2 var mere end 12 timer gamle")
    assert page.evaluate("sessionStorage.length") == 0
    expect(page.locator(".present :checked")).to_have_count(0)

    # Signing out forgets at once.
    tap(page, "Anna", "attended")
    expect(page.locator("[data-queue]")).to_contain_text("1 venter")
    assert page.evaluate("sessionStorage.length") == 1
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.length") == 0
    assert world.stored() == 0


def test_a_session_that_ran_out_keeps_what_waits_and_says_so(
    visitor: Visitor, world: World
) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).goes(world.url).page
    here = page.context.cookies()
    page.context.clear_cookies(name="roegfri")
    tap(page, "Anna", "attended")
    expect(page.locator("[data-queue]")).to_contain_text("Du er logget ud")
    assert world.stored() == 0
    page.context.add_cookies(here)  # type: ignore[arg-type]
    page.locator("[data-queue-now]").click()
    expect(page.locator("[data-queue]")).to_be_hidden()
    sent(page)
    assert world.marks()[0] == "attended"


def test_what_is_refused_is_seen_above_the_bar(visitor: Visitor, world: World) -> None:
    page = visitor.signs_in(EMAIL, PASSWORD).goes(world.url).page
    anna = page.locator(".present").first
    told = anna.locator(".form-error-message")
    anna.locator("summary").click()
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    for name, value, words in (("co", "999", "fra 0 til 200"),
                               ("actual_quit_on", tomorrow, "ude i fremtiden")):  # fmt: skip
        at = anna.locator(f"[name^={name}-]")
        at.fill(value)
        at.press("Tab")
        at.dispatch_event("change")
        expect(told).to_contain_text(words)
        expect(at).to_be_focused()
        assert told.evaluate("""(line) => {
          const box = line.getBoundingClientRect();
          return line.contains(document.elementFromPoint(box.left + 2, box.bottom - 2));
        }""")
        visitor.faults.clear()  # a refusal answers 422, which Chromium calls an error
    with transaction.atomic(), acting(world.mette):
        assert not Marking.objects.exists()


def test_without_scripts_it_is_one_form(chromium: Browser, address: str, world: World) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="da-DK")
    page = context.new_page()
    page.goto(f"{address}/konto/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.goto(address + world.url)
    page.get_by_role("button", name="Luk mødegangen").click()
    expect(page.get_by_role("button", name="Luk alligevel")).to_be_in_viewport()
    tap(page, "Bo", "absent")
    page.get_by_role("button", name="Alle mødt").click()
    tap(page, "Ida", "cancelled")
    page.get_by_role("button", name="Luk mødegangen").click()
    expect(page.locator(".meeting-closed")).to_contain_text("Lukket af Mette Bruun")
    context.close()
    assert [world.marks()[n] for n in (0, 1, 8)] == ["attended", "absent", "cancelled"]
