"""A sender corrects a mistyped number, or adds a word, and sees nothing of the case."""

import datetime as dt
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from referrals.commands import amend
from referrals.commands.amend import LIMIT, amend_sent
from referrals.commands.send import Sending
from referrals.models import Arrival, Phone, Referral, SentReferral
from referrals.states import Outcome, Taken, Way
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.refusal import Refusal
from tests import make
from tests.referrals.test_sending import (
    HOUR,
    case_of,
    department,
    give_away,
    grant_of,
    referrer,
    sends,
    system_of,
)
from tests.threads import answers_at_once

pytestmark = pytest.mark.django_db
RIGHT = "+4530303030"


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False):
        yield


@pytest.fixture
def mette() -> Actor:
    return make.actor()


def amends(
    by: Actor,
    sending: Sending,
    *,
    number: str = RIGHT,
    text: str = "",
    at: dt.datetime | None = None,
) -> Taken:
    phones = [(number, "")] if number else []
    with acting(by):
        return amend_sent(sending.sent, phones=phones, text=text, by=by, at=at or make.MONDAY).taken


def numbers() -> list[str]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(Phone.objects.order_by("rank").values_list("number", flat=True))


def listed_as(by: Actor, sending: Sending) -> str:
    with acting(by):
        return SentReferral.objects.get(pk=sending.sent.pk).name


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(grant_of(by).user)
    return client


def opened(client: Client, sending: Sending, expected: int = 200) -> str:
    response = client.get(f"/henvis/{sending.sent.pk}/")
    assert response.status_code == expected
    return unescape(response.content.decode())


def corrects(client: Client, sending: Sending, **data: str) -> Any:
    return client.post(f"/henvis/{sending.sent.pk}/", data)


# ---- what it does --------------------------------------------------------------------------------


def test_the_right_number_is_on_the_case_and_its_clock_runs_on(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette), given_names="", surname="")
    assert listed_as(anna, first) == "Tlf. … 456"
    tuesday = make.MONDAY + dt.timedelta(days=1)
    assert amends(anna, first, text="Ring efter kl. 16", at=tuesday) == Taken.CORRECTED
    case = case_of(first)
    assert set(numbers()) == {"+4520123456", RIGHT}
    assert case.text == (
        "Henvisning til rygestop\n\nAfsenderen skriver 03.03.2026:\n"
        "Rigtigt telefonnummer: 30 30 30 30\nRing efter kl. 16"
    )
    assert (case.received_at, case.contact_by) == (make.MONDAY, first.contact_by)
    assert listed_as(anna, first) == "Tlf. … 030"


