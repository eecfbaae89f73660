"""Somebody signs herself up on the public page: never lost, never twice, never recognised."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from referrals.commands import signup as commands
from referrals.commands.handover import hand_over
from referrals.commands.receive import receive_referral
from referrals.models import Arrival, Citizen, Referral
from referrals.states import Channel, Source, Taken, Way
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Membership, Municipality
from roegfri.public.commands import approve_language
from roegfri.public.languages import LANGUAGES, Language
from tests import make
from tests.threads import answers_at_once

pytestmark = pytest.mark.django_db
AT = make.MONDAY
HERE = {"Origin": "http://testserver"}
TYPED = {"first_name": "Fatma", "phone": "20 12 34 56", "language": "da"}
THANKS = "ringer til dig senest onsdag den 4. marts."


@pytest.fixture(autouse=True)
def clockwork() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def town() -> Municipality:
    return make.municipality(name="Hvidovre Kommune", code="167")


def url(town: Municipality, language: str = "") -> str:
    return f"/tilmeld/{town.code}/" + (f"{language}/" if language else "")


def stamp_on(page: Any) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', page.content.decode())
    assert found, "no form on the page"
    return unescape(found[1])


def opened(town: Municipality, language: str = "") -> str:
    """The stamp of a page that was opened ten seconds ago."""
    with time_machine.travel(clock.now() - dt.timedelta(seconds=10), tick=False):
        return stamp_on(Client().get(url(town, language)))


def send(
    town: Municipality,
    stamp: str | None = None,
    *,
    language: str = "",
    speaks: str = "da",
    headers: dict[str, str] | None = None,
    client: Client | None = None,
    **typed: Any,
) -> Any:
    """Sends the form: `language` is the page's, `speaks` what is chosen in it."""
    stamp = opened(town, language) if stamp is None else stamp
    data = {**TYPED, "stamp": stamp, "language": speaks, **typed}
    return (client or Client()).post(
        url(town, language), data, headers=HERE if headers is None else headers
    )


def rows() -> list[Referral]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(Referral.objects.select_related("citizen").order_by("received_at"))


def coordinator(town: Municipality) -> Actor:
    return make.actor(make.grant(Role.COORDINATOR, town))


def approve(town: Municipality, *codes: str) -> None:
    by = coordinator(town)
    for code in codes:
        language = LANGUAGES[code]
        with acting(by):
            approve_language(language, digest=language.digest, by=by, at=clock.now())


def refused(answer: Any, status: int, *words: str) -> None:
    """A clear answer, with everything typed still on it, and nothing kept."""
    page = answer.content.decode()
    assert answer.status_code == status
    for one in words:
        assert one in page
    assert 'value="Fatma"' in page
    assert rows() == []


# ---- it is received ------------------------------------------------------------------------------


def test_a_name_and_a_number_are_enough(town: Municipality) -> None:
    answer = send(town)
    assert answer.status_code == 200
    assert THANKS in answer.content.decode()
    (referral,) = rows()
    assert (referral.source, referral.channel) == (Source.WEBSITE, Channel.WEB)
    assert (referral.received_at, referral.contact_by) == (AT, dt.date(2026, 3, 4))
    assert (referral.handler, referral.citizen.given_names) == (town, "Fatma")
    with acting(make.SYSTEM):
        assert [one.number for one in referral.citizen.phones.all()] == ["+4520123456"]
        came = Arrival.objects.get()
    assert (came.organisation_id, came.way, came.result) == (town.pk, Way.PUBLIC, Taken.CREATED)
    assert (referral.citizen.language, came.sender_name, came.reason) == ("", "", "")


def test_the_log_says_it_came_through_the_public_door(town: Municipality) -> None:
    send(town)
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select actor, organisation_id, user_id from audit_event where act = %s",
                       ["referral.received"])  # fmt: skip
        assert cursor.fetchall() == [("public:tilmeld", town.pk, None)]


