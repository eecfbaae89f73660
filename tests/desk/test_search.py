"""Søg, as a counsellor uses it: what she sees, what the log says, and what nobody learns."""

import datetime as dt
import logging
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from referrals.commands.closing import close_referral
from referrals.models import Citizen, Referral
from referrals.states import CloseReason
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.audit.commands import erase_values, seal
from roegfri.audit.models import AuditEvent, AuditEventPerson, ChangeValue
from roegfri.audit.verify import verify
from tests import make

pytestmark = pytest.mark.django_db
OK, REDIRECT, FORBIDDEN, UNPROCESSABLE, TOO_MANY = 200, 302, 403, 422, 429
NANCY = {"given_names": "Nancy", "surname": "Berggren", "civil_number": "2512489996"}


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY + dt.timedelta(hours=1), tick=False) as travel:
        yield travel


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def client(grant: Grant) -> Client:
    return signed_in(grant)


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def nancy(grant: Grant, **given: Any) -> Referral:
    return make.referral(make.actor(grant), **{**NANCY, **given})


def search(client: Client, text: str) -> Any:
    return client.post(reverse("desk:search"), {"q": text})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def events(act: str = "person.searched") -> list[AuditEvent]:
    with acting(make.SYSTEM):
        return list(AuditEvent.objects.filter(act=act).order_by("seq"))


# ---- what is shown -------------------------------------------------------------------------------


def test_the_field_is_on_every_page_of_those_with_cases(client: Client, grant: Grant) -> None:
    for name in ("desk:today", "referrals:list", "accounts:profile"):
        page = text_of(client.get(reverse(name)))
        assert re.search(r'<input id="top-search" name="q"[^>]* data-search>', page), name
    other = signed_in(make.grant(role=Role.SECURITY))
    assert "data-search" not in text_of(other.get(reverse("accounts:profile")))


def test_the_page_has_one_field_and_says_how(client: Client) -> None:
    page = text_of(client.get(reverse("desk:search")))
    assert page.count("data-search") == 1
    assert "20 12 34" in page


def test_a_hit_says_who_it_is_and_where_to_go(client: Client, grant: Grant) -> None:
    case = nancy(grant)
    nancy(grant, given_names="Nanna", civil_number="", number="+4530303030")
    page = text_of(search(client, "nan ber"))
    assert "Nancy Berggren" in page
    assert "251248-****" in page
    assert "2512489996" not in page
    assert "25.12.1948, 77 år" in page
    assert f'href="/opkald/{case.pk}/"' in page
    assert f'href="/sag/{case.pk}/"' in page
    assert "2 borgere fundet" in page


def test_the_part_of_the_number_that_was_searched_for_is_marked(
    client: Client, grant: Grant
) -> None:
    nancy(grant)
    assert "20 <mark>12 3</mark>4 56" in text_of(search(client, "123"))


@pytest.mark.parametrize(
    "text", ["20 12 34 56", "20123456", "+4520123456", "251248-9996", "case", "short"]
)
def test_a_number_that_means_one_open_case_opens_its_call(
    client: Client, grant: Grant, text: str
) -> None:
    case = nancy(grant)
    typed = {"case": str(case.pk), "short": str(case.pk)[:8]}.get(text, text)
    response = search(client, typed)
    assert (response.status_code, response["Location"]) == (REDIRECT, f"/opkald/{case.pk}/")
    assert len(events()) == 1


@pytest.mark.parametrize("text", ["nancy berggren", "251248", "201234"])
def test_a_name_or_a_part_never_opens_anything(client: Client, grant: Grant, text: str) -> None:
    nancy(grant)
    assert search(client, text).status_code == OK


