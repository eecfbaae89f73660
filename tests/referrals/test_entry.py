"""Ny henvisning: what is found is filled in, whoever may be known is asked about, once is once."""

import dataclasses
import datetime as dt
import json
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from referrals import queries
from referrals.commands import elsewhere, receive
from referrals.commands.elsewhere import Answer, ask_elsewhere
from referrals.commands.receive import receive_referral
from referrals.models import Citizen, CivilNumber, Phone, Referral, Residence
from referrals.states import Channel, GuardianConsent, Source
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Hospital, HospitalDepartment, Municipality, Practice
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone
from tests import make
from tests.referrals import pasted_samples as samples
from tests.threads import at_once

pytestmark = pytest.mark.django_db
OK, REDIRECT, CONFLICT, UNPROCESSABLE = 200, 302, 409, 422
NOW = clock.danish_time(dt.date(2026, 11, 24), dt.time(9))
FORM = {
    "phone": "20 30 40 50",
    "source": "hospital",
    "channel": "email",
    "received_at_0": "2026-11-24",
    "received_at_1": "08:00",
}


@pytest.fixture(autouse=True)
def tuesday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def client(grant: Grant) -> Client:
    signed_in = Client()
    signed_in.force_login(grant.user)
    return signed_in


def form(**given: str) -> dict[str, str]:
    return {**FORM, "once": str(uuid.uuid4()), **given}


def send(client: Client, **given: str) -> Any:
    return client.post(reverse("referrals:new"), form(**given))


def paste(client: Client, text: str, *, part: bool = True, **given: str) -> Any:
    headers = {"HX-Request": "true"} if part else {}
    fresh = {"channel": "email", "received_at_0": "2026-11-24", "received_at_1": "09:00"}
    data = {"once": str(uuid.uuid4()), **fresh, **given, "text": text}
    return client.post(reverse("referrals:paste"), data, headers=headers)


def values(response: Any) -> dict[str, Any]:
    return dict(response.context["form"].data.items())


# ---- what is typed -------------------------------------------------------------------------------


def test_two_fields_are_enough(client: Client, grant: Grant) -> None:
    assert send(client).status_code == REDIRECT
    with acting(make.SYSTEM):
        referral = Referral.objects.select_related("citizen").get()
    assert (referral.handler_id, referral.citizen.name) == (grant.organisation_id, "")


def test_everything_that_is_known_is_kept(client: Client, grant: Grant) -> None:
    home = make.municipality()
    practice = Practice.objects.create(
        kind=Kind.PRACTICE, name="Lægerne Søndergade", provider_number="012345"
    )
    region = home.region
    hospital = Hospital.objects.create(kind=Kind.HOSPITAL, name="Hvidovre Hospital", region=region)
    department = HospitalDepartment.objects.create(
        kind=Kind.DEPARTMENT, name="Lungemedicinsk Afdeling", hospital=hospital
    )
    given = {
        "text": "Henvisning til rygestop",
        "name": "Emma Østergård",
        "civil_number": "111010-9996",
        "phone_note": "mobil",
        "phone_2": "30303030 (mor)",
        "phone_3": "+46 70 123 45 67",
        "phone_3_note": "arbejde",
        "email": "emma@example.dk",
        "home": str(home.pk),
        "language": "tyrkisk",
        "interpreter": "on",
        "address_protected": "on",
        "practice_name": "ydernr. 12345",
        "sender_name": "Lungemedicinsk Afdeling, Hvidovre Hospital",
        "guardian_name": "Lise Østergård",
        "guardian_phone": "61 62 63 64",
        "guardian_consent": "yes",
    }
    assert send(client, **given).status_code == REDIRECT
    with acting(make.SYSTEM):
        referral = Referral.objects.get()
        citizen = Citizen.objects.get()
        phones = list(Phone.objects.order_by("rank").values_list("number", "note"))
        assert Residence.objects.get().municipality == home
        assert CivilNumber.objects.get().value == "1110109996"
    assert phones == [
        ("+4520304050", "mobil"),
        ("+4530303030", "mor"),
        ("+46701234567", "arbejde"),
    ]
    assert (citizen.given_names, citizen.surname) == ("Emma", "Østergård")
    assert citizen.birth_date == dt.date(2010, 10, 11)
    assert (citizen.email, citizen.language) == ("emma@example.dk", "tyrkisk")
    assert (citizen.interpreter, citizen.address_protected) == (True, True)
    assert (citizen.practice_id, citizen.practice_name) == (practice.pk, "Lægerne Søndergade")
    assert (citizen.guardian_name, citizen.guardian_phone) == ("Lise Østergård", "+4561626364")
    assert referral.guardian_consent == GuardianConsent.YES
    assert referral.sender_id == department.pk
    assert referral.sender_name == "Lungemedicinsk Afdeling, Hvidovre Hospital"