def test_all_she_wrote_is_read_by_the_counsellor(town: Municipality) -> None:
    approve(town, "ar")
    answer = send(
        town,
        language="ar",
        surname="Al-Sayed",
        phone="٢٠ ١٢ ٣٤ ٥٦",
        interpreter="on",
        days=["1", "3"],
        parts=["0", "2"],
        why="صديق لي\nأقلع عن التدخين",
        birth="1985",
        email="fatma@example.test",
        message="أفضّل امرأة",
        speaks="ar",
    )
    assert answer["Content-Language"] == "ar"
    assert "الأربعاء 4 آذار/مارس" in answer.content.decode()
    (referral,) = rows()
    her = referral.citizen
    assert (her.surname, her.language, her.interpreter) == ("Al-Sayed", "Arabisk", True)
    assert (her.email, her.birth_date) == ("fatma@example.test", None)
    assert referral.why == "صديق لي\nأقلع عن التدخين"
    assert referral.text == (
        "Har selv tilmeldt sig på kommunens side (arabisk).\n"
        "Vil helst ringes op: mandag, onsdag; formiddag eller aften.\n"
        "Vil helst tale arabisk.\nØnsker tolk.\nFødt i 1985.\n\n"
        "Hvad fik dig til at tilmelde dig?\nصديق لي\nأقلع عن التدخين\n\nBesked:\nأفضّل امرأة"
    )
    with acting(make.SYSTEM):
        assert her.phones.get().number == "+4520123456"


@pytest.mark.parametrize(
    ("ticked", "times"),
    [
        ({"days": ["3"], "parts": ["1"]}, ["3-pm"]),
        ({"days": ["1", "5"], "parts": []}, ["1-am", "1-pm", "1-ev", "5-am", "5-pm", "5-ev"]),
        ({"parts": ["2"]}, ["1-ev", "2-ev", "3-ev", "4-ev", "5-ev"]),
        ({}, []),
    ],
)
def test_when_she_wants_to_be_called_is_known_in_the_conversation(
    town: Municipality, ticked: dict[str, Any], times: list[str]
) -> None:
    send(town, message="Vil helst ringes op: tirsdag.", **ticked)
    assert commands.wished_times(rows()[0]) == times


