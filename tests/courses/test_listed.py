"""«Vis på Find et hold»: whether citizens find a course by themselves, as its host says."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.commands.planning import CourseDetails, change_course, plan_course
from courses.models import Course
from courses.models.parts import parts_of
from courses.rules.listing import listed_at_first
from courses.states import CourseKind, CourseState, Target
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.ui.differences import Collision, Parts
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
FIRST = make.MONDAY + dt.timedelta(days=8)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def grant() -> Grant:
    return make.grant(Role.COORDINATOR)


@pytest.fixture
def browser(client: Client, grant: Grant) -> Client:
    client.force_login(grant.user)
    return client


def form(**given: str) -> dict[str, str]:
    usual = {
        "act": "draft",
        "kind": "group",
        "name": "Hold",
        "target": "all",
        "capacity": "12",
        "first_on": "2026-03-10",
        "starts": "16:00",
        "ends": "18:00",
        "count": "6",
        "once": str(uuid.uuid4()),
    }
    return {**usual, **given}


def ticked(page: str) -> bool:
    (box,) = re.findall(r'<input type="checkbox" name="listed"[^>]*>', page)
    return " checked" in box


@pytest.mark.parametrize("target", Target.values)
def test_only_what_is_held_at_a_workplace_is_not_shown_at_first(grant: Grant, target: str) -> None:
    by = make.actor(grant)
    with acting(by):
        made = plan_course(
            CourseDetails(CourseKind.GROUP, "Hold", 12, target=target), times=[], by=by, at=NOW
        )
    assert made.listed is listed_at_first(target) is (target != "workplace")


@pytest.mark.parametrize(
    ("shown_for", "target", "tick", "listed"),
    [
        ("all", "all", "on", "shown"),
        ("all", "all", "", "hidden"),
        # Nobody touched it: it follows.
        ("all", "workplace", "on", "hidden"),
        ("workplace", "all", "", "shown"),
        # It was shown for the workplace, and somebody set it there.
        ("workplace", "workplace", "on", "shown"),
        ("all", "workplace", "", "hidden"),
        ("workplace", "all", "on", "shown"),
        # A form without the tick says nothing.
        ("", "all", "", "shown"),
        ("", "workplace", "on", "hidden"),
        ("nonsense", "all", "", "hidden"),
    ],
)
def test_the_tick_follows_the_target_until_somebody_touches_it(
    browser: Client, grant: Grant, shown_for: str, target: str, tick: str, listed: str
) -> None:
    said = form(target=target, listed_for=shown_for, provider=str(grant.organisation_id))
    data = {**said, **({"listed": tick} if tick else {})}
    assert browser.post(reverse("courses:new"), data).status_code == 302
    assert Course.objects.get().listed is (listed == "shown")


def test_the_form_shows_the_tick_and_the_proposal_brings_it_along(browser: Client) -> None:
    address = reverse("courses:new")
    assert ticked(browser.get(address).content.decode())
    said = form(act="propose", target="workplace", listed_for="all", listed="on")
    answer = browser.post(address, said, headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert 'id="_listed" hx-swap-oob=' in part
    assert not ticked(part)
    assert 'name="listed_for" value="workplace"' in part
    # Without scripts the whole page says the same, in one place.
    whole = browser.post(address, said).content.decode()
    assert not ticked(whole)
    assert "hx-swap-oob" not in whole


def test_a_copy_is_listed_as_its_source_is(browser: Client, grant: Grant) -> None:
    course = make.course(make.actor(grant), meetings=6, listed=False)
    assert not ticked(browser.get(reverse("courses:copy", args=[course.pk])).content.decode())


def test_correcting_says_what_was_done_and_another_field_leaves_it(
    browser: Client, grant: Grant
) -> None:
    course = make.course(make.actor(grant), meetings=6)
    address = reverse("courses:edit", args=[course.pk])

    def correct(**more: str) -> str:
        page = browser.get(address).content.decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        said = {**form(provider=str(grant.organisation_id)), **hidden, "name": "Hold", **more}
        return browser.post(address, said, follow=True).content.decode()

    assert "vises på find et hold" in correct()
    assert Course.objects.get().listed is False
    correct(listed="on")
    assert Course.objects.get().listed is True
    # A form that was opened before there was a tick leaves it as it is.
    correct(listed_for="")
    assert Course.objects.get().listed is True


def test_what_a_colleague_said_of_it_meanwhile_is_kept_or_asked_about(
    browser: Client, grant: Grant
) -> None:
    by = make.actor(grant)
    course = make.course(by, meetings=6)
    seen = parts_of(course)
    with acting(by):
        off: Parts = {"listed": (False,)}
        change_course(course, off, version=0, seen=seen, by=by, at=NOW)
        mine: Parts = {"name": ("Nyt",), "listed": (True,)}
        done = change_course(course, mine, version=0, seen=seen, by=by, at=NOW)
        assert (list(done.changed), done.kept) == (["name"], ["listed"])
        # Who knows nothing of how it was has to choose.
        with pytest.raises(Collision) as clash:
            change_course(course, mine, version=0, by=by, at=NOW)
    assert [one.name for one in clash.value.conflicts] == ["listed"]
    course.refresh_from_db()
    assert (course.name, course.listed) == ("Nyt", False)


# ---- what the course page says of it -------------------------------------------------------------


def facts(browser: Client, course: Course) -> str:
    page = browser.get(reverse("courses:course", args=[course.pk])).content.decode()
    (found,) = re.findall(r"<dt>Find et hold</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return str(found)


def test_the_page_leads_to_what_citizens_see(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    course = make.course(by, meetings=6, first=FIRST)
    assert f'href="{reverse("find:course", args=[course.pk])}"' in facts(browser, course)
    hidden = make.course(by, meetings=6, first=FIRST, listed=False)
    assert "Vises ikke for borgere" in facts(browser, hidden)
    over = make.course(by, meetings=1, first=NOW - dt.timedelta(days=1))
    assert "ingen mødegange, der kommer" in facts(browser, over)


def test_a_draft_shows_what_they_will_see(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    draft: dict[str, Any] = {"state": CourseState.DRAFT, "published_at": None}
    course = make.course(by, meetings=6, first=FIRST, name="Aftenhold", language="Polsk", **draft)
    shown = facts(browser, course)
    for words in ("Aftenhold", "Begynder tirsdag den 10. marts kl. 09.00", "Polsk", "Ledige"):
        assert words in shown
    empty = make.course(by, **draft)
    assert "har mødegange" in facts(browser, empty)