def test_the_way_to_the_case_stands_in_the_message(client: Client) -> None:
    page = client.get(send(client, name="Ida <b> Holm")["Location"]).content.decode()
    with acting(make.SYSTEM):
        case = Referral.objects.get()
    assert f'<a href="/opkald/{case.pk}/">Ida &lt;b&gt; Holm</a>' in page


def test_nobody_asks_the_parents_of_an_adult(client: Client, grant: Grant) -> None:
    asked = 'name="guardian_consent"'
    mail = "Patienten har givet samtykke. Forældrene har givet samtykke til rygestop. CPR: %s"
    adult = paste(client, mail % "251248-9996", part=False).content.decode()
    child = paste(client, mail % "010115-4000", part=False).content.decode()
    unknown = paste(client, "Ring til hende", part=False).content.decode()
    assert [asked in page for page in (adult, child, unknown)] == [False, True, True]
    send(client, civil_number="251248-9996", guardian_consent="yes")
    with acting(make.SYSTEM):
        assert Referral.objects.get().guardian_consent == GuardianConsent.UNKNOWN


def test_a_doctor_who_is_not_known_here_is_kept_as_text(client: Client) -> None:
    send(client, practice_name="Dr. Jensen, Paris")
    with acting(make.SYSTEM):
        citizen = Citizen.objects.get()
    assert (citizen.practice, citizen.practice_name) == (None, "Dr. Jensen, Paris")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("phone", "20 12 ab 34", "8 cifre"),
        ("phone", "", ""),
        ("source", "", ""),
        ("source", "nonsense", ""),
        ("phone_2", "123", "8 cifre"),
        ("civil_number", "310248-9996", "ikke en dato"),
        ("civil_number", "25124", "10 cifre"),
        ("birth_date", "2030-01-01", "fremtiden"),
        ("birth_date", "1066-01-01", "1900"),
        ("received_at", "2026-11-25", "fremtiden"),
        ("email", "ikke en mail", ""),
        ("home", str(uuid.UUID(int=7)), ""),
        ("decided", "x", "samme borger"),
        ("guardian_phone", "mor", "8 cifre"),
    ],
)
def test_mistakes_are_said_beside_the_field(
    client: Client, field: str, value: str, words: str
) -> None:
    sent = {"received_at_0": value} if field == "received_at" else {field: value}
    answer = send(client, name="Åse Østergård", **sent)
    assert answer.status_code == UNPROCESSABLE
    assert words in str(answer.context["form"].errors[field])
    assert values(answer)["name"] == "Åse Østergård"
    with acting(make.SYSTEM):
        assert not Referral.objects.exists()


def test_a_birth_date_and_a_number_that_disagree(client: Client) -> None:
    answer = send(client, civil_number="251248-9996", birth_date="1950-01-01")
    assert "passer ikke" in str(answer.context["form"].errors["birth_date"])
    assert send(client, civil_number="251248-9996", birth_date="25-12-1948").status_code == REDIRECT


