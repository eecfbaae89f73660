"""STOPbasen's form, the link to it and the consents, as a counsellor sees them."""

import html
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.models import Baseline, Enrolment, FormLink, Tick
from courses.states import Item
from referrals.models import Consent
from roegfri.actor import acting
from roegfri.persons import cpr
from tests import make
from tests.courses.test_stopbase_rules import basis, full
from tests.courses.world import AT, Towns, coming, put, towns

pytestmark = pytest.mark.django_db
NUMBER = cpr.parse("251248-9996", on=AT.date()).value


@pytest.fixture(autouse=True)
def without_a_second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def world() -> tuple[Towns, Enrolment]:
    """A course that `a` holds; the case of who takes part is `b`'s."""
    where = towns()
    return where, put(coming(where.a), where.b)


def signed_in(grant: Any) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def at(name: str, hers: Enrolment) -> str:
    return reverse(f"courses:{name}", args=[hers.pk])


def opened(client: Client, hers: Enrolment, more: str = "") -> dict[str, Any]:
    """What the page would send as it stands: its hidden field, and what is filled in already."""
    page = client.get(at("form", hers) + more)
    assert page.status_code == 200
    form = page.context["form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in said.items() if value is not None}


@transaction.atomic
def rows(model: Any, **where: Any) -> list[Any]:
    with acting(make.SYSTEM):
        return list(model.objects.filter(**where))


def test_half_a_form_and_then_the_whole(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    page = client.get(at("form", hers)).content.decode()
    assert "0 af" in page
    assert 'href="#spm-partner"' in page
    half = {**opened(client, hers), "partner": "yes", "sex": "male", "attempts": "0"}
    answer = client.post(at("form", hers), half, follow=True)
    assert answer.redirect_chain
    assert "er besvaret" in answer.content.decode()
    said = {**full(basis()), **{k: v for k, v in half.items() if k != "seen"}}
    del said["pregnant"]
    whole = {**opened(client, hers), **said}
    text = client.post(at("form", hers), whole, follow=True).content.decode()
    assert "fuldt udfyldt" in text
    assert rows(Tick, enrolment=hers, item=Item.FORM)
    assert rows(Baseline)[0].filled_by_id == where.a.person
    on_page = client.get(at("participant", hers)).content.decode()
    assert "Se skemaet" in on_page
    assert at("form", hers) in on_page


def test_a_mistake_is_said_at_the_field_and_nothing_is_lost(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    hostile = "<script>alert(1)</script>"
    wrong = {
        **opened(client, hers), "birth_year": "85", "years": "mange", "heard": "other",
        "heard_other": hostile, "sex": "robot",
    }  # fmt: skip
    answer = client.post(at("form", hers), wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert {"birth_year", "years", "sex"} == set(answer.context["form"].errors)
    assert html.escape(hostile) in text
    assert hostile not in text
    assert 'value="mange"' in text
    assert rows(Baseline) == []


def test_two_who_write_at_once_see_both_answers(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    mine, yours = signed_in(where.grant_a), signed_in(where.grant_b)
    first, second = opened(mine, hers), opened(yours, hers)
    yours.post(at("form", hers), {**second, "years": "20"})
    answer = mine.post(at("form", hers), {**first, "years": "12"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"Imens svaret.*?20 år", text, re.DOTALL)
    assert rows(Baseline)[0].answers["years"] == 20
    form = answer.context["form"]
    again = {**first, "years": "12", "seen": form["seen"].value()}
    assert mine.post(at("form", hers), again).status_code == 302
    assert rows(Baseline)[0].answers["years"] == 12


def test_a_page_that_is_too_old_is_shown_again_and_can_be_sent(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    answer = client.post(at("form", hers), {"seen": "of yesterday", "years": "9"})
    assert answer.status_code == 422
    again = {"seen": answer.context["form"]["seen"].value(), "years": "9"}
    assert client.post(at("form", hers), again).status_code == 302
    assert rows(Baseline)[0].answers == {"years": 9}


def test_the_other_form_can_be_taken(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    said = {**opened(client, hers, "?skema=youth"), "how_often": "daily"}
    assert client.post(at("form", hers) + "?skema=youth", said).status_code == 302
    assert rows(Baseline)[0].form == "youth"
    assert "Hvor tit" in client.get(at("form", hers)).content.decode()
    assert client.get(at("form", hers) + "?skema=nonsense").status_code == 200


def test_her_number_is_asked_for_once_she_agrees_and_never_shown(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    assert "number" not in opened(client, hers)
    sent = {**opened(client, hers), "number": NUMBER}
    client.post(at("form", hers), sent)
    assert rows(Baseline)[0].sealed_number is None
    agree = {"act": "give", "kind": "stopbase", "form": "oral"}
    assert client.post(at("agreements", hers), agree).status_code == 302
    bad = client.post(at("form", hers), {**opened(client, hers), "number": "123"})
    assert "10 cifre" in bad.content.decode()
    assert (
        client.post(at("form", hers), {**opened(client, hers), "number": NUMBER}).status_code == 302
    )
    assert rows(Baseline)[0].number == NUMBER
    text = client.get(at("form", hers)).content.decode()
    assert "******-****" in text
    assert NUMBER not in text
    assert NUMBER[:6] not in text


def test_what_the_citizen_answered_otherwise_stands_beside(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    make.baseline(hers, where.a, answers={"years": 20}, replaced={"years": 3}, filled_by_id=None)
    client = signed_in(where.grant_a)
    text = client.get(at("form", hers)).content.decode()
    assert re.search(r"Før stod der:.*?3 år", text, re.DOTALL)
    assert "Borgeren har selv udfyldt det" in text
    client.post(at("form", hers), opened(client, hers))
    assert rows(Baseline)[0].replaced == {}
    assert "Før stod der" not in client.get(at("form", hers)).content.decode()


def test_the_link_is_shown_once_with_a_code_to_scan(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    made = client.post(at("form_link", hers), {"act": "make"})
    text = made.content.decode()
    address = made.context["address"]
    assert made.status_code == 200
    assert html.escape(address) in text
    assert 'src="data:image/svg+xml' in text
    assert Client().get(address.replace("http://testserver", "")).status_code == 200
    later = client.get(at("form_link", hers)).content.decode()
    assert address not in later
    assert "Et link er åbent" in later
    client.post(at("form_link", hers), {"act": "end"})
    assert rows(FormLink)[0].ended_at
    assert Client().get(address.replace("http://testserver", "")).status_code == 410
    assert client.post(at("form_link", hers), {"act": "burn"}).status_code == 422


def test_under_a_neutral_name_the_link_says_nothing(
    world: tuple[Towns, Enrolment], settings: Any
) -> None:
    settings.PUBLIC_HOSTS = ["aftale.example"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "aftale.example"]
    where, hers = world
    made = signed_in(where.grant_a).post(at("form_link", hers), {"act": "make"})
    address = made.context["address"]
    assert address.startswith("http://aftale.example/skema/")
    there = Client(headers={"host": "aftale.example"})
    page = there.get(address.removeprefix("http://aftale.example"))
    assert page.status_code == 200
    assert "holder op" not in page.content.decode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"act": "give", "kind": "sms", "form": "written"}, 302),
        ({"act": "give", "kind": "sms"}, 422),
        ({"act": "give", "kind": "discharge", "form": "oral"}, 422),
        ({"act": "give", "kind": "everything", "form": "oral"}, 422),
        ({"act": "withdraw", "kind": "sms"}, 422),
        ({"act": "", "kind": "sms", "form": "oral"}, 422),
        ({}, 422),
    ],
)
def test_what_she_agrees_to_is_one_of_three(
    world: tuple[Towns, Enrolment], data: dict[str, str], status: int
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    assert client.post(at("agreements", hers), data).status_code == status
    assert len(rows(Consent)) == (status == 302)


def test_a_consent_is_shown_with_its_words_and_can_be_taken_back(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    words = "landsdækkende database over rygestopforløb"
    assert words in client.get(at("agreements", hers)).content.decode()
    client.post(at("agreements", hers), {"act": "give", "kind": "stopbase", "form": "oral"})
    held = client.get(at("agreements", hers)).content.decode()
    assert "Givet mundtligt, taget af" in held
    client.post(at("agreements", hers), {"act": "withdraw", "kind": "stopbase"})
    assert rows(Consent)[0].withdrawn_at


def test_the_page_asks_as_much_whatever_was_answered(
    world: tuple[Towns, Enrolment], django_assert_max_num_queries: Any
) -> None:
    where, hers = world
    client = signed_in(where.grant_a)
    client.get(at("form", hers))
    with django_assert_max_num_queries(60) as empty:
        client.get(at("form", hers))
    make.baseline(hers, where.a, answers=full(basis()), edition="2023-01-01")
    with django_assert_max_num_queries(60) as filled:
        client.get(at("form", hers))
    assert abs(len(filled) - len(empty)) <= 1
