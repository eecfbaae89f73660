"""The file on paper, and what the citizen is given: what stands there, and what is logged."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from referrals.commands.consent import give_consent
from referrals.models import Citizen, Referral
from referrals.states import ConsentForm, ConsentKind, Outcome
from roegfri.accounts.models import Grant
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from tests import make

pytestmark = pytest.mark.django_db
ADDRESS = {"address": "Hemmelig Vej 1", "postcode": "2650", "town": "Hvidovre"}


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False) as travelled:
        yield travelled


@pytest.fixture
def grant() -> Grant:
    return make.grant(person=make.user(name="Mette Bruun"))


@pytest.fixture
def browser(client: Client, grant: Grant) -> Client:
    client.force_login(grant.user)
    return client


@pytest.fixture
def referral(grant: Grant) -> Referral:
    by = make.actor(grant)
    made = make.referral(by, civil_number="2512489996", **ADDRESS)
    make.call(made, by, Outcome.NO_ANSWER, note="Slukket telefon & <b>støj</b>")
    with acting(by):
        give_consent(
            made.citizen, kind=ConsentKind.SMS, form=ConsentForm.ORAL, by=by, at=make.MONDAY
        )
    return made


def protect(referral: Referral) -> None:
    with acting(make.SYSTEM):
        Citizen.objects.filter(pk=referral.citizen_id).update(address_protected=True)


def events(act: str) -> list[AuditEvent]:
    with acting(make.SYSTEM):
        return list(AuditEvent.objects.filter(act=act).order_by("seq"))


def persons(event: AuditEvent) -> set[Any]:
    with acting(make.SYSTEM):
        rows = AuditEventPerson.objects.filter(event_seq=event.seq)
        return set(rows.values_list("person", flat=True))


def printed(browser: Client, referral: Referral, **ticked: str) -> str:
    response = browser.post(reverse("desk:print", args=[referral.pk]), {"timeline": "on", **ticked})
    assert response.status_code == 200
    return response.content.decode()


def test_the_paper_masks_what_the_screen_masks(browser: Client, referral: Referral) -> None:
    protect(referral)
    paper = printed(browser, referral)
    assert "251248-****" in paper
    for secret in ("9996", "Hemmelig Vej", "<b>støj", 'class="menu"'):
        assert secret not in paper, secret
    for words in ("Kommune", "Udskrevet af Mette Bruun", "Slukket telefon", "SMS-påmindelser"):
        assert words in paper, words


def test_what_is_ticked_is_on_the_paper_and_in_the_log(browser: Client, referral: Referral) -> None:
    protect(referral)
    paper = printed(browser, referral, number="on", address="on")
    assert "251248-9996" in paper
    assert "Hemmelig Vej 1" in paper
    (event,) = events("file.printed")
    assert sorted(event.columns) == ["address", "number"]
    assert persons(event) == {referral.citizen_id}


def test_the_question_alone_prints_nothing(browser: Client, referral: Referral) -> None:
    page = browser.get(reverse("desk:print", args=[referral.pk])).content.decode()
    assert "Udskriv sagen" in page
    assert "251248" not in page
    assert events("file.printed") == []


def test_a_paper_without_the_line_has_none(browser: Client, referral: Referral) -> None:
    response = browser.post(reverse("desk:print", args=[referral.pk]), {"number": "on"})
    assert "Slukket telefon" not in response.content.decode()


# ---- the citizen's own report --------------------------------------------------------------------


def report(browser: Client, referral: Referral, **sent: str) -> Any:
    return browser.post(reverse("desk:insight", args=[referral.pk]), sent)


def text_of(pdf: bytes) -> str:
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(words.split())


def test_the_citizen_gets_all_that_is_kept_of_her_and_who_looked(
    browser: Client, grant: Grant, referral: Referral
) -> None:
    protect(referral)
    browser.get(reverse("desk:file", args=[referral.pk]))
    response = report(browser, referral, sure="on")
    assert response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    text = text_of(response.content)
    for words in (
        "Det, vi har registreret om dig",
        "Nancy Ann Berggren",
        "251248-9996",
        "20 12 34 56 mobil",
        "Hemmelig Vej 1",
        "2650 Hvidovre",
        "Adressen er beskyttet",
        "Henvisning til rygestop",
        "Slukket telefon & <b>støj</b>",
        "SMS-påmindelser",
        "må sende mig SMS om mine aftaler",
        "Opkald: Intet svar",
        "Rådgiver, " + grant.organisation.name,
        "Så oplysninger",
        "Datatilsynet",
    ):
        assert words in text, words
    (event,) = events("file.handed_out")
    assert (event.user_id, persons(event)) == (grant.user_id, {referral.citizen_id})


def test_the_report_is_tagged_for_screen_readers(browser: Client, referral: Referral) -> None:
    reader = PdfReader(BytesIO(report(browser, referral, sure="on").content))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "da"
    assert "/StructTreeRoot" in root
    assert reader.metadata
    assert reader.metadata.title == "Det, vi har registreret om dig"


def test_without_being_sure_who_asks_nothing_is_made(browser: Client, referral: Referral) -> None:
    response = report(browser, referral)
    assert response.status_code == 422
    assert events("file.handed_out") == []


def test_what_another_municipality_looked_up_is_not_in_the_report(
    browser: Client, grant: Grant, referral: Referral
) -> None:
    other = make.actor(make.grant(organisation=make.municipality(name="Fjern Kommune")))
    from roegfri.audit.commands import record

    with acting(other):
        record(
            "person.read",
            "desk:file",
            by=other,
            at=make.MONDAY + dt.timedelta(minutes=1),
            persons=[referral.citizen_id],
            reason="Fjernt opslag",
        )
    assert "Fjernt opslag" not in text_of(report(browser, referral, sure="on").content)


def test_no_name_of_a_colleague_stands_in_the_list_of_looks(
    browser: Client, grant: Grant, referral: Referral
) -> None:
    colleague = make.grant(organisation=grant.organisation, person=make.user(name="Bo Nysgerrig"))
    peeping = Client()
    peeping.force_login(colleague.user)
    peeping.get(reverse("desk:file", args=[referral.pk]))
    assert "Bo Nysgerrig" not in text_of(report(browser, referral, sure="on").content)


def test_the_words_of_a_consent_are_those_of_the_privacy_page(settings: Any) -> None:
    from referrals.commands.consent import TEXT_VERSION
    from referrals.queries.consent_texts import text_of as words_of

    page = (settings.ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    page = " ".join(page.replace("\n> ", " ").split())
    for kind in ConsentKind:
        words = words_of(kind, TEXT_VERSION, "{kommune}")
        assert words
        assert words in page, kind
    assert words_of(ConsentKind.SMS, "1999-01", "x") == ""
    assert words_of(ConsentKind.SMS, "../../../etc", "x") == ""