@pytest.mark.parametrize(
    ("day", "time", "utc"),
    [
        ("2026-10-25", "02:30", dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        ("2026-10-25", "03:30", dt.datetime(2026, 10, 25, 2, 30, tzinfo=dt.UTC)),
    ],
)
def test_the_hour_that_comes_twice_is_the_first_of_the_two(
    client: Client, day: str, time: str, utc: dt.datetime
) -> None:
    assert send(client, received_at_0=day, received_at_1=time).status_code == REDIRECT
    with acting(make.SYSTEM):
        assert Referral.objects.get().received_at == utc


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [("2026-03-29", "02:30", "uret stilles frem"), ("2026-03-30", "", ""), ("", "08:00", "")],
)
def test_a_time_that_is_none_is_asked_for_again(
    client: Client, day: str, time: str, words: str
) -> None:
    answer = send(client, received_at_0=day, received_at_1=time)
    assert answer.status_code == UNPROCESSABLE
    assert words in str(answer.context["form"].errors["received_at"])


def test_too_much_text_is_refused_and_not_lost(client: Client) -> None:
    answer = send(client, text="x" * 20_001)
    assert answer.status_code == UNPROCESSABLE
    assert len(values(answer)["text"]) == 20_001


# ---- paste ---------------------------------------------------------------------------------------


def test_a_pasted_mail_fills_the_form_and_is_saved_as_it_stands(client: Client) -> None:
    answer = paste(client, samples.WARD)
    assert answer.status_code == OK
    found = values(answer)
    assert found["phone"] == "20 12 34 56"
    assert (found["name"], found["civil_number"]) == ("Nancy Ann Berggren", "251248-9996")
    assert found["source"] == "hospital"
    assert (found["received_at_0"], found["received_at_1"]) == ("2026-11-24", "09:00")
    page = answer.content.decode()
    assert page.count("Fundet i teksten") >= 4
    assert 'button-primary" autofocus' in page
    assert "Brug mailens tidspunkt" in page
    assert client.post(reverse("referrals:new"), found).status_code == REDIRECT
    with acting(make.SYSTEM):
        referral = Referral.objects.select_related("citizen").get()
        assert referral.citizen.name == "Nancy Ann Berggren"
        assert [p.number for p in Phone.objects.all()] == ["+4520123456"]
    assert referral.text == samples.WARD.strip()
    assert referral.sender_name == "Lungemedicinsk Afdeling 235, Hvidovre Hospital"
    assert referral.channel == Channel.EMAIL
    assert referral.sent_at == clock.danish_time(dt.date(2026, 11, 20), dt.time(10, 12))


def test_without_scripts_the_whole_page_comes_back(client: Client) -> None:
    page = paste(client, samples.PRACTICE, part=False).content.decode()
    assert "<h1>" in page
    assert 'value="30 30 30 30"' in page
    assert f'action="{reverse("referrals:new")}"' in page


def test_what_was_typed_is_not_overwritten(client: Client) -> None:
    found = values(paste(client, samples.WARD, phone="40 40 40 40", source="other"))
    assert (found["phone"], found["source"]) == ("40 40 40 40", "other")
    assert "phone" not in json.loads(found["found"])


def test_another_text_takes_the_place_of_what_the_first_one_filled_in(client: Client) -> None:
    first = values(paste(client, samples.WARD))
    kept = {**first, "civil_number": "", "language": "dansk"}
    again = values(
        paste(client, samples.PHARMACY, **{k: v for k, v in kept.items() if k != "text"})
    )
    assert again["phone"] == "50 60 70 80"
    assert (again["name"], again["civil_number"]) == ("Max Berggren", "")
    assert again["birth_date"] == "1972-07-01"
    assert again["language"] == "dansk"


def test_the_mails_time_is_taken_by_one_click(client: Client) -> None:
    chosen = clock.danish_time(dt.date(2026, 11, 20), dt.time(10, 12)).isoformat()
    found = values(paste(client, samples.WARD, use_sent=chosen))
    assert (found["received_at_0"], found["received_at_1"]) == ("2026-11-20", "10:12")
    for odd in ("2030-01-01T10:00+01:00", "x", "2026-11-20T10:12", "'\"<>"):
        found = values(paste(client, samples.WARD, use_sent=odd))
        assert found["received_at_0"] == "2026-11-24"


def test_markup_in_the_text_is_never_rendered(client: Client) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\nNavn: <b onload=x>Bo Holm</b>"
    page = paste(client, evil).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b onload" not in page
    send(client, text=evil, name="<i>Bo</i>")
    with acting(make.SYSTEM):
        pk = Referral.objects.get().pk
    for name in ("desk:call", "desk:file"):
        page = client.get(reverse(name, args=[pk])).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<i>Bo" not in page


