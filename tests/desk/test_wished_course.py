"""What a citizen found herself: first when she is called, shown in her file, and she is asked no
more than once about a course she is on."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Course, Wish
from courses.queries.wished import wished
from courses.states import CourseState, EnrolmentState
from referrals.models import Referral
from referrals.states import Channel, Outcome, Source
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Agreement
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY + dt.timedelta(hours=1)
SOON = clock.danish_time(dt.date(2026, 3, 11), dt.time(17))
LATE = clock.danish_time(dt.date(2026, 5, 5), dt.time(9))
CHOSEN = "Valgt af borgeren på Find et hold"


@pytest.fixture(autouse=True)
def on_monday(settings: Any) -> Iterator[Any]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False) as travelled:
        yield travelled


@pytest.fixture
def mette() -> Actor:
    return make.actor(make.grant(Role.COUNSELLOR, make.municipality(name="Hvidovre Kommune")))


@pytest.fixture
def ishoej(mette: Actor) -> Actor:
    agreed = Agreement.objects.get(memberships__municipality=mette.organisation_id)
    return make.actor(make.grant(Role.COUNSELLOR, make.municipality(agreed, name="Ishøj Kommune")))


@pytest.fixture
def browser(client: Client, mette: Actor) -> Client:
    client.force_login(User.objects.get(pk=mette.person))
    return client


def wishing(by: Actor, course: Course | None, **given: Any) -> Referral:
    """Somebody who signed herself up for a course."""
    web = {"source": Source.WEBSITE, "channel": Channel.WEB}
    case = make.referral(by, given_names="Anna", surname="Jensen", **{**web, **given})
    if course:
        with acting(make.SYSTEM), transaction.atomic():
            Wish.objects.create(referral=case, course=course, at=AT)
    return case


def put(course: Course, **columns: Any) -> None:
    with acting(hosting(make.SYSTEM, course.host_id)), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(**columns)


def page(browser: Client, name: str, case: Referral) -> str:
    response = browser.get(reverse(name, args=[case.pk]))
    assert response.status_code == 200
    return unescape(response.content.decode())


def names(words: str) -> list[str]:
    """The suggested courses, in their order."""
    return sorted((one for one in ("Snart", "Valgt", "Ishøjs") if f">{one}<" in words),
                  key=lambda one: words.index(f">{one}<"))  # fmt: skip


@pytest.mark.parametrize("where", ["desk:call", "desk:find_course"])
def test_what_she_chose_stands_first_however_well_another_suits(
    browser: Client, mette: Actor, ishoej: Actor, where: str
) -> None:
    make.course(mette, meetings=6, first=SOON, name="Snart")
    chosen = make.course(ishoej, meetings=6, first=LATE, name="Valgt", language="Tyrkisk")
    assert names(page(browser, where, wishing(mette, None))) == ["Snart", "Valgt"]
    words = page(browser, where, wishing(mette, chosen))
    assert names(words) == ["Valgt", "Snart"]
    assert words.count(CHOSEN) == 1


def test_it_stands_first_though_it_is_full_and_says_so(browser: Client, mette: Actor) -> None:
    make.course(mette, meetings=6, first=SOON, name="Snart")
    chosen = make.course(mette, meetings=6, first=LATE, name="Valgt", capacity=1)
    make.enrolment(chosen, make.referral(mette), mette)
    words = page(browser, "desk:call", wishing(mette, chosen))
    assert names(words) == ["Valgt", "Snart"]
    assert "fuldt, venteliste" in words
    assert 'value="wait">På venteliste' in words


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (
            {"state": CourseState.CANCELLED, "cancelled_at": AT, "cancel_reason": "Få tilmeldte"},
            "Forløbet er aflyst.",
        ),
        ({"state": CourseState.FINISHED, "finished_at": AT}, "Forløbet er afsluttet."),
        ({"state": CourseState.DRAFT}, "Forløbet er ikke længere åbent for tilmelding."),
    ],
)
def test_one_that_takes_nobody_is_named_with_why(
    browser: Client, mette: Actor, columns: dict[str, Any], why: str
) -> None:
    chosen = make.course(mette, meetings=6, first=LATE, name="Valgt")
    case = wishing(mette, chosen)
    put(chosen, **columns)
    for where in ("desk:call", "desk:find_course", "desk:file"):
        words = page(browser, where, case)
        assert CHOSEN in words
        assert "Valgt</a>" in words or "Valgt<span" in words
        assert why in words
        assert reverse("desk:enrol_from_call", args=[case.pk, chosen.pk]) not in words


def test_one_that_is_over_says_so(browser: Client, mette: Actor, on_monday: Any) -> None:
    chosen = make.course(mette, meetings=1, first=SOON, name="Valgt")
    case = wishing(mette, chosen)
    on_monday.move_to(SOON + dt.timedelta(days=1))
    browser.force_login(User.objects.get(pk=mette.person))
    assert "Forløbet er slut." in page(browser, "desk:call", case)


def test_anothers_draft_is_not_named(browser: Client, mette: Actor, ishoej: Actor) -> None:
    chosen = make.course(ishoej, meetings=6, first=LATE, name="Uset navn")
    case = wishing(mette, chosen)
    put(chosen, state=CourseState.DRAFT, published_at=None)
    for where in ("desk:call", "desk:file"):
        words = page(browser, where, case)
        assert "et forløb, der er trukket tilbage" in words
        assert "Uset navn" not in words


def test_narrowing_leaves_it_out_and_says_so(browser: Client, mette: Actor) -> None:
    chosen = make.course(mette, meetings=6, first=LATE, name="Valgt")
    case = wishing(mette, chosen)
    address = reverse("desk:find_course", args=[case.pk])
    words = unescape(browser.get(address, {"find_weekday": "7"}).content.decode())
    assert "Det passer ikke med afgrænsningen." in words
    assert f"{CHOSEN}:" in words


def test_only_who_handles_the_case_knows_the_wish(mette: Actor, ishoej: Actor) -> None:
    case = wishing(mette, make.course(ishoej, meetings=6, first=LATE))
    for viewer, knows in ((mette, True), (ishoej, False)):
        with acting(viewer), transaction.atomic():
            assert (wished(viewer, case, at=AT) is not None) is knows
            assert Wish.objects.filter(pk=case.pk).exists() is knows


def test_cases_of_other_ways_cost_no_statement(mette: Actor) -> None:
    case = make.referral(mette)
    with acting(mette), transaction.atomic(), CaptureQueriesContext(connection) as said:
        assert wished(mette, case, at=AT) is None
    assert len(said) == 0


# ---- who is on a course already ------------------------------------------------------------------


def test_the_call_says_which_course_she_is_on_and_when_she_comes_next(
    browser: Client, mette: Actor
) -> None:
    course = make.course(mette, meetings=6, first=SOON, name="Snart")
    case = wishing(mette, course)
    assert "På forløb" not in page(browser, "desk:call", case)
    made = make.enrolment(course, case, mette)
    words = page(browser, "desk:call", case)
    assert "<dt>På forløb</dt>" in words
    assert reverse("courses:participant", args=[made.pk]) in words
    assert "næste gang 11. mar" in words
    assert "Det er borgeren på nu." in words


def test_who_waits_is_said_to_wait(browser: Client, mette: Actor) -> None:
    course = make.course(mette, meetings=6, first=SOON, name="Snart")
    case = make.referral(mette)
    waits = {"state": EnrolmentState.WAITING, "enrolled_at": None, "waiting_since": AT}
    make.enrolment(course, case, mette, **waits)
    words = page(browser, "desk:call", case)
    assert "på venteliste</span>" in words
    assert "næste gang 11. mar" not in words


def test_a_deadline_that_was_missed_is_not_urgent_once_she_is_reached(
    browser: Client, mette: Actor, on_monday: Any
) -> None:
    case = make.referral(mette)
    on_monday.move_to(AT + dt.timedelta(days=7))
    browser.force_login(User.objects.get(pk=mette.person))
    assert "Overskredet" in page(browser, "desk:call", case)
    make.call(case, mette, Outcome.REACHED, at=AT + dt.timedelta(days=7))
    words = page(browser, "desk:call", case)
    assert "Overskredet" not in words
    assert re.search("Kontaktet [^<]+, efter fristen</span>", words)
