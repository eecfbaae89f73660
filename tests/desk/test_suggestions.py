"""Forløb, der passer: what is offered during the call, and that «Tilmeld» does both or neither."""

import datetime as dt
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Course, Enrolment
from courses.states import CourseKind, EnrolmentState, Mark
from referrals.models import ContactAttempt, Interview, Referral
from referrals.states import ENDINGS, NextStep, Outcome, ReferralState
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Agreement
from roegfri.ui.models import Draft
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY + dt.timedelta(hours=1)
WEDNESDAY = clock.danish_time(dt.date(2026, 3, 11), dt.time(17))


@pytest.fixture(autouse=True)
def on_monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False):
        yield


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


def anna(by: Actor, **given: Any) -> Referral:
    return make.referral(by, given_names="Anna", surname="Jensen", **given)


def shown(response: Any) -> str:
    return unescape(response.content.decode())


def said(**more: Any) -> dict[str, Any]:
    return {"once": str(uuid.uuid4()), "talk": "1", "then": "wait", **more}


def tilmeld(browser: Client, case: Referral, course: Course, **more: Any) -> Any:
    address = reverse("desk:enrol_from_call", args=[case.pk, course.pk])
    return browser.post(address, said(**more))


def of(case: Referral, by: Actor) -> Referral:
    with acting(by), transaction.atomic():
        return Referral.objects.get(pk=case.pk)


def enrolments(by: Actor) -> list[Enrolment]:
    with acting(by), transaction.atomic():
        return list(Enrolment.objects.select_related("course").order_by("created_at"))


def attempts(by: Actor) -> int:
    with acting(by), transaction.atomic():
        return ContactAttempt.objects.filter(undone_at=None).count()


# ---- what is offered -----------------------------------------------------------------------------


def test_the_call_screen_offers_courses_of_the_whole_agreement(
    browser: Client, mette: Actor, ishoej: Actor
) -> None:
    case = anna(mette)
    course = make.course(ishoej, meetings=6, first=WEDNESDAY, name="Aftenhold")
    page = shown(browser.get(reverse("desk:call", args=[case.pk])))
    assert "Aftenhold" in page
    assert "Onsdag aften · starter 11. marts · 12 pladser" in page
    assert reverse("desk:enrol_from_call", args=[case.pk, course.pk]) in page


def test_what_is_ticked_changes_the_list_and_saves_nothing(browser: Client, mette: Actor) -> None:
    case = anna(mette)
    make.course(mette, meetings=6, first=WEDNESDAY, name="Aftenhold")
    make.course(mette, meetings=6, first=WEDNESDAY + dt.timedelta(hours=16), name="Morgenhold")
    address = reverse("desk:suggest", args=[case.pk])

    def first(**more: Any) -> str:
        part = browser.post(address, said(**more), headers={"HX-Request": "true"})
        assert part.status_code == 200
        words = shown(part)
        assert "<html" not in words
        return min(("Aftenhold", "Morgenhold"), key=words.index)

    assert first(times="4-am") == "Morgenhold"
    assert first(times="3-ev") == "Aftenhold"
    assert "Morgenhold" not in shown(
        browser.post(address, said(find_part="ev"), headers={"HX-Request": "true"})
    )
    assert attempts(mette) == 0


def test_without_scripts_the_whole_screen_comes_back_with_what_was_typed(
    browser: Client, mette: Actor
) -> None:
    case = anna(mette)
    make.course(mette, meetings=6, first=WEDNESDAY, name="Aftenhold")
    address = reverse("desk:suggest", args=[case.pk])
    page = browser.post(address, said(times="3-ev", note="Ring efter 16", per_day="900"))
    assert page.status_code == 200
    words = shown(page)
    assert "Ring efter 16" in words
    assert "Onsdag aften som ønsket" in words
    assert f'action="{reverse("desk:call", args=[case.pk])}"' in words
    assert '<details name="outcome" class="outcome outcome-main" data-focus-first open>' in words


@pytest.mark.parametrize(
    "given",
    [
        {"find_km": "abc"},
        {"find_weekday": "9"},
        {"find_host": "x"},
        {"times": "9-xx"},
        {"wishes": "?"},
    ],
)
def test_what_is_no_choice_narrows_nothing(
    browser: Client, mette: Actor, given: dict[str, str]
) -> None:
    make.course(mette, meetings=6, first=WEDNESDAY, name="Aftenhold")
    address = reverse("desk:suggest", args=[anna(mette).pk])
    part = browser.post(address, said(**given), headers={"HX-Request": "true"})
    assert (part.status_code, "Aftenhold" in shown(part)) == (200, True)


def test_five_are_shown_and_more_when_asked_for(browser: Client, mette: Actor) -> None:
    case = anna(mette)
    for n in range(7):
        make.course(mette, meetings=6, first=WEDNESDAY + dt.timedelta(days=n), name=f"Hold {n}")
    few = shown(browser.get(reverse("desk:find_course", args=[case.pk])))
    assert few.count('class="suggestion"') == 5
    assert "5 af 7 forløb" in few
    every = shown(browser.get(reverse("desk:find_course", args=[case.pk]), {"find_all": "on"}))
    assert every.count('class="suggestion"') == 7