@pytest.mark.parametrize("found", ["{", "[]", "null", '{"phone": 1}', '{"x": "y"}', "[" * 9000])
def test_a_forged_memory_of_findings_is_ignored(client: Client, found: str) -> None:
    assert paste(client, samples.WARD, found=found).status_code == OK
    assert send(client, found=found).status_code in (REDIRECT, UNPROCESSABLE)


# ---- duplicates ----------------------------------------------------------------------------------


def candidates(client: Client, **given: str) -> list[queries.Candidate]:
    answer = client.post(reverse("referrals:duplicates"), given, headers={"HX-Request": "true"})
    assert answer.status_code == OK
    found: list[queries.Candidate] = answer.context["candidates"]
    return found


def known(grant: Grant, **given: Any) -> Referral:
    usual = {"civil_number": "2512489996", "received_at": NOW}
    return make.referral(make.actor(grant), **{**usual, **given})


@pytest.mark.parametrize(
    ("given", "alike"),
    [
        ({"civil_number": "2512489996"}, ["samme CPR-nummer"]),
        ({"phone": "20 12 34 56"}, ["samme telefonnummer"]),
        ({"phone_2": "+45 20123456"}, ["samme telefonnummer"]),
        (
            {"name": "nancy ann BERGGREN", "birth_date": "1948-12-25"},
            ["samme navn og fødselsdato"],
        ),
        ({"name": "Nancy Ann Berggren"}, None),
        ({"birth_date": "1948-12-25"}, None),
        ({"phone": "30303030"}, None),
        ({"phone": "abc", "civil_number": "x"}, None),
        ({}, None),
    ],
)
def test_who_may_be_the_same_is_shown(
    client: Client, grant: Grant, given: dict[str, str], alike: list[str] | None
) -> None:
    referral = known(grant)
    found = candidates(client, **given)
    assert [[str(one) for one in c.alike] for c in found] == ([alike] if alike else [])
    if found:
        assert found[0].case == referral.pk
        assert (found[0].name, found[0].born) == ("Nancy Ann Berggren", 1948)
        assert (found[0].masked_number, found[0].is_open) == ("251248-****", True)


def test_the_panel_shows_no_number_and_offers_to_open_the_case(
    client: Client, grant: Grant
) -> None:
    referral = known(grant)
    given = {"phone": "20123456"}
    page = client.post(reverse("referrals:duplicates"), given).content.decode()
    assert "2512489996" not in page
    assert "9996" not in page
    assert reverse("desk:file", args=[referral.pk]) in page
    assert "har allerede en åben sag" in page


def test_another_municipalitys_citizen_is_never_a_candidate(client: Client) -> None:
    known(make.grant())
    assert candidates(client, civil_number="2512489996", phone="20123456") == []


def test_a_likely_duplicate_is_decided_about_before_anything_is_saved(
    client: Client, grant: Grant
) -> None:
    first = known(grant)
    answer = send(client, phone="20123456", name="Nancy B")
    assert answer.status_code == UNPROCESSABLE
    assert values(answer)["name"] == "Nancy B"
    assert 'value="new"' in answer.content.decode()
    assert send(client, phone="20123456", decided="new").status_code == REDIRECT
    same = send(client, phone="20123456", phone_2="30303030", decided=str(first.citizen_id))
    assert same.status_code == REDIRECT
    with acting(make.SYSTEM):
        assert Citizen.objects.count() == 2
        assert Referral.objects.filter(citizen=first.citizen_id).count() == 2
        numbers = Phone.objects.filter(citizen=first.citizen_id).order_by("rank")
        assert [one.number for one in numbers] == ["+4520123456", "+4530303030"]


def test_the_number_decides_by_itself(client: Client, grant: Grant) -> None:
    first = known(grant)
    assert send(client, civil_number="251248-9996").status_code == REDIRECT
    answer = send(client, civil_number="251248-9996", decided="new")
    assert "Vælg samme borger" in str(answer.context["form"].errors["decided"])
    with acting(make.SYSTEM):
        assert set(Referral.objects.values_list("citizen", flat=True)) == {first.citizen_id}


