"""A language is shown once a coordinator has approved its very words."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.public import languages, queries
from roegfri.public.commands import approve_language, withdraw_language
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.models import Approval
from roegfri.public.queries import Standing
from roegfri.refusal import Conflict, Refusal
from tests import make

pytestmark = pytest.mark.django_db
TURKISH = LANGUAGES["tr"]
URL = "/offentlig-tilmelding/"


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False):
        yield


@pytest.fixture
def karin() -> Grant:
    return make.grant(Role.COORDINATOR)


def approve(by: Actor, language: Language = TURKISH) -> Approval:
    with acting(by):
        return approve_language(language, digest=language.digest, by=by, at=make.MONDAY)


def shown(by: Actor) -> list[str]:
    home = make.home(by)
    return [one.code for one in queries.place(by, home.code, on=make.MONDAY.date()).languages]


def standing(by: Actor, code: str = "tr") -> Standing:
    return queries.standing(by, code).standing


def changed(monkeypatch: pytest.MonkeyPatch) -> Language:
    other = dataclasses.replace(TURKISH, digest=b"x" * 32)
    monkeypatch.setitem(languages.LANGUAGES, "tr", other)
    foreign = tuple(other if one is TURKISH else one for one in languages.FOREIGN)
    for module in ("queries", "commands"):
        monkeypatch.setattr(f"roegfri.public.{module}.FOREIGN", foreign)
    return other


def test_danish_alone_is_shown_before_anybody_approves(karin: Grant) -> None:
    by = make.actor(karin)
    assert shown(by) == ["da"]
    assert {one.language.code: one.standing.name for one in queries.standings(by)} == {
        "da": "SHOWN", "en": "WAITING", "tr": "WAITING", "pl": "WAITING", "ar": "WAITING",
    }  # fmt: skip


def test_an_approval_is_for_one_municipality_and_is_taken_back(karin: Grant) -> None:
    by, other = make.actor(karin), make.actor(make.grant(Role.COORDINATOR))
    assert approve(by) == approve(by), "twice is once"
    assert (shown(by), shown(other)) == (["da", "tr"], ["da"])
    with acting(by):
        withdraw_language(TURKISH, by=by, at=make.MONDAY)
        withdraw_language(TURKISH, by=by, at=make.MONDAY)
    assert (shown(by), standing(by)) == (["da"], Standing.WITHDRAWN)
    approve(by)
    assert (shown(by), standing(by)) == (["da", "tr"], Standing.SHOWN)
    assert acts() == ["language.approved", "language.withdrawn", "language.approved"]


def acts() -> list[str]:
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select act from audit_event where act like 'language.%' order by seq")
        return [act for (act,) in cursor.fetchall()]


def test_changed_words_lapse_and_are_approved_anew(
    karin: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = make.actor(karin)
    approve(by)
    other = changed(monkeypatch)
    assert (shown(by), standing(by)) == (["da"], Standing.CHANGED)
    approve(by, other)
    assert (shown(by), standing(by)) == (["da", "tr"], Standing.SHOWN)
    assert Approval.objects.filter(withdrawn_at=None).count() == 1


def test_other_words_than_those_that_were_read_are_not_approved(karin: Grant) -> None:
    by = make.actor(karin)
    with acting(by), pytest.raises(Conflict):
        approve_language(TURKISH, digest=b"y" * 32, by=by, at=make.MONDAY)
    assert not Approval.objects.exists()


def test_danish_is_neither_approved_nor_taken_back(karin: Grant) -> None:
    by = make.actor(karin)
    with acting(by), pytest.raises(Refusal):
        approve_language(DANISH, digest=DANISH.digest, by=by, at=make.MONDAY)
    with acting(by), pytest.raises(Refusal):
        withdraw_language(DANISH, by=by, at=make.MONDAY)


# ---- the screens ---------------------------------------------------------------------------------


def client(grant: Grant) -> Client:
    found = Client()
    found.force_login(grant.user)
    return found


def test_a_coordinator_reads_approves_and_takes_back(karin: Grant) -> None:
    browser, by = client(karin), make.actor(karin)
    page = browser.get(URL).content.decode()
    home = make.home(by)
    assert f"http://testserver/tilmeld/{home.code}/" in page
    assert f"http://testserver/find-hold/?kommune={home.code}" in page
    assert f"/tilmeld/{home.code}/tr/" not in page
    assert f"/find-hold/tr/?kommune={home.code}" not in page
    text = browser.get(f"{URL}tr/").content.decode()
    assert "Beni arayın" in text
    assert "Ring til mig" in text
    sent = {"act": "approve", "digest": TURKISH.digest.hex()}
    assert browser.post(f"{URL}tr/", sent).status_code == 302
    page = browser.get(URL).content.decode()
    assert f"http://testserver/tilmeld/{home.code}/tr/" in page
    assert f"http://testserver/find-hold/tr/?kommune={home.code}" in page
    assert browser.post(f"{URL}tr/", {"act": "withdraw", "digest": ""}).status_code == 302
    assert shown(by) == ["da"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"act": "approve", "digest": "00" * 32}, 409),
        ({"act": "approve", "digest": ""}, 409),
        ({"act": "approve", "digest": "no number"}, 422),
        ({"act": "approve", "digest": "\0"}, 422),
        ({"act": "burn", "digest": ""}, 422),
        ({}, 422),
    ],
)
def test_what_is_not_an_approval_of_these_words(
    karin: Grant, sent: dict[str, str], status: int
) -> None:
    answer = client(karin).post(f"{URL}tr/", {**sent, "x": "1"})
    assert answer.status_code == status
    assert 'class="alert' in answer.content.decode()
    assert not Approval.objects.exists()


@pytest.mark.parametrize("code", ["da", "xx", "TR"])
def test_there_is_no_page_to_approve_other_languages(karin: Grant, code: str) -> None:
    assert client(karin).get(f"{URL}{code}/").status_code == 404


def test_neutral_names_stand_first(karin: Grant, settings: Any) -> None:
    settings.PUBLIC_HOSTS = ["ring-op.example"]
    page = client(karin).get(URL).content.decode()
    assert page.index("http://ring-op.example/tilmeld/") < page.index("http://testserver/tilmeld/")


def test_who_is_no_member_is_told(karin: Grant) -> None:
    from roegfri.organisations.models import Membership

    Membership.objects.update(until_on=make.LONG_AGO)
    assert "ikke med i en aftale" in client(karin).get(URL).content.decode()