def test_a_number_of_two_or_of_a_closed_case_opens_nothing(client: Client, grant: Grant) -> None:
    case = nancy(grant)
    other = nancy(grant, given_names="Bruno", civil_number="2509479989")
    assert search(client, "20123456").status_code == OK
    by = make.actor(grant)
    with acting(by):
        for one in (case, other):
            close_referral(one, reason=CloseReason.DECLINED, by=by, at=clock.now())
    response = search(client, "2512489996")
    assert response.status_code == OK
    assert f'href="/opkald/{case.pk}/"' not in text_of(response)
    assert "Hvorfor åbner du sagen?" in text_of(client.get(f"/sag/{case.pk}/"))


def test_nobody_is_said_in_words_that_help(client: Client, grant: Grant) -> None:
    page = text_of(search(client, "Ukendt Person"))
    assert "Ingen fundet" in page
    assert f"som {grant.organisation.name} behandler" in page
    assert 'value="Ukendt Person"' in page


def test_more_than_25_are_not_shown(client: Client, grant: Grant) -> None:
    for number in range(27):
        nancy(grant, civil_number="", number=f"+45303030{number:02d}")
    page = text_of(search(client, "nancy"))
    assert page.count('<th scope="row"') == 25
    assert "Skriv mere" in page


def test_the_search_costs_few_statements(
    client: Client, grant: Grant, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        nancy(grant, civil_number="", number=f"+453030303{number}")
    search(client, "nancy")
    with django_assert_max_num_queries(8):
        search(client, "nancy")


# ---- scope ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["nancy", "20123456", "2512489996", "251248", "case", "short"])
def test_anothers_citizen_is_as_if_she_were_nowhere(client: Client, text: str) -> None:
    case = nancy(make.grant())
    typed = {"case": str(case.pk), "short": str(case.pk)[:8]}.get(text, text)
    known = text_of(search(client, typed))
    with acting(make.SYSTEM):
        Referral.objects.all().delete()
        Citizen.objects.all().delete()
    unknown = text_of(search(client, typed))
    for hidden in ("Berggren", "251248-", "20 12 34 56"):
        assert hidden not in known
    assert _bare(known) == _bare(unknown)


def _bare(page: str) -> str:
    """A page without the tokens that differ from request to request."""
    return re.sub(r"[A-Za-z0-9]{64}", "", page)


@pytest.mark.parametrize("role", [Role.SECURITY, Role.FINANCE])
def test_a_role_without_the_right_is_refused(role: Role) -> None:
    grant = make.grant()
    nancy(grant)
    stranger = signed_in(make.grant(role=role, organisation=grant.organisation))
    response = search(stranger, "nancy")
    assert response.status_code == FORBIDDEN
    assert "Berggren" not in text_of(response)
    assert events() == []


# ---- the log -------------------------------------------------------------------------------------


def test_a_search_is_one_line_with_whom_it_found_and_what_was_typed(
    client: Client, grant: Grant
) -> None:
    case = nancy(grant)
    before = len(events("person.read"))
    search(client, "nancy 251248")
    (event,) = events()
    with acting(make.SYSTEM):
        persons = AuditEventPerson.objects.filter(event_seq=event.seq)
        assert [one.person for one in persons] == [case.citizen_id]
        (kept,) = ChangeValue.objects.filter(event_seq=event.seq)
    assert kept.new_values == {"criterion": "nancy 251248"}
    assert "nancy" not in repr({k: v for k, v in vars(event).items() if k != "_state"})
    assert (event.subject, event.columns, event.user_id) == (
        "desk:search",
        ["criterion"],
        grant.user_id,
    )
    assert len(events("person.read")) == before


def test_a_search_in_vain_is_a_line_too(client: Client) -> None:
    search(client, "Ukendt Person")
    (event,) = events()
    with acting(make.SYSTEM):
        assert not AuditEventPerson.objects.filter(event_seq=event.seq).exists()
        kept = ChangeValue.objects.get(event_seq=event.seq)
    assert kept.new_values == {"criterion": "Ukendt Person"}


@pytest.mark.parametrize("text", ["", "a", "12", "x" * 101])
def test_what_was_not_searched_for_is_no_line(client: Client, text: str) -> None:
    assert search(client, text).status_code == UNPROCESSABLE
    assert events() == []


def test_erasing_a_person_takes_what_was_typed_and_leaves_the_chain_whole(
    client: Client, grant: Grant
) -> None:
    case = nancy(grant)
    search(client, "nancy 251248")
    search(client, "bruno")
    with acting(make.SYSTEM):
        erase_values(case.citizen_id, by=make.SYSTEM, at=clock.now())
        typed = [kept.new_values for kept in ChangeValue.objects.filter(table_name="search")]
        assert sorted(map(str, typed)) == ["None", "{'criterion': 'bruno'}"]
        seal(by=make.SYSTEM, at=clock.now())
        assert verify().whole


def test_the_security_officer_sees_the_line_without_what_was_typed(
    client: Client, grant: Grant
) -> None:
    nancy(grant)
    search(client, "nancy 251248")
    officer = signed_in(make.grant(role=Role.SECURITY, organisation=grant.organisation))
    page = text_of(officer.get(reverse("desk:log")))
    assert "Søgte efter borger" in page
    assert "251248" not in page


def test_a_citizens_list_asked_for_in_vain_leaves_a_line(grant: Grant) -> None:
    officer = signed_in(make.grant(role=Role.SECURITY, organisation=grant.organisation))
    response = officer.post(reverse("desk:log_person"), {"identifier": "2512489996"})
    assert response.status_code == UNPROCESSABLE
    (event,) = events()
    assert event.subject == "desk:log_person"
    with acting(make.SYSTEM):
        kept = ChangeValue.objects.get(event_seq=event.seq)
    assert kept.new_values == {"criterion": "2512489996"}


# ---- hostile -------------------------------------------------------------------------------------


def test_a_search_is_posted_and_stands_in_no_address_and_no_log_line(
    client: Client, grant: Grant, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    nancy(grant)
    page = text_of(client.get(reverse("desk:search"), {"q": "nancy"}))
    assert "Berggren" not in page
    assert events() == []
    with caplog.at_level(logging.DEBUG):
        response = search(client, "nancy berggren")
    out, err = capsys.readouterr()
    assert "nancy" not in (caplog.text + out + err).lower()
    assert "nancy" not in text_of(response).replace('value="nancy berggren"', "")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000,
        "nancy\x00",
        "' or 1=1 --",
        "%%%",
        "___",
        "\\",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "\u202e\u2066nancy",
        "🙂" * 50,
        "()[]{}*+?.^$|",
        "00000000-0000-0000-0000-00000000000",
        "99999999999999999999",
        "31.02.48",
    ],
)
def test_hostile_words_are_answered(client: Client, grant: Grant, text: str) -> None:
    nancy(grant)
    response = search(client, text)
    assert response.status_code in {OK, UNPROCESSABLE}
    assert "<script>alert" not in text_of(response)
    assert "Berggren" not in text_of(response) or "nancy" in text


def test_a_name_with_markup_is_text(client: Client, grant: Grant) -> None:
    nancy(grant, surname="<img src=x onerror=1>", sender_name="<b>x</b>")
    page = text_of(search(client, "nancy"))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_sixty_searches_a_minute_and_then_a_plain_answer(
    client: Client, grant: Grant, monday: Any
) -> None:
    nancy(grant)
    for _ in range(60):
        assert search(client, "nancy").status_code == OK
    refused = search(client, "nancy")
    assert refused.status_code == TOO_MANY
    assert "Vent et minut" in text_of(refused)
    assert "Berggren" not in text_of(refused)
    assert (len(events()), len(events("screen.refused"))) == (60, 1)
    colleague = signed_in(make.grant(organisation=grant.organisation))
    assert search(colleague, "nancy").status_code == OK
    monday.shift(dt.timedelta(seconds=61))
    assert search(client, "nancy").status_code == OK