def test_a_name_that_was_written_stays_on_the_list(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    amends(anna, first)
    assert listed_as(anna, first) == "Nancy Ann Berggren"
    assert case_of(first).citizen.surname == "Berggren"


def test_the_same_again_changes_nothing(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    amends(anna, first, text="Ring efter kl. 16")
    text = case_of(first).text
    assert amends(anna, first, text="Ring efter kl. 16", at=make.MONDAY + HOUR) == Taken.DUPLICATE
    assert case_of(first).text == text
    assert amends(anna, first, text="Ring", at=make.MONDAY + HOUR) == Taken.CORRECTED
    assert case_of(first).text.endswith("\nRing"), "the beginning of another message is a message"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_one_correction(mette: Actor) -> None:
    assert sorted(together(mette)) == [Taken.CORRECTED, *[Taken.DUPLICATE] * 7]
    assert numbers().count(RIGHT) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_are_several(
    mette: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = lambda case, _by: Referral.objects.get(pk=case.pk)  # noqa: E731
    monkeypatch.setattr(amend, "handled", unlocked)
    assert sorted(together(mette)) != [Taken.CORRECTED, *[Taken.DUPLICATE] * 7]


def together(mette: Actor) -> list[str]:
    """What eight colleagues are answered: the count of how often waits for nobody but oneself."""
    ward = department()
    colleagues = [referrer(ward) for _ in range(8)]
    first = sends(colleagues[0], make.home(mette))

    def work() -> str:
        try:
            return amends(colleagues.pop(), first, text="Ring efter kl. 16")
        except DatabaseError:
            return "failed"

    return answers_at_once(work, 8)


def test_it_is_counted_and_logged_at_both_ends(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    amends(anna, first)
    amends(anna, first)
    with acting(make.SYSTEM):
        ways = list(Arrival.objects.order_by("id").values_list("way", "result"))
        events = AuditEvent.objects.filter(user_id=anna.user_id)
        acts = list(events.order_by("seq").values_list("act", "organisation_id"))
        mended = events.filter(act__in=["sent.amended", "referral.corrected"])
        of_whom = AuditEventPerson.objects.filter(event_seq__in=mended.values("seq"))
        assert {one.person for one in of_whom} == {first.sent.citizen_id}
    results = (Taken.CREATED, Taken.CORRECTED, Taken.DUPLICATE)
    assert ways == [(Way.FORM, result) for result in results]
    assert acts.count(("sent.amended", anna.organisation_id)) == 1
    assert acts.count(("referral.corrected", mette.organisation_id)) == 1
    assert not [act for act, _ in acts if act in {"person.read", "person.searched"}]


def test_the_heading_is_danish_whatever_the_sender_reads(mette: Actor) -> None:
    anna = referrer()
    first, client = sends(anna, make.home(mette)), signed_in(anna)
    client.cookies["django_language"] = "en"
    assert corrects(client, first, phone="30 30 30 30").status_code == 302
    assert "Afsenderen skriver 02.03.2026" in case_of(first).text


# ---- when it cannot be ---------------------------------------------------------------------------


def test_a_closed_case_takes_none(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    make.call(case_of(first), mette, Outcome.DECLINED)
    with pytest.raises(Refusal, match="Sagen er afsluttet"):
        amends(anna, first)
    assert numbers() == ["+4520123456"]
    page = opened(signed_in(anna), first)
    assert "ringer ikke mere" in page
    assert 'name="phone"' not in page
    assert corrects(signed_in(anna), first, phone="30 30 30 30").status_code == 422


def test_a_case_that_was_given_away_takes_none() -> None:
    within = make.agreement()
    mette = make.actor(make.grant(organisation=make.municipality(within)))
    anna = referrer()
    first = sends(anna, make.home(mette))
    give_away(mette, first, make.municipality(within))
    with pytest.raises(Refusal, match="har givet sagen videre"):
        amends(anna, first)
    client = signed_in(anna)
    response = corrects(client, first, phone="30 30 30 30", text="Ring sent")
    assert response.status_code == 422
    assert "har givet sagen videre" in unescape(response.content.decode())
    assert "Ring sent" in unescape(response.content.decode()), "nothing is lost"
    assert numbers() == ["+4520123456"]


def test_nobody_sends_more_than_so_many_in_an_hour(mette: Actor) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    for number in range(LIMIT):
        amends(anna, first, text=f"Besked {number}", number="")
    with pytest.raises(Refusal, match="Vent lidt"):
        amends(anna, first, text="En til", number="")
    later = make.MONDAY + HOUR + dt.timedelta(minutes=1)
    assert amends(anna, first, text="En til", number="", at=later) == Taken.CORRECTED


def test_the_answer_is_the_same_whether_the_number_was_known(mette: Actor) -> None:
    anna = referrer()
    first, client = sends(anna, make.home(mette)), signed_in(anna)
    answers = []
    for number in ("20 12 34 56", "30 30 30 30", "30 30 30 30"):
        response = client.post(f"/henvis/{first.sent.pk}/", {"phone": number}, follow=True)
        page = unescape(response.content.decode())
        answers.append((response.redirect_chain, "Rettelsen er sendt" in page))
    assert answers == [([("/henvis/", 302)], True)] * 3


# ---- the page ------------------------------------------------------------------------------------


def test_the_page_shows_how_far_it_is_and_nothing_that_stands_on_the_case(mette: Actor) -> None:
    anna = referrer()
    secret: dict[str, Any] = {
        "civil_number": "2512489996",
        "text": "Hemmelig tekst",
        "address": "Kanalvej 1",
    }
    first = sends(anna, make.home(mette), **secret)
    make.call(case_of(first), mette, Outcome.REACHED, note="Hemmelig note")
    page = opened(signed_in(anna), first)
    assert "Nancy Ann Berggren" in page
    assert "har ringet" in page
    for word in ("Hemmelig", "251248", "20 12 34", "Kanalvej", str(first.referral_id)):
        assert word not in page
    with acting(make.SYSTEM):
        looked = AuditEvent.objects.get(act="person.read", user_id=anna.user_id)
        seen = AuditEventPerson.objects.filter(event_seq=looked.seq)
        assert [row.person for row in seen] == [first.sent.citizen_id]


@pytest.mark.parametrize("data", [{}, {"phone": "12345"}, {"text": "x" * 4_001}, {"text": "  "}])
def test_what_is_wrong_is_said_beside_it(mette: Actor, data: dict[str, str]) -> None:
    anna = referrer()
    first = sends(anna, make.home(mette))
    before = case_of(first).text
    assert corrects(signed_in(anna), first, **data).status_code == 422
    assert (numbers(), case_of(first).text) == (["+4520123456"], before)


def test_two_without_a_name_are_told_apart(mette: Actor) -> None:
    epj, home = system_of(department()), make.home(mette)
    nobody: dict[str, Any] = {"given_names": "", "surname": "", "phones": ()}
    for minute, reference in ((28, "A-1"), (41, "A-2")):
        at = dt.datetime(2026, 3, 2, 9, minute, tzinfo=dt.UTC)
        sends(epj, home, at, reference=reference, **nobody)
    with acting(epj):
        here = SentReferral.objects.first()
    assert here
    page = unescape(signed_in(referrer(here.organisation)).get("/henvis/").content.decode())
    assert page.count("Uden navn, kl. 10.28") == page.count("Uden navn, kl. 10.41") == 1
    assert "som MedCom-brev" in page


def test_anothers_is_not_found(mette: Actor) -> None:
    home = make.home(mette)
    here = department()
    of_the_ward = sends(referrer(here), home)
    of_a_colleague = sends(referrer(home), home, number="+4540404040")
    for sending, by in ((of_the_ward, referrer()), (of_a_colleague, referrer(home))):
        client = signed_in(by)
        opened(client, sending, 404)
        assert corrects(client, sending, phone="30 30 30 30").status_code == 404
    opened(signed_in(referrer(here)), of_the_ward)  # a colleague at the ward
    assert RIGHT not in numbers()
    assert signed_in(referrer()).get(f"/henvis/{uuid.uuid4()}/").status_code == 404
