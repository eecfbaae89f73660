"""Sag: everything about one citizen on one page, who did it and when; and what is masked on it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from referrals.commands.citizen import add_number, change_citizen, move_home
from referrals.commands.closing import close_referral, reopen_referral
from referrals.commands.consent import give_consent, withdraw_consent
from referrals.models import Citizen, ContactAttempt, HandOver, Informed, Interview, Referral, Use
from referrals.states import CloseReason, ConsentForm, ConsentKind, Outcome
from roegfri.accounts.models import Grant
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent
from roegfri.persons import cpr
from tests import make

pytestmark = pytest.mark.django_db
NEXT_DAY = make.MONDAY + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False) as travelled:
        yield travelled


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def browser(client: Client, grant: Grant) -> Client:
    client.force_login(grant.user)
    return client


def page(browser: Client, referral: Referral) -> str:
    response = browser.get(reverse("desk:file", args=[referral.pk]))
    assert response.status_code == 200
    return response.content.decode()


def titles(browser: Client, referral: Referral) -> list[str]:
    response = browser.get(reverse("desk:file", args=[referral.pk]))
    return [entry.title for entry in response.context["entries"]]


def acts(act: str) -> list[AuditEvent]:
    with acting(make.SYSTEM):
        return list(AuditEvent.objects.filter(act=act).order_by("seq"))


def test_the_line_tells_of_everything_with_who_and_when(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    referral = make.referral(by, civil_number="2512489996")
    make.call(referral, by, Outcome.NO_ANSWER, note="Telefonen var slukket")
    make.call(referral, by, Outcome.REACHED, at=NEXT_DAY)
    with acting(by):
        talk = Interview.objects.create(
            referral=referral,
            at=NEXT_DAY,
            by_id=by.person,
            per_day=20,
            motivation=8,
            wishes=["group"],
            times=["2-ev", "1-am"],
        )
        Use.objects.create(interview=talk, product="cigarettes", amount=20)
        for topic in ("group", "subsidy"):
            Informed.objects.create(referral=referral, topic=topic, at=NEXT_DAY, by_id=by.person)
        consent = give_consent(
            referral.citizen, kind=ConsentKind.SMS, form=ConsentForm.ORAL, by=by, at=make.MONDAY
        )
        withdraw_consent(consent, by=by, at=NEXT_DAY)
        HandOver.objects.create(
            referral=referral,
            citizen=referral.citizen,
            giver=make.municipality(name="Fjern Kommune"),
            receiver=make.home(by),
            at=make.MONDAY - dt.timedelta(days=1),
            by_id=by.person,
            reason="Flyttet hertil",
            contact_by_before=dt.date(2026, 2, 27),
        )
        close_referral(referral, reason=CloseReason.MOVED, by=by, at=NEXT_DAY)
        reopen_referral(referral, why="Flyttede ikke alligevel", by=by, at=NEXT_DAY)
    told = titles(browser, referral)
    text = page(browser, referral)
    for title in (
        "Opkald: Intet svar",
        "Opkald: Truffet",
        "Samtale",
        "Oplyst om: Hjælp på hold, Tilskud til rygestopmedicin",
        "Samtykke givet: SMS-påmindelser (mundtligt)",
        "Samtykke trukket tilbage: SMS-påmindelser",
        "Afsluttet: Flyttet",
        "Genåbnet",
    ):
        assert title in told, title
    assert any(t.startswith("Givet videre fra Fjern Kommune til") for t in told)
    assert any(t.startswith("Henvist fra Almen praksis. Frist fredag 27. feb") for t in told)
    assert "Fristen var fredag 27. feb" in text
    assert "Storryger" in text
    assert "Kan komme: mandag formiddag, tirsdag aften" in text
    assert "Telefonen var slukket" in text
    assert f"Rådgiver: {grant.user.name}" in told


def test_a_call_that_was_taken_back_is_struck_through(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    referral = make.referral(by)
    call = make.call(referral, by, Outcome.NO_ANSWER)
    with acting(by):
        ContactAttempt.objects.filter(pk=call.pk).update(undone_at=NEXT_DAY, undone_by=grant.user)
    text = page(browser, referral)
    assert "timeline-undone" in text
    assert f"Fortrudt i morgen kl. 9.00 af {grant.user.name}" in text


def test_what_was_corrected_is_told_and_a_protected_address_is_not(
    browser: Client, grant: Grant
) -> None:
    by = make.actor(grant)
    referral = make.referral(by, address="Hemmelig Vej 1", postcode="2650", town="Hvidovre")
    by = replace(by, request_id="another request")
    with acting(by):
        changes = {"surname": ("Hansen",), "address": ("Skjult Allé 2", "2650", "Hvidovre")}
        citizen = referral.citizen
        change_citizen(citizen, changes, version=0, by=by, at=make.MONDAY)
        home = make.home(by)
        move_home(citizen, home, from_on=dt.date(2026, 1, 1), by=by, at=make.MONDAY)
        add_number(citizen, cpr.parse("2512489996", on=NEXT_DAY.date()), by=by, at=make.MONDAY)
    text = page(browser, referral)
    assert "Efternavn: Berggren → Hansen" in text
    assert "Skjult Allé 2" in text
    assert f"Bopælskommune: {home.name} fra" in text
    assert "CPR-nummer tilføjet" in text
    with acting(by):
        change_citizen(citizen, {"address_protected": (True,)}, version=2, by=by, at=make.MONDAY)
    text = page(browser, referral)
    assert "Beskyttet" in text
    assert not {"Skjult Allé", "Hemmelig Vej"} & {
        w for w in ("Skjult Allé", "Hemmelig Vej") if w in text
    }


def test_what_came_with_the_referral_is_no_correction(browser: Client, grant: Grant) -> None:
    referral = make.referral(make.actor(grant), civil_number="2512489996")
    assert [t.split(".")[0] for t in titles(browser, referral)] == ["Henvist fra Almen praksis"]


def test_the_whole_number_is_shown_once_and_noted(browser: Client, grant: Grant) -> None:
    referral = make.referral(make.actor(grant), civil_number="2512489996")
    text = page(browser, referral)
    assert "251248-****" in text
    assert "9996" not in text
    url = reverse("desk:reveal", args=[referral.pk])
    assert "9996" not in browser.get(url).content.decode()
    assert not acts("civil_number.shown")
    assert "251248-9996" in browser.post(url, {"what": "number"}).content.decode()
    (event,) = acts("civil_number.shown")
    assert event.user_id == grant.user_id
    assert "9996" not in page(browser, referral)


def test_a_protected_address_is_shown_once_and_noted(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    referral = make.referral(by, address="Hemmelig Vej 1", town="Hvidovre")
    with acting(by):
        Citizen.objects.update(address_protected=True)
    assert "Hemmelig Vej" not in page(browser, referral)
    url = reverse("desk:reveal", args=[referral.pk])
    assert "Hemmelig Vej 1" in browser.post(url, {"what": "address"}).content.decode()
    assert len(acts("address.shown")) == 1
    assert browser.post(url, {"what": "alt"}).status_code == 200
    assert len(acts("address.shown")) == 1


def test_a_home_that_is_unknown_or_outside_is_flagged(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    referral = make.referral(by)
    assert "Ukendt" in page(browser, referral)
    elsewhere = make.municipality(name="Anden Aftale Kommune")
    with acting(by):
        move_home(referral.citizen, elsewhere, from_on=dt.date(2026, 1, 1), by=by, at=make.MONDAY)
    assert "Ikke medlem: aftales i hånden" in page(browser, referral)
    with acting(by):
        home = make.home(by)
        move_home(referral.citizen, home, from_on=dt.date(2026, 2, 1), by=by, at=make.MONDAY)
        later = dt.date(2026, 6, 1)
        move_home(referral.citizen, elsewhere, from_on=later, by=by, at=make.MONDAY)
    assert "Ikke medlem" not in page(browser, referral)


def test_other_rows_of_the_same_person_are_in_her_file(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    kept = make.referral(by, surname="Berggren", civil_number="2512489996")
    merged = make.referral(by, surname="Andersen", number="+4530303030", text="Den anden tekst")
    with acting(by):
        Citizen.objects.filter(pk=merged.citizen_id).update(merged_into=kept.citizen_id)
    for referral in (kept, merged):
        text = page(browser, referral)
        assert "Nancy Ann Berggren" in text
        assert {"Den anden tekst", "30 30 30 30", "20 12 34 56"} <= {
            words for words in ("Den anden tekst", "30 30 30 30", "20 12 34 56") if words in text
        }
    logged = [event for event in acts("person.read") if event.subject == "desk:file"]
    assert logged


def test_markup_in_what_others_wrote_is_text(browser: Client, grant: Grant) -> None:
    by = make.actor(grant)
    evil = "<script>alert(1)</script>"
    referral = make.referral(by, text=evil, surname=evil, sender_name=evil)
    make.call(referral, by, Outcome.NO_ANSWER, note=evil)
    assert evil not in page(browser, referral)


@pytest.mark.parametrize("events", [1, 60])
def test_a_crowded_file_costs_no_more_queries(
    browser: Client, grant: Grant, events: int, django_assert_max_num_queries: Any
) -> None:
    by = make.actor(grant)
    referral = make.referral(by, civil_number="2512489996")
    make.call(referral, by, Outcome.REACHED)
    with acting(by):
        Interview.objects.create(referral=referral, at=NEXT_DAY, by_id=by.person, per_day=20)
        ContactAttempt.objects.bulk_create(
            ContactAttempt(
                referral=referral, at=make.MONDAY, outcome="no_answer", caller_id=by.person
            )
            for _ in range(events)
        )
    page(browser, referral)
    # Two of them are the savepoint of a request inside the test's own transaction.
    with django_assert_max_num_queries(12 + 3):
        page(browser, referral)