def test_two_with_one_telephone_and_two_numbers_are_two(client: Client, grant: Grant) -> None:
    known(grant)
    shown = candidates(client, phone="20123456", civil_number="250947-9989")
    assert [one.another for one in shown] == [True]
    sent = {"phone": "20123456", "civil_number": "250947-9989"}
    answer = send(client, decided=str(shown[0].citizen), **sent)
    assert "et andet CPR-nummer" in str(answer.context["form"].errors["civil_number"])
    assert send(client, **sent).status_code == REDIRECT
    with acting(make.SYSTEM):
        assert Citizen.objects.count() == 2


def test_what_is_known_of_her_stays_and_what_is_not_is_filled_in(
    client: Client, grant: Grant
) -> None:
    first = known(grant, email="nancy@example.dk")
    given = {"email": "anden@example.dk", "language": "polsk", "phone": "20123456"}
    send(client, decided=str(first.citizen_id), name="Anna Berg", **given)
    with acting(make.SYSTEM):
        citizen = Citizen.objects.get()
    assert (citizen.email, citizen.language) == ("nancy@example.dk", "polsk")
    assert (citizen.name, citizen.version) == ("Nancy Ann Berggren", 1)


def test_somebody_elses_citizen_cannot_be_chosen(client: Client) -> None:
    theirs = known(make.grant())
    answer = send(client, decided=str(theirs.citizen_id))
    assert answer.status_code == UNPROCESSABLE
    assert "kan ikke åbnes" in str(answer.context["form"].errors["decided"])
    assert "Nancy" not in answer.content.decode()
    with acting(make.SYSTEM):
        assert Referral.objects.count() == 1


# ---- elsewhere -----------------------------------------------------------------------------------


def elsewhere_words(client: Client, **given: str) -> Any:
    return client.post(reverse("referrals:duplicates"), given).context["elsewhere"]


def test_elsewhere_needs_two_that_agree(client: Client) -> None:
    known(make.grant())
    assert elsewhere_words(client, civil_number="2512489996") is None
    same = {"civil_number": "2512489996", "birth_date": "1948-12-25"}  # the number says it
    assert elsewhere_words(client, **same) is None
    two = {"civil_number": "2512489996", "phone": "20123456"}
    assert elsewhere_words(client, **two) == Answer.YES
    assert elsewhere_words(client, phone="20123456") is None
    assert elsewhere_words(client, phone="20123456", name="Bo Holm") == Answer.NO
    both = {"phone": "20123456", "name": "Nancy Ann Berggren"}
    assert elsewhere_words(client, **both) == Answer.YES
    page = client.post(reverse("referrals:duplicates"), both).content.decode()
    assert "måske kendt et andet sted" in page
    assert "Kommune" not in page
    assert "1948" not in page


def test_asking_elsewhere_is_written_down_without_what_was_asked(client: Client) -> None:
    known(make.grant())
    elsewhere_words(client, phone="20123456", name="Nancy Ann Berggren")
    with acting(make.SYSTEM):
        event = AuditEvent.objects.filter(act="citizen.asked_elsewhere").get()
    assert (event.columns, event.subject) == (["phone", "name"], "yes")
    assert "Nancy" not in str(vars(event))


def test_nobody_fishes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "LIMIT", 3)
    known(make.grant())
    asked = {"phone": "20123456", "name": "Nancy Ann Berggren"}
    found = [elsewhere_words(client, **asked) for _ in range(5)]
    assert found == [Answer.YES] * 3 + [Answer.RESTING] * 2
    assert send(client, phone="20123456", name="Nancy Ann Berggren").status_code == REDIRECT


def test_other_roles_are_answered_no() -> None:
    known(make.grant())
    with acting(make.SYSTEM):
        name, mine = "Nancy Ann", "Berggren"
    who = queries.Who(given_names=name, surname=mine, phones=["+4520123456"])
    nobody = dataclasses.replace(make.actor(), role="finance")
    with acting(nobody), transaction.atomic():
        assert ask_elsewhere(who, by=nobody, at=NOW) == Answer.NO