def test_a_protected_address_is_not_given_away_by_a_distance(browser: Client, mette: Actor) -> None:
    place = make.venue(make.home(mette), postcode="2635")
    make.course(mette, meetings=6, first=WEDNESDAY, room=place.rooms.get())
    open_case = anna(mette, postcode="2650")
    hidden = anna(mette, postcode="2650", address_protected=True, number="+4530303030")
    assert "ca. 8 km" in shown(browser.get(reverse("desk:call", args=[open_case.pk])))
    page = shown(browser.get(reverse("desk:call", args=[hidden.pk])))
    assert "ca. 8 km" not in page
    assert "afstanden regnes ikke ud" in page


def test_the_call_screen_takes_as_many_statements_for_one_course_as_for_three(
    browser: Client, mette: Actor
) -> None:
    case = anna(mette)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse("desk:call", args=[case.pk]))
        return len(captured)

    make.course(mette, meetings=6, first=WEDNESDAY)
    browser.get(reverse("desk:call", args=[case.pk]))
    one = statements()
    for _n in range(2):
        make.course(mette, meetings=6, first=WEDNESDAY)
    assert statements() == one


# ---- the second click ----------------------------------------------------------------------------


def test_tilmeld_saves_the_conversation_and_enrols(
    browser: Client, mette: Actor, ishoej: Actor
) -> None:
    case = anna(mette)
    course = make.course(ishoej, meetings=6, first=WEDNESDAY, name="Aftenhold")
    answer = tilmeld(browser, case, course, times="3-ev", per_day="12", told="group")
    assert answer.status_code == 302
    (made,) = enrolments(mette)
    assert (made.course, made.state, made.referral_id) == (course, EnrolmentState.ENROLLED, case.pk)
    now = of(case, mette)
    assert (now.state, now.next_at, now.next_step) == (ReferralState.REACHED, None, "")
    with acting(mette), transaction.atomic():
        told = Interview.objects.get()
        assert (told.times, told.per_day) == (["3-ev"], 12)
    page = shown(browser.get(reverse("desk:today")))
    assert "Gemt: Truffet for Anna Jensen. Tilmeldt: Aftenhold." in page
    assert reverse("courses:participant", args=[made.pk]) in page


def test_a_double_click_is_one_call_and_one_enrolment(browser: Client, mette: Actor) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    once = str(uuid.uuid4())
    for _n in range(2):
        assert tilmeld(browser, case, course, once=once, note="Ja tak").status_code == 302
    assert (len(enrolments(mette)), attempts(mette)) == (1, 1)
    other = make.course(mette, meetings=6, first=WEDNESDAY)
    assert tilmeld(browser, case, other, once=once, note="Ja tak").status_code == 409
    assert (len(enrolments(mette)), attempts(mette)) == (1, 1)


def test_nothing_is_lost_when_the_last_seat_went(
    browser: Client, mette: Actor, ishoej: Actor
) -> None:
    course = make.course(ishoej, meetings=6, first=WEDNESDAY, capacity=1, name="Aftenhold")
    make.enrolment(course, make.referral(ishoej, number="+4530303030"), ishoej)
    case = anna(mette)
    typed = {"note": "Glæder sig", "times": "3-ev", "per_day": "20", "once": str(uuid.uuid4())}
    page = tilmeld(browser, case, course, **typed)
    assert page.status_code == 422
    words = shown(page)
    assert "den sidste plads er taget" in words
    assert "Glæder sig" in words
    assert 'value="20"' in words
    assert 'name="when_full" value="wait"' in words
    assert (enrolments(mette), attempts(mette)) == ([], 0)
    assert of(case, mette).state == ReferralState.RECEIVED
    assert tilmeld(browser, case, course, **typed, when_full="wait").status_code == 302
    (made,) = enrolments(mette)
    assert made.state == EnrolmentState.WAITING
    assert "Skrevet på ventelisten: Aftenhold." in shown(browser.get(reverse("desk:today")))


@pytest.mark.parametrize(
    "given",
    [{"then": "close", "then_close": ENDINGS[0]}, {"then": "quitline", "then_agreed": "on"}],
)
def test_nobody_is_both_enrolled_and_closed(
    browser: Client, mette: Actor, given: dict[str, str]
) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    page = tilmeld(browser, case, course, **given)
    assert page.status_code == 422
    assert "ikke både tilmeldes" in shown(page)
    assert (enrolments(mette), attempts(mette)) == ([], 0)


def test_a_mistake_in_the_form_enrols_nobody(browser: Client, mette: Actor) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    assert tilmeld(browser, case, course, per_day="900", note="Kladde").status_code == 422
    assert (enrolments(mette), attempts(mette)) == ([], 0)


def test_what_is_agreed_besides_stays(browser: Client, mette: Actor) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    when = {"then": "talk", "then_at_0": "2026-03-05", "then_at_1": "10:00"}
    assert tilmeld(browser, case, course, **when).status_code == 302
    assert of(case, mette).next_step == NextStep.TALK