def test_the_call_screen_proposes_the_time_that_she_wants(
    town: Municipality, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    send(town, days=["2"], parts=["1"])
    client = Client()
    client.force_login(make.grant(organisation=town).user)
    page = client.get(f"/opkald/{rows()[0].pk}/").content.decode()
    first = re.search(r'<option value="([^"]*)">([^<]*)', page.split('id="id_retry"')[1])
    assert first
    assert first[1] == "2026-03-03T13:00:00+00:00"
    assert "som borgeren ønsker (foreslået)" in first[2]
    assert re.search(r'name="times" value="2-pm"[^>]* checked', page)


@pytest.mark.parametrize(
    ("birth", "born"),
    [
        ("24.12.1985", dt.date(1985, 12, 24)),
        ("1985-12-24", dt.date(1985, 12, 24)),
        ("1/2 1985", dt.date(1985, 2, 1)),
        ("2012", None),
        ("", None),
    ],
)
def test_a_year_or_a_date_of_birth(town: Municipality, birth: str, born: dt.date | None) -> None:
    assert send(town, birth=birth).status_code == 200
    assert rows()[0].citizen.birth_date == born


@pytest.mark.parametrize(
    ("chosen", "other", "noted"),
    [("tr", "", "Tyrkisk"), ("another", "Somali", "Somali"), ("da", "", ""), ("da", "Urdu", "Urdu"),
     ("pl", "Urdu", "Polsk"), ("", "", ""), ("another", "", "")],
)  # fmt: skip
def test_the_language_she_wants_to_speak(
    town: Municipality, chosen: str, other: str, noted: str
) -> None:
    assert send(town, speaks=chosen, other_language=other).status_code == 200
    assert rows()[0].citizen.language == noted


def test_nobody_known_is_matched_changed_or_revealed(town: Municipality) -> None:
    by = make.actor(make.grant(Role.COUNSELLOR, town))
    known = make.referral(by, given_names="Fatma", surname="Demir", civil_number="2512489996")
    with acting(make.SYSTEM), transaction.atomic():
        before = Citizen.objects.values().get()
    again = send(town, surname="Demir", birth="25.12.1948", email="ny@example.test")
    new = send(town, first_name="Helle", phone="31 31 31 31")
    assert (again.status_code, again.content) == (200, new.content)
    with acting(make.SYSTEM), transaction.atomic():
        assert Citizen.objects.values().get(pk=known.citizen_id) == before
        assert Citizen.objects.count() == 3


# ---- once ----------------------------------------------------------------------------------------


def test_a_reload_is_the_same_referral_however_late(town: Municipality) -> None:
    stamp = opened(town)
    first = send(town, stamp)
    for later in (dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(hours=9)):
        with time_machine.travel(AT + later, tick=False):
            again = send(town, stamp)
        assert (again.status_code, again.content) == (200, first.content)
    assert len(rows()) == 1
    with acting(make.SYSTEM):
        assert Arrival.objects.count() == 1


def test_what_was_changed_after_sending_is_asked_about_and_not_lost(town: Municipality) -> None:
    stamp = opened(town)
    send(town, stamp)
    answer = send(town, stamp, phone="30 30 30 30")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Vi har fået det, du sendte før." in page
    assert 'value="30 30 30 30"' in page
    assert len(rows()) == 1
    assert send(town, stamp_on(answer), phone="30 30 30 30").status_code == 200
    assert len(rows()) == 2


def test_a_reload_after_the_case_was_given_on_says_the_same(town: Municipality) -> None:
    late = clock.danish_time(AT.date(), dt.time(23, 50))
    other = make.municipality()
    with time_machine.travel(late, tick=False):
        stamp = opened(town)
        first = send(town, stamp)
        by = make.actor(make.grant(Role.COUNSELLOR, town))
        with acting(by):
            hand_over(rows()[0], to=other, reason="Bor der", by=by, at=late)
    with time_machine.travel(late + dt.timedelta(minutes=30), tick=False):
        again = send(town, stamp)
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(rows()) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_forms_at_once_are_one_referral(town: Municipality) -> None:
    stamp = opened(town)
    answers = answers_at_once(lambda: send(town, stamp), 20)
    assert [one.status_code for one in answers] == [200] * 20
    assert len({one.content for one in answers}) == 1
    assert len(rows()) == 1
    with acting(make.SYSTEM), transaction.atomic():
        assert (Arrival.objects.count(), Citizen.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_forms_number_they_are_twenty(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(*args: Any, once: Any, **given: Any) -> Referral:
        return receive_referral(*args, **given)

    monkeypatch.setattr(commands, "receive_referral", forgetful)
    stamp = opened(town)
    answers_at_once(lambda: send(town, stamp), 20)
    assert len(rows()) == 20


# ---- too fast, too old, not ours -----------------------------------------------------------------


def test_faster_than_anybody_writes_is_asked_to_look_again(town: Municipality) -> None:
    stamp = stamp_on(Client().get(url(town)))
    answer = send(town, stamp)
    refused(answer, 422, "Det gik meget hurtigt")
    with time_machine.travel(AT + dt.timedelta(seconds=3), tick=False):
        assert send(town, stamp_on(answer)).status_code == 200
    assert len(rows()) == 1


def test_a_page_that_stood_open_is_sent_by_pressing_again(town: Municipality) -> None:
    stamp = opened(town)
    with time_machine.travel(AT + dt.timedelta(hours=5), tick=False):
        answer = send(town, stamp)
        refused(answer, 422, "stået åben længe")
        assert send(town, stamp_on(answer)).status_code == 200
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://ond.example"},
        {"Origin": "http://testserver.ond.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://ond.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_from_elsewhere_is_not_taken(town: Municipality, headers: dict[str, str]) -> None:
    refused(send(town, headers=headers), 403, "fra denne side")


@pytest.mark.parametrize(
    "headers",
    [HERE, {**HERE, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin"}],
)
def test_control_a_form_of_ours_is(town: Municipality, headers: dict[str, str]) -> None:
    assert send(town, headers=headers).status_code == 200


def test_the_stamp_of_another_municipality_is_of_no_use(town: Municipality) -> None:
    other = make.municipality()
    refused(send(town, opened(other)), 422, "ikke sendt endnu")


@pytest.mark.parametrize("stamp", ["", "x", "a:b:c", "\0", "ø:æ", "e30:" + "A" * 43, "é" * 9000])
def test_a_made_up_stamp_is_none(town: Municipality, stamp: str) -> None:
    refused(send(town, stamp), 422, "ikke sendt endnu")


def test_a_stamp_with_one_letter_changed_is_none(town: Municipality) -> None:
    stamp = opened(town)
    for at in range(0, len(stamp), 29):
        other = "A" if stamp[at] != "A" else "B"
        assert send(town, stamp[:at] + other + stamp[at + 1 :]).status_code == 422
    assert rows() == []


def test_the_field_nobody_sees_is_emptied_and_asked_about(town: Municipality) -> None:
    answer = send(town, homepage="https://spam.example")
    refused(answer, 422, "Et skjult felt var udfyldt")
    assert "spam.example" not in answer.content.decode()
    assert send(town, stamp_on(answer)).status_code == 200


# ---- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first_name": ""}, "Skriv dit fornavn"),
        ({"first_name": "\0\x07 "}, "Skriv dit fornavn"),
        ({"phone": ""}, "Skriv det telefonnummer"),
        ({"phone": "1234"}, "Vi kan ikke læse nummeret"),
        ({"phone": "to nul en to"}, "Vi kan ikke læse nummeret"),
        ({"birth": "85"}, "Skriv et år eller en dato"),
        ({"birth": "31.2.1985"}, "Skriv et år eller en dato"),
        ({"birth": "1.1.2199"}, "Skriv et år eller en dato"),
        ({"birth": "1812"}, "Skriv et år eller en dato"),
        ({"email": "fatma(a)example"}, "E-mailadressen ser ikke rigtig ud"),
        ({"email": "a\0b@example.test"}, "E-mailadressen ser ikke rigtig ud"),
        ({"language": "xx"}, "Vælg et af svarene"),
        ({"days": ["9"]}, "Vælg et af svarene"),
        ({"parts": ["\0"]}, "Vælg et af svarene"),
        ({"why": "x" * 501}, "Skriv højst 500 tegn"),
        ({"message": "x" * 1_000_000}, "Skriv højst 2000 tegn"),
        ({"first_name": "x" * 1_000_000}, "Skriv højst 120 tegn"),
    ],
)
def test_a_mistake_is_told_in_words_and_nothing_is_lost(
    town: Municipality, typed: dict[str, Any], words: str
) -> None:
    data = {**TYPED, "stamp": opened(town), **typed}
    answer = Client().post(url(town), data, headers=HERE)
    assert (answer.status_code, rows()) == (422, [])
    page = answer.content.decode()
    assert words in page
    if number := data["phone"]:
        assert f'value="{number}"' in page
    fixed = {**TYPED, "stamp": stamp_on(answer)}
    assert Client().post(url(town), fixed, headers=HERE).status_code == 200


@pytest.mark.parametrize("language", list(LANGUAGES.values()), ids=lambda one: one.code)
def test_mistakes_are_told_in_the_pages_language(town: Municipality, language: Language) -> None:
    approve(town, *(code for code in LANGUAGES if code != "da"))
    code = "" if language.code == "da" else language.code
    answer = send(town, language=code, phone="", first_name="", email="x", birth="x",
                  why="x" * 501, days=["9"])  # fmt: skip
    page, wrong = unescape(answer.content.decode()), language.words["errors"]
    assert answer.status_code == 422
    for one in ("summary", "first_name", "phone_missing", "email", "birth", "choice"):
        assert wrong[one] in page, one
    assert wrong["too_long"].format(limit=500) in page


def test_markup_is_text_on_the_page_and_in_the_case(town: Municipality) -> None:
    bad = "<script>alert(1)</script>\"'>{{ 1 }}"
    page = send(town, phone="x", message=bad, surname=bad).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert send(town, message=bad, surname=bad).status_code == 200
    by = make.grant(Role.COUNSELLOR, town)
    browser = Client()
    browser.force_login(by.user)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SECOND_FACTOR", False)
        case = browser.get(f"/opkald/{rows()[0].pk}/").content.decode()
    assert "<script>alert" not in case
    assert "&lt;script&gt;" in case


# ---- what cannot be a form -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 3_000_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a%d=1" % n for n in range(3000)), "application/x-www-form-urlencoded", 400),
        (b"first_name=x", "application/x-www-form-urlencoded; charset=utf-16", 400),
        (b"first_name=%ff%fe%00", "application/x-www-form-urlencoded", 422),
        (b'{"phone": "20123456"}', "application/json", 422),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 422),
        (b"nonsense", "multipart/form-data", 400),
        (b"nonsense", "multipart/form-data; boundary=" + "ø" * 300, 400),
    ],
)
def test_a_hostile_body_gets_a_clear_answer(
    town: Municipality, body: bytes, kind: str, status: int
) -> None:
    approve(town, "tr")
    answer = Client().generic("POST", url(town, "tr"), body, content_type=kind, headers=HERE)
    assert answer.status_code == status
    assert 'lang="tr"' in answer.content.decode()
    assert rows() == []


def test_a_fault_in_the_middle_leaves_nothing(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(commands, "note_arrivals", broken)
    client = Client(raise_request_exception=False)
    assert send(town, client=client).status_code == 500
    with acting(make.SYSTEM), transaction.atomic():
        assert (Referral.objects.count(), Citizen.objects.count()) == (0, 0)


# ---- how many ------------------------------------------------------------------------------------


def test_from_one_address_twenty_an_hour(town: Municipality, clockwork: Any) -> None:
    for _ in range(commands.FROM_AN_ADDRESS):
        assert send(town).status_code == 200
    answer = send(town)
    assert answer.status_code == 429
    assert answer["Retry-After"]
    page = answer.content.decode()
    assert "mange tilmeldinger herfra" in page
    assert 'value="Fatma"' in page
    assert len(rows()) == commands.FROM_AN_ADDRESS
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert send(town, client=elsewhere).status_code == 200
    clockwork.shift(dt.timedelta(minutes=61))
    assert send(town, stamp_on(answer)).status_code == 200


def test_a_spoofed_address_is_the_same_one(town: Municipality) -> None:
    seen = {
        send(town, headers={**HERE, "X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(commands.FROM_AN_ADDRESS + 1)
    }
    assert seen == {200, 429}


def test_forms_from_everywhere_end_at_the_ceiling(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "TO_A_MUNICIPALITY", 8)
    seen: dict[int, int] = {}
    for n in range(20):
        robot = Client(REMOTE_ADDR=f"2001:db8:{n:x}::1")
        status = send(town, client=robot).status_code
        seen[status] = seen.get(status, 0) + 1
    assert (seen, len(rows())) == ({200: 8, 429: 12}, 8)
    assert send(make.municipality()).status_code == 200, "each municipality has its own"


def test_one_network_has_many_addresses(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "FROM_AN_ADDRESS", 2)
    answers = [
        send(town, client=Client(REMOTE_ADDR=f"2001:db8:0:{n:x}::{n:x}")).status_code
        for n in (1, 2, 3)
    ]
    assert answers == [200, 200, 429]


def test_no_address_is_kept(town: Municipality) -> None:
    send(town, client=Client(REMOTE_ADDR="203.0.113.77"))
    with connection.cursor() as cursor:
        cursor.execute("select key from accounts_ratecount")
        keys = [key for (key,) in cursor.fetchall()]
    assert len(keys) == 2
    assert not any("203.0.113" in key for key in keys)


def test_the_limit_is_told_in_the_pages_language(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(town, "pl")
    monkeypatch.setattr(commands, "FROM_AN_ADDRESS", 1)
    send(town, language="pl")
    page = send(town, language="pl").content.decode()
    assert LANGUAGES["pl"].words["notices"]["many_from_here"] in page


# ---- the pages -----------------------------------------------------------------------------------


def test_only_members_of_today_are_listed(town: Municipality) -> None:
    gone = make.municipality(name="Gentofte Kommune")
    Membership.objects.filter(municipality=gone).update(until_on=dt.date(2026, 3, 1))
    page = Client().get("/tilmeld/").content.decode()
    assert "Hvidovre Kommune" in page
    assert "Gentofte" not in page
    assert Client().get(url(gone)).status_code == 404
    assert send(gone, "x").status_code == 404


def test_a_town_is_found_by_a_part_of_its_name(town: Municipality) -> None:
    make.municipality(name="Aarhus Kommune")
    page = Client().get("/tilmeld/", {"kommune": "hVID"}).content.decode()
    assert "Hvidovre Kommune" in page
    assert "Aarhus Kommune" not in page
    none = Client().get("/tilmeld/", {"kommune": "<b>Paris"}).content.decode()
    assert "ingen kommune med det navn" in none
    assert "<b>" not in none


def test_a_language_is_shown_once_it_is_approved(town: Municipality) -> None:
    assert Client().get(url(town, "tr")).headers["Location"] == url(town)
    assert Client().get("/tilmeld/tr/").headers["Location"] == "/tilmeld/"
    assert "Türkçe" not in main(Client().get(url(town)))
    approve(town, "tr")
    page = Client().get(url(town, "tr"))
    assert page.status_code == 200
    assert "Beni arayın" in page.content.decode()
    assert f'href="{url(town, "tr")}" lang="tr"' in Client().get(url(town)).content.decode()
    assert Client().get("/tilmeld/tr/").status_code == 200


def main(page: Any) -> str:
    """The page without the choice of a language to speak."""
    return re.sub(r"<select.*?</select>", "", page.content.decode(), flags=re.DOTALL)


def test_what_was_written_in_a_language_that_is_taken_back_is_received(town: Municipality) -> None:
    answer = send(town, opened(town), language="tr")
    assert (answer.status_code, answer["Content-Language"]) == (200, "da")
    assert len(rows()) == 1


def test_arabic_runs_from_the_right(town: Municipality) -> None:
    approve(town, "ar")
    page = Client().get(url(town, "ar")).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert '<html lang="da" dir="ltr">' in Client().get(url(town)).content.decode()


@pytest.mark.parametrize(
    "path", ["/tilmeld/999/", "/tilmeld/167/xx/", "/tilmeld/xx/", "/tilmeld/0/", "/tilmeld/9"]
)
def test_what_is_not_there_is_told_in_words(town: Municipality, path: str) -> None:
    answer = Client().get(path, follow=True)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "Siden findes ikke" in page
    assert 'href="/tilmeld/"' in page


def test_the_code_may_have_its_zero(town: Municipality) -> None:
    assert Client().get("/tilmeld/0167/").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_page_is_read_and_sent_and_nothing_else(town: Municipality, method: str) -> None:
    answer = Client().generic(method, url(town))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


def test_no_cookie_is_set_whoever_looks(town: Municipality, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    signed_in = Client()
    signed_in.force_login(make.grant(Role.COUNSELLOR, town).user)
    for client in (Client(), signed_in):
        for answer in (
            client.get("/tilmeld/"),
            client.get(url(town)),
            client.get("/tilmeld/xx/"),
            client.get("/tilmeld/1/2/3/4/"),
            send(town, client=client),
            send(town, client=client, phone=""),
            send(town, client=client, headers={}),
        ):
            assert not answer.cookies, answer.request
            assert answer["Cache-Control"] == "no-store"
            page = answer.content.decode()
            assert "Log ud" not in page
    assert signed_in.get("/").status_code == 200, "and she is signed in to the rest as before"


def test_a_counsellor_who_signs_up_is_nobody_there(town: Municipality, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    signed_in = Client()
    signed_in.force_login(make.grant(Role.COUNSELLOR, town).user)
    send(town, client=signed_in)
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select distinct user_id from audit_event where act = 'referral.received'")
        assert cursor.fetchall() == [(None,)]


def test_the_form_costs_a_few_statements(
    town: Municipality, django_assert_num_queries: Any
) -> None:
    client = Client()
    client.get(url(town))
    with django_assert_num_queries(4):  # savepoint, the place, its languages, savepoint
        client.get(url(town))


# ---- a name that tells nothing -------------------------------------------------------------------


@pytest.fixture
def neutral(settings: Any) -> Client:
    settings.PUBLIC_HOSTS = ["ring-op.example"]
    settings.ALLOWED_HOSTS = ["ring-op.example", "testserver"]
    return Client(HTTP_HOST="ring-op.example")


def test_under_a_neutral_name_nothing_tells_what_it_is_about(
    town: Municipality, neutral: Client
) -> None:
    page = neutral.get(url(town)).content.decode()
    head = page[: page.index("</h1>")].lower()
    assert not re.search("røg|ryge|nikotin|roegfri|icon.svg", head)
    assert "ryge" in Client().get(url(town)).content.decode().split("</h1>")[0]


def test_a_neutral_name_has_public_pages_only(town: Municipality, neutral: Client) -> None:
    assert neutral.get("/").headers["Location"] == "/tilmeld/"
    for path in ("/konto/login/", "/henvisninger/", "/administration/", "/healthz", "/log/"):
        assert neutral.get(path).status_code == 404, path
    stamp = stamp_on(neutral.get(url(town)))
    with time_machine.travel(AT + dt.timedelta(seconds=5), tick=False):
        data = {**TYPED, "stamp": stamp}
        own = {"Origin": "http://ring-op.example"}
        assert neutral.post(url(town), data, headers=HERE).status_code == 403
        assert neutral.post(url(town), data, headers=own).status_code == 200
    assert not neutral.get("/tilgaengelighed/").cookies


# ---- what the counsellor sees --------------------------------------------------------------------


def test_what_made_her_sign_up_stands_in_the_conversation(
    town: Municipality, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    send(town, why="Min datter spurgte")
    browser = Client()
    browser.force_login(make.grant(Role.COUNSELLOR, town).user)
    page = browser.get(f"/opkald/{rows()[0].pk}/").content.decode()
    assert 'name="why" value="Min datter spurgte"' in page
    assert re.search(r'name="why_asked" value="answered"[^>]* checked', page)
    assert 'class="referral-text" dir="auto"' in page