# ---- once ----------------------------------------------------------------------------------------

OTHER: dict[str, Any] = {
    "source": Source.OTHER,
    "channel": Channel.PHONE,
    "received_at": make.MONDAY - dt.timedelta(hours=1),
    "given_names": "Bo",
    "surname": "Holm",
    "phones": [("+4530303030", "")],
    "birth_date": dt.date(1960, 1, 1),
    "email": "a@b.dk",
    "address": "Gade 1",
    "postcode": "2650",
    "town": "Hvidovre",
    "address_protected": True,
    "language": "polsk",
    "interpreter": True,
    "guardian_name": "Mor",
    "guardian_phone": "+4530303030",
    "practice_name": "Lægen",
    "text": "Andet",
    "why": "Min datter",
    "sender_name": "En anden",
    "guardian_consent": GuardianConsent.YES,
    "sent_at": make.MONDAY,
    "sender_ean": "1",
    "episode": "e",
}


def test_a_form_that_says_anything_else_is_refused(grant: Grant) -> None:
    by, once = make.actor(grant), uuid.uuid4()
    handler, home = make.home(by), make.municipality()
    details = make.details()
    number = make.details(civil_number="2512489996").civil_number
    others = {**OTHER, "home": home, "sender": home, "civil_number": number}
    assert set(others) == {field.name for field in dataclasses.fields(details)}
    given: dict[str, Any] = {"handler": handler, "by": by, "at": make.MONDAY, "once": once}
    with acting(by), transaction.atomic():
        first = receive_referral(details, **given)
        assert receive_referral(dataclasses.replace(details), **given) == first
        for name, value in others.items():
            with pytest.raises(AlreadySent), transaction.atomic():
                receive_referral(dataclasses.replace(details, **{name: value}), **given)
        with pytest.raises(AlreadySent), transaction.atomic():
            receive_referral(details, **given, decided="new")
        assert Referral.objects.count() == 1


def test_the_second_answer_is_409_with_all_that_was_typed(client: Client) -> None:
    once = str(uuid.uuid4())
    assert send(client, once=once).status_code == REDIRECT
    assert send(client, once=once).status_code == REDIRECT
    answer = send(client, once=once, name="Åse", text="Noget nyt")
    assert answer.status_code == CONFLICT
    assert values(answer)["text"] == "Noget nyt"
    assert "allerede oprettet" in answer.content.decode()


def receive_once(by: Actor, handler: Municipality, once: uuid.UUID | None) -> None:
    with acting(by), transaction.atomic():
        receive_referral(make.details(), handler=handler, by=by, at=make.MONDAY, once=once)


def count(model: Any) -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return int(model.objects.count())


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_posts_at_once_are_one_referral() -> None:
    by, once = make.actor(), uuid.uuid4()
    handler = make.home(by)
    assert at_once(*[lambda: receive_once(by, handler, once)] * 20) == []
    assert (count(Referral), count(Citizen), count(Phone)) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_equal_posts_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    by, once = make.actor(), uuid.uuid4()
    handler = make.home(by)
    barrier = threading.Barrier(20, timeout=20)

    def unlocked(*words: object) -> None:
        if words[0] != "referral":
            alone(*words)

    monkeypatch.setattr(receive, "alone", unlocked)
    real = receive.new_referral

    def together(*given: Any, **more: Any) -> Referral:
        barrier.wait()
        return real(*given, **more)

    monkeypatch.setattr(receive, "new_referral", together)
    assert at_once(*[lambda: receive_once(by, handler, once)] * 20) != []


def test_a_municipality_without_an_agreement_says_so(client: Client, grant: Grant) -> None:
    from roegfri.organisations.models import Membership

    Membership.objects.all().update(until_on=dt.date(2026, 1, 1))
    answer = send(client)
    assert answer.status_code == UNPROCESSABLE
    assert "ikke med i en aftale" in answer.content.decode()
    with pytest.raises(Refusal):
        receive_once(make.actor(grant), make.home(make.actor(grant)), None)