def waiting(by: Actor) -> int:
    with acting(by), transaction.atomic():
        return Draft.objects.count()


def test_a_draft_of_the_call_is_forgotten(browser: Client, mette: Actor) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    keep = reverse("ui:draft") + f"?for={reverse('desk:call', args=[case.pk])}"
    assert browser.post(keep, {"note": "Halvt"}).status_code == 204
    assert waiting(mette)
    tilmeld(browser, case, course)
    assert not waiting(mette)


@pytest.mark.parametrize("address", ["desk:undo_call", "desk:logged"])
def test_taking_back_the_call_takes_back_the_enrolment(
    browser: Client, mette: Actor, address: str
) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY)
    tilmeld(browser, case, course)
    with acting(mette), transaction.atomic():
        attempt = ContactAttempt.objects.get()
    browser.post(reverse(address, args=[case.pk, attempt.pk]), {"sure": "on"})
    (made,) = enrolments(mette)
    assert (made.state, made.left_reason) == (EnrolmentState.WITHDRAWN, "mistake")
    assert of(case, mette).state == ReferralState.RECEIVED
    # Another enrolment of hers, made before, is left alone.
    again = anna(mette, number="+4530303030")
    before = make.enrolment(course, again, mette)
    make.call(again, mette, Outcome.REACHED, AT)
    with acting(mette), transaction.atomic():
        last = ContactAttempt.objects.get(referral=again)
    browser.post(reverse(address, args=[again.pk, last.pk]), {"sure": "on"})
    assert state_of(before, mette) == EnrolmentState.ENROLLED


def state_of(one: Enrolment, by: Actor) -> str:
    with acting(by), transaction.atomic():
        return Enrolment.objects.get(pk=one.pk).state


# ---- the file ------------------------------------------------------------------------------------


def test_enrolled_from_the_file_nobody_waits_for_her_decision(
    browser: Client, mette: Actor
) -> None:
    case, course = anna(mette), make.course(mette, meetings=6, first=WEDNESDAY, name="Aftenhold")
    make.call(case, mette, Outcome.THINKING, AT)
    assert of(case, mette).next_step == NextStep.DECIDE
    address = reverse("desk:enrol_case", args=[case.pk, course.pk])
    answer = browser.post(address, {"once": str(uuid.uuid4()), "when_full": "refuse"})
    assert answer.status_code == 302
    assert [str(one) for one in get_messages(answer.wsgi_request)] == ["Tilmeldt: Aftenhold."]
    assert of(case, mette).next_at is None
    page = shown(browser.get(reverse("desk:file", args=[case.pk])))
    assert "Tilmeldt: Aftenhold" in page
    assert "Næste mødegang:" in page
    # She is on it: it is not offered again.
    assert 'class="suggestion"' not in shown(
        browser.get(reverse("desk:find_course", args=[case.pk]))
    )


def test_a_full_course_offers_its_waiting_list_from_the_file(browser: Client, mette: Actor) -> None:
    course = make.course(mette, meetings=6, first=WEDNESDAY, capacity=1)
    make.enrolment(course, make.referral(mette, number="+4530303030"), mette)
    case = anna(mette)
    address = reverse("desk:enrol_case", args=[case.pk, course.pk])
    page = browser.post(address, {"once": str(uuid.uuid4())})
    assert (page.status_code, "den sidste plads er taget" in shown(page)) == (422, True)
    browser.post(address, {"once": str(uuid.uuid4()), "when_full": "wait"})
    assert "nr. 1 på ventelisten" in shown(browser.get(reverse("desk:file", args=[case.pk])))


def test_the_file_tells_the_whole_course(browser: Client, mette: Actor, ishoej: Actor) -> None:
    case = anna(mette)
    course = make.course(
        ishoej, meetings=3, first=WEDNESDAY - dt.timedelta(weeks=2), name="Aftenhold"
    )
    one = make.enrolment(course, case, mette)
    with acting(ishoej), transaction.atomic():
        meetings = list(course.all_meetings.order_by("starts_at"))
        for meeting, mark in zip(meetings, (Mark.ATTENDED, Mark.ABSENT), strict=False):
            one.attendances.create(
                meeting=meeting, mark=mark, at=AT, by_id=ishoej.person, note="Talte om plaster"
            )
    page = shown(browser.get(reverse("desk:file", args=[case.pk])))
    for words in (
        "Tilmeldt: Aftenhold",
        "Mødt: 1. mødegang, Aftenhold",
        "Udeblevet: 2. mødegang, Aftenhold",
    ):
        assert words in page
    assert "Hold og fremmøde" in page


def test_an_individual_course_asks_for_an_appointment(browser: Client, mette: Actor) -> None:
    case = anna(mette)
    course = make.course(mette, kind=CourseKind.INDIVIDUAL, name="Samtaler")
    assert tilmeld(browser, case, course).status_code == 302
    assert "Lav aftale" in shown(browser.get(reverse("desk:today")))
    assert "Lav aftale" in shown(browser.get(reverse("desk:file", args=[case.pk])))
