"""After a call the next person is open: whoever is to be called now, and nobody before her time."""

import datetime as dt
import html
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from referrals import rules
from referrals.commands.closing import close_referral
from referrals.models import Consent, Informed, Interview, Referral
from referrals.states import CloseReason, Outcome
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from tests import make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(settings: object) -> object:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(make.MONDAY, tick=False) as clock_on_the_wall:
        yield clock_on_the_wall


@pytest.fixture
def grant() -> Grant:
    return make.grant()


def no_answer(grant: Grant, referral: Referral) -> str:
    """Logs it on the call screen; the address that is opened next."""
    client = Client()
    client.force_login(grant.user)
    form = {"outcome": "no_answer", "once": str(uuid.uuid4())}
    return client.post(f"/opkald/{referral.pk}/", form)["Location"]


def test_the_shortest_time_left_is_next(grant: Grant) -> None:
    by = make.actor(grant)
    called, later = make.referral(by), make.referral(by, number="+4530303030")
    friday = make.MONDAY - dt.timedelta(days=3)
    sooner = make.referral(by, number="+4531313131", received_at=friday)
    assert no_answer(grant, called) == f"/opkald/{sooner.pk}/"
    assert no_answer(grant, sooner) == f"/opkald/{later.pk}/"
    assert no_answer(grant, later) == "/"


def test_nobody_is_opened_before_the_time_she_was_told(
    grant: Grant, monday: time_machine.Traveller
) -> None:
    by = make.actor(grant)
    told = make.referral(by)
    make.call(told, by, Outcome.CALL_BACK, call_back_at=clock.now() + 2 * HOUR)
    assert no_answer(grant, make.referral(by, number="+4530303030")) == "/"
    monday.shift(2 * HOUR)
    assert no_answer(grant, make.referral(by, number="+4531313131")) == f"/opkald/{told.pk}/"


def test_another_municipalitys_referral_is_never_next(grant: Grant) -> None:
    make.referral(make.actor())
    assert no_answer(grant, make.referral(make.actor(grant))) == "/"


# ---- the screen ----------------------------------------------------------------------------------


def client_of(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def page_of(client: Client, referral: Referral) -> str:
    response = client.get(f"/opkald/{referral.pk}/")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def token(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def colleague(grant: Grant) -> Grant:
    return make.grant(organisation=grant.organisation, person=make.user(name="Karen Holm"))


def log(client: Client, referral: Referral, **form: object) -> Any:
    return client.post(f"/opkald/{referral.pk}/", {"once": str(uuid.uuid4()), **form})


def fresh(referral: Referral, by: Actor) -> Referral:
    with acting(by):
        return Referral.objects.get(pk=referral.pk)


TALK = {
    "talk": "1",
    "outcome": "reached",
    "told_all": "on",
    "use_cigarettes": "12",
    "use_snus": "5",
    "motivation": "7",
    "pregnant": "no",
    "wishes": ["group", "open"],
    "times": ["2-ev"],
    "consent_stopbase": "oral",
    "then": "talk",
    "then_at_0": "2026-03-05",
    "then_at_1": "10:00",
    "then_note": "Rådhuset",
}


def test_the_screen_says_who_why_and_by_when(grant: Grant) -> None:
    by = make.actor(grant)
    referral = make.referral(by, text="Ryger <script>alert(1)</script> 20 om dagen")
    page = client_of(grant).get(f"/opkald/{referral.pk}/").content.decode()
    assert 'href="tel:+4520123456"' in page
    assert "onsdag 4. mar" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    for key in ("t", "i", "b", "r", "o", "f", "u"):
        assert f'data-key="{key}"' in page


def test_a_letter_with_another_civil_number_is_a_warning_on_the_call_and_on_the_case(
    grant: Grant,
) -> None:
    text = f"Ryger 20 om dagen\n\n{rules.another_number('010101-****')}"
    odd, plain = make.referral(make.actor(grant), text=text), make.referral(make.actor(grant))
    client = client_of(grant)
    for place in ("opkald", "sag"):
        pages = [
            html.unescape(client.get(f"/{place}/{one.pk}/").content.decode())
            for one in (odd, plain)
        ]
        words = "et andet personnummer end borgerens: 010101-****."
        assert [f"Et brev om sagen har {words}" in page for page in pages] == [True, False]


def test_the_next_page_tells_what_was_logged_and_takes_it_back(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    called, following = make.referral(by), make.referral(by, number="+4530303030")
    assert log(client, called, outcome="no_answer")["Location"] == f"/opkald/{following.pk}/"
    page = page_of(client, following)
    assert "Gemt: Intet svar for Nancy Ann Berggren. Næste forsøg i morgen kl. 16.00." in page
    address = re.search(r'action="(/opkald/[^"]+/fortryd/[^"]+)"', page)
    assert address
    assert client.post(address[1])["Location"] == f"/opkald/{called.pk}/"
    assert fresh(called, by).attempts == 0
    assert "fortrudt" in page_of(client, called)


def test_a_conversation_fits_in_one_form(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    assert log(client, referral, **TALK).status_code == 302
    now = fresh(referral, by)
    assert (now.state, now.next_step, now.next_note) == ("reached", "talk", "Rådhuset")
    with acting(by):
        told = Interview.objects.get(referral=referral)
        assert (told.per_day, told.motivation, told.wishes) == (17, 7, ["group", "open"])
        assert Informed.objects.count() == 3
        assert Consent.objects.get().kind == "stopbase"
    page = page_of(client, referral)
    assert re.search(r'name="motivation" value="7"[^>]* checked', page)
    assert "Storryger" in page


def test_without_the_conversation_typed_reached_is_one_press(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    empty = {"talk": "1", "pregnant": "unknown", "then": "wait", "per_day": "", "why": ""}
    assert log(client, referral, outcome="reached", **empty).status_code == 302
    assert fresh(referral, by).state == "reached"
    with acting(by):
        assert not Interview.objects.exists()


def test_a_conversation_is_not_thrown_away_by_the_wrong_key(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    wrong = {**TALK, "outcome": "no_answer"}
    response = log(client, referral, **wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Kassér det" in page
    assert 'value="12"' in page
    assert log(client, referral, **wrong, discard="on").status_code == 302
    with acting(by):
        assert not Interview.objects.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Vælg, hvad der kom ud af opkaldet."),
        ({"outcome": "call_back"}, "Skriv, hvornår der skal ringes igen."),
        ({**TALK, "then_at_0": ""}, "Indtast en gyldig dato"),
        ({**TALK, "then_at_0": "", "then_at_1": ""}, "Skriv dag og klokkeslæt."),
        ({**TALK, "then": "close"}, "Vælg, hvorfor sagen afsluttes."),
        ({**TALK, "then": "quitline"}, "om Stoplinien må ringe"),
        ({**TALK, "use_cigarettes": "mange"}, "Indtast et heltal."),
        ({**TALK, "motivation": "11"}, "Marker en gyldig valgmulighed"),
        ({**TALK, "birth_date": "2030-01-01"}, "ude i fremtiden"),
        ({"outcome": "no_answer", "phone": "+4599999999"}, "står ikke længere på sagen"),
        ({"outcome": "no_answer", "incoming": "on"}, "ringede selv op"),
        ({"outcome": "dans"}, "Marker en gyldig valgmulighed"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_logged(
    grant: Grant, form: dict[str, Any], words: str
) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    response = log(client, referral, note="Det her må ikke gå tabt", **form)
    assert response.status_code == 422
    page = html.unescape(response.content.decode())
    assert words in page
    assert "Det her må ikke gå tabt" in page
    assert fresh(referral, by).attempts == 0


def test_times_are_picked_with_one_press(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    page = page_of(client, referral)
    picked = re.search(r'name="pick" value="(call_back [^"]+)">i morgen kl. 9.30', page)
    assert picked
    assert log(client, referral, pick=picked[1]).status_code == 302
    now = fresh(referral, by)
    assert (now.next_step, now.next_at) == (
        "call_back",
        clock.danish_time(dt.date(2026, 3, 3), dt.time(9, 30)),
    )


def test_the_same_form_with_another_body_is_answered_409(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral, once = make.referral(by), str(uuid.uuid4())
    assert log(client, referral, once=once, outcome="no_answer").status_code == 302
    assert log(client, referral, once=once, outcome="no_answer").status_code == 302
    assert log(client, referral, once=once, outcome="voicemail").status_code == 409
    assert fresh(referral, by).attempts == 1


def test_who_a_colleague_is_calling_is_said_and_can_be_taken_over(
    grant: Grant, monday: time_machine.Traveller
) -> None:
    by = make.actor(grant)
    referral, other = make.referral(by), colleague(grant)
    page_of(client_of(other), referral)
    mine = client_of(grant)
    assert "Karen Holm ringer nu, til kl. 9.15." in page_of(mine, referral)
    assert mine.post(f"/opkald/{referral.pk}/hold/").status_code == 409
    mine.post(f"/opkald/{referral.pk}/tag-over/")
    assert "ringer nu" not in page_of(mine, referral)
    assert mine.post(f"/opkald/{referral.pk}/hold/").status_code == 204
    assert "ringer nu" in page_of(client_of(other), referral)
    mine.post(f"/opkald/{referral.pk}/slip/")
    assert "ringer nu" not in page_of(client_of(other), referral)


def test_whom_a_colleague_holds_is_not_opened_next(grant: Grant) -> None:
    by = make.actor(grant)
    called, held = make.referral(by), make.referral(by, number="+4530303030")
    page_of(client_of(colleague(grant)), held)
    assert no_answer(grant, called) == "/"


@pytest.mark.parametrize("anyway", ["keep", "reopen"])
def test_a_call_to_a_case_that_was_closed_meanwhile_comes_back_with_the_difference(
    grant: Grant, anyway: str
) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    seen = token(page_of(client, referral))
    karen = make.actor(colleague(grant))
    with acting(karen):
        close_referral(referral, reason=CloseReason.MOVED, by=karen, at=clock.now())
    response = log(client, referral, seen=seen, note="Hun vil gerne", **TALK)
    assert response.status_code == 409
    page = html.unescape(response.content.decode())
    for words in ("Modtaget", "Afsluttet (Flyttet)", "Karen Holm", "Hun vil gerne", "Rådhuset"):
        assert words in page
    assert 'name="outcome" value="reached"' in page
    assert fresh(referral, by).attempts == 0
    assert log(client, referral, seen=seen, **TALK, anyway=anyway).status_code == 302
    now = fresh(referral, by)
    assert now.attempts == 1
    assert now.state == {"keep": "closed", "reopen": "reached"}[anyway]


def test_a_conversation_a_colleague_had_meanwhile_is_shown_first(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    seen = token(page_of(client, referral))
    make.call(referral, make.actor(colleague(grant)), Outcome.REACHED)
    response = log(client, referral, seen=seen, **TALK)
    assert response.status_code == 409
    assert "Gem mit opkald alligevel" in response.content.decode()
    assert log(client, referral, seen=seen, **TALK, anyway="keep").status_code == 302
    assert fresh(referral, by).next_step == "talk"


def test_what_was_shown_of_another_case_or_to_another_opens_nothing(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral, closed = make.referral(by), make.referral(by, number="+4530303030")
    seen = token(page_of(client, referral))
    make.call(closed, by, Outcome.DECLINED)
    for forged in (seen, "nonsens", ""):
        page = log(client, closed, seen=forged, outcome="no_answer").content.decode()
        assert "Berggren" not in page
        assert 'name="because"' in page
    other = client_of(colleague(grant))
    make.call(referral, by, Outcome.DECLINED)
    assert 'name="because"' in log(other, referral, seen=seen).content.decode()


def test_not_reached_is_offered_after_the_agreed_attempts(
    grant: Grant, monday: time_machine.Traveller
) -> None:
    by = make.actor(grant)
    referral = make.referral(by)
    address = f"/opkald/{referral.pk}/ikke-truffet/"
    for missing in (2, 1):
        make.call(referral, by, at=clock.now())
        client = client_of(grant)
        assert f"efter {missing} forsøg mere" in page_of(client, referral)
        assert client.post(address)["Location"] == f"/opkald/{referral.pk}/"
        monday.shift(dt.timedelta(days=1))
    make.call(referral, by, at=clock.now())
    client = client_of(grant)
    assert "Afslut som «Ikke truffet»" in page_of(client, referral)
    assert client.post(address)["Location"] == "/"
    assert fresh(referral, by).close_reason == "not_reached"


def test_a_guardian_is_called_first_and_consents(grant: Grant) -> None:
    by, client = make.actor(grant), client_of(grant)
    child = {"birth_date": dt.date(2012, 5, 1), "guardian_name": "Ole Berggren"}
    referral = make.referral(by, **child, guardian_phone="30 30 30 30")
    page = page_of(client, referral)
    assert 'href="tel:+4530303030"' in page
    assert re.search(r'value="\+4530303030"[^>]* checked', page)
    assert log(client, referral, **TALK).status_code == 422
    assert log(client, referral, **TALK, guardian_agreed="on").status_code == 302


def test_the_screen_costs_a_settled_number_of_statements(
    grant: Grant, django_assert_max_num_queries: Any
) -> None:
    by, client = make.actor(grant), client_of(grant)
    referral = make.referral(by)
    for _ in range(3):
        make.call(referral, by)
    client.get("/min/")
    with django_assert_max_num_queries(32):
        page_of(client, referral)
