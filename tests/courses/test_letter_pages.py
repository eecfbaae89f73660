"""The pages of a letter: what stands there, what is pressed, and who is let in."""

import base64
import io
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from courses.commands.letters import send_letter, send_on_paper, stop_letter, write_letters
from courses.models import DischargeLetter
from courses.states import LetterState
from referrals.models import Citizen, Consent
from referrals.states import ConsentKind
from roegfri import letters
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent
from roegfri.letters import press
from tests import make
from tests.courses import discharged, world
from tests.courses.discharged import AFTER, BOTH, Taken, fresh, taken

pytestmark = pytest.mark.django_db
SEND = ">Send</button>"
PAPER = "Send på papir (PDF)"


@pytest.fixture(autouse=True)
def _now(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AFTER, tick=False), acting(make.SYSTEM):
        yield


def browser(of: Taken, role: Role | None = None) -> Client:
    client = Client()
    grant = of.grant if role is None else make.grant(role, make.home(of.by))
    client.force_login(grant.user)
    return client


def page(client: Client, name: str, pk: uuid.UUID) -> str:
    answer = client.get(reverse(f"courses:{name}", args=[pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, pk: uuid.UUID, **given: str) -> Any:
    return client.post(reverse(f"courses:{name}", args=[pk]), given)


# ---- before it is sent ---------------------------------------------------------------------------


def test_without_consent_there_is_no_button() -> None:
    here = taken(agreed=())
    client = browser(here)
    shown = page(client, "letter", here.enrolment.pk)
    assert SEND not in shown
    assert PAPER not in shown
    assert "Brevet kan ikke sendes, før borgeren har sagt ja." in shown
    given = {"text": "Har deltaget.", "once": str(uuid.uuid4())}
    for name in ("letter", "letter_paper"):
        answer = post(client, name, here.enrolment.pk, **given)
        assert answer.status_code == 422
        assert "ikke sagt ja" in answer.content.decode()
    assert not DischargeLetter.objects.exists()


def test_consent_is_taken_here_and_taken_back() -> None:
    here = taken(agreed=())
    client, pk = browser(here), here.enrolment.pk
    for kind, form in (("discharge", "oral"), ("discharge_result", "written")):
        assert post(client, "letter_consent", pk, kind=kind, form=form).status_code == 302
    shown = page(client, "letter", pk)
    assert SEND in shown
    assert "Mundtligt" in shown
    assert "Skriftligt" in shown
    assert "2026-11" in shown
    post(client, "letter_no", pk, kind="discharge")
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert SEND not in page(client, "letter", pk)


def test_the_result_hangs_under_the_letter() -> None:
    here = taken(agreed=())
    assert "letter-under" not in page(browser(here), "letter", here.enrolment.pk)
    make.consent(here.case, here.by, ConsentKind.DISCHARGE)
    assert "letter-under" in page(browser(here), "letter", here.enrolment.pk)


def test_what_is_missing_leaves_paper_alone() -> None:
    here = taken(doctor=discharged.practice(ean=""))
    shown = page(browser(here), "letter", here.enrolment.pk)
    assert SEND not in shown
    assert PAPER in shown
    assert "intet EAN-nummer" in shown


def test_a_practice_is_chosen_here() -> None:
    here = taken()
    client, pk = browser(here), here.enrolment.pk
    Citizen.objects.update(practice=None, practice_name="Dr. Hansen")
    assert "Dr. Hansen" in page(client, "letter", pk)
    answer = post(client, "letter_doctor", pk, practice="Findes ikke")
    assert answer.status_code == 422
    assert "Praksis kendes ikke her" in answer.content.decode()
    other = discharged.practice(name="Lægerne ved Åen")
    assert post(client, "letter_doctor", pk, practice=other.provider_number).status_code == 302
    shown = page(client, "letter", pk)
    assert "Lægerne ved Åen" in shown
    assert other.ean in shown


def test_it_is_sent_and_the_text_that_was_refused_stays() -> None:
    here = taken()
    client, pk = browser(here), here.enrolment.pk
    given = {"once": str(uuid.uuid4())}
    answer = post(client, "letter", pk, text="x" * 3160, **given)
    assert answer.status_code == 422
    assert "10 tegn for lang" in answer.content.decode()
    assert "x" * 3160 in answer.content.decode()
    assert post(client, "letter", pk, text="Har deltaget.", **given).status_code == 302
    assert post(client, "letter", pk, text="Har deltaget.", **given).status_code == 302
    assert post(client, "letter", pk, text="Noget andet.", **given).status_code == 409
    letter = DischargeLetter.objects.get()
    shown = page(client, "one_letter", letter.pk)
    assert "Venter på at blive sendt" in shown
    assert "Stop brevet" in shown
    assert "2512489996" not in shown
    assert post(client, "letter_stop", letter.pk).status_code == 302
    assert fresh(letter).state == LetterState.STOPPED
    assert SEND in page(client, "letter", pk)


def test_one_that_was_refused_is_corrected() -> None:
    here = taken()
    letter = discharged.send(here)
    with acting(make.SYSTEM):
        write_letters(lambda due: [one.pk for one in due], by=make.SYSTEM, at=AFTER)
        DischargeLetter.objects.update(state=LetterState.REFUSED, trouble="Ukendt modtager")
    client = browser(here)
    shown = page(client, "one_letter", letter.pk)
    assert "Ukendt modtager" in shown
    assert "Ret og send igen" in shown
    assert PAPER in page(client, "letter_correct", letter.pk)
    given = {"text": "Rettet.", "once": str(uuid.uuid4())}
    assert post(client, "letter_correct", letter.pk, **given).status_code == 302
    assert DischargeLetter.objects.get(corrects=letter).text == "Rettet."


def test_one_that_was_refused_goes_to_another_doctor() -> None:
    here = taken()
    letter = discharged.send(here)
    with acting(make.SYSTEM):
        write_letters(lambda due: [one.pk for one in due], by=make.SYSTEM, at=AFTER)
        DischargeLetter.objects.update(state=LetterState.REFUSED, trouble="Ikke tilmeldt her")
    client = browser(here)
    shown = page(client, "letter_correct", letter.pk)
    assert "Ikke tilmeldt her" in shown
    assert letter.receiver_number in shown
    assert "Vælg en anden" in shown
    same = {"text": letter.text, "once": str(uuid.uuid4())}
    answer = post(client, "letter_correct", letter.pk, **same)
    assert answer.status_code == 422
    assert "Intet er rettet" in answer.content.decode()
    other = discharged.practice(name="Lægerne ved Åen")
    answer = post(client, "letter_doctor", here.enrolment.pk, practice=other.provider_number)
    assert answer["Location"] == reverse("courses:letter_correct", args=[letter.pk])
    shown = page(client, "letter_correct", letter.pk)
    assert "Lægerne ved Åen" in shown
    assert "som et nyt brev" in shown
    assert post(client, "letter_correct", letter.pk, **same).status_code == 302
    assert DischargeLetter.objects.get(corrects=letter).receiver_ean == other.ean


# ---- a whole course ------------------------------------------------------------------------------


def test_all_that_are_ready_go_at_one_press() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    rows = [here.enrolment]
    for n in range(3):
        case = make.referral(here.by, given_names=f"Nr. {n}", number=f"+452012340{n}")
        rows.append(make.enrolment(here.course, case, here.by))
    discharged.attend(rows[1], 4, here.by)
    guest = make.referral(towns.b, given_names="Gæst", number="+4531313131")
    make.enrolment(here.course, guest, towns.b)
    client = browser(here)
    shown = page(client, "letters", here.course.pk)
    assert "Send det ene, der er klar" in shown
    assert shown.count("Læs brevet") == 1
    assert discharged.draft(here).text().split("\n")[0] in unescape(shown)
    assert make.home(towns.b).name in shown
    assert post(client, "letters", here.course.pk).status_code == 302
    assert DischargeLetter.objects.get().enrolment_id == here.enrolment.pk
    shown = page(client, "letters", here.course.pk)
    assert "der er klar" not in shown
    assert "Venter på at blive sendt" in shown


def test_the_list_costs_the_same_however_many(django_assert_max_num_queries: Any) -> None:
    here = taken()
    client = browser(here)
    page(client, "letters", here.course.pk)
    for n in range(4):
        case = make.referral(here.by, given_names=f"Nr. {n}", number=f"+452012340{n}")
        discharged.attend(make.enrolment(here.course, case, here.by), 3, here.by)
    with django_assert_max_num_queries(42):
        page(client, "letters", here.course.pk)


# ---- who is let in -------------------------------------------------------------------------------


def test_another_municipality_sees_no_letter() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    letter = discharged.send(here)
    there = Client()
    there.force_login(towns.grant_b.user)
    for name, pk in (
        ("letter", here.enrolment.pk),
        ("one_letter", letter.pk),
        ("letter_pdf", letter.pk),
        ("letter_correct", letter.pk),
    ):
        assert there.get(reverse(f"courses:{name}", args=[pk])).status_code == 404


def test_the_host_that_does_not_handle_the_case_sees_none() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    guest = make.enrolment(world.coming(towns.b), here.case, here.by)
    discharged.attend(guest, 3, here.by)
    host = Client()
    host.force_login(towns.grant_b.user)
    assert host.get(reverse("courses:letter", args=[guest.pk])).status_code == 404
    shown = page(host, "letters", guest.course_id)
    assert make.home(here.by).name in shown
    assert page(browser(here), "letter", guest.pk)


def test_the_file_tells_of_it() -> None:
    here = taken()
    letter = discharged.send(here)
    world.do(here.by, stop_letter, letter, at=AFTER)
    client = browser(here)
    shown = client.get(reverse("desk:file", args=[here.case.pk])).content.decode()
    assert f"Brev til {letter.receiver_name}" in shown
    assert "Stoppet, før det blev sendt" in shown
    assert "Brev til egen læge" in page(client, "participant", here.enrolment.pk)


# ---- on paper ------------------------------------------------------------------------------------

LEAKS = (
    "<img src='http://127.0.0.1:9/x'>",
    "<img src=file:///etc/passwd>",
    "</p><script>1</script>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x>",
    "<style>@import 'http://127.0.0.1:9';</style>",
    "<object data=file:///etc/passwd>",
    "<iframe src=file:///etc/passwd>",
    "{{ settings.SECRET_KEY }}",
    "<svg><image href='http://127.0.0.1:9/x'/></svg>",
    "<embed src=//127.0.0.1:9/x>",
    "<body background=http://127.0.0.1:9/x>",
    "<meta http-equiv=refresh content='0;url=http://x'>",
    "<a href=file:///etc/passwd rel=attachment>x</a>",
    "<link rel=attachment href=file:///etc/passwd>",
    "]]>",
    "<!--",
    "&#0;",
    "\u202egnorw",
    "%00",
    "<base href=http://127.0.0.1:9/>",
)


def pdf(client: Client, letter: DischargeLetter) -> bytes:
    answer = client.get(reverse("courses:letter_pdf", args=[letter.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return bytes(answer.content)


def words(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


def test_a_letter_on_paper_reads_back_without_her_address() -> None:
    here = taken(agreed=BOTH, address="Hemmelig Vej 1", postcode="2650", town="Hvidovre")
    Citizen.objects.update(address_protected=True)
    client = browser(here)
    given = {"text": "Har deltaget i et forløb.\n\nHilsen", "once": str(uuid.uuid4())}
    assert post(client, "letter_paper", here.enrolment.pk, **given).status_code == 302
    letter = DischargeLetter.objects.get()
    data = pdf(client, letter)
    said = words(data)
    for expected in (
        "Brev til egen læge om rygestopforløb", "Nancy Ann Berggren", "251248-9996",
        "Har deltaget i et forløb.", letter.receiver_name, "Lægevej 1, 2650 Hvidovre",
        make.home(here.by).name,
    ):  # fmt: skip
        assert expected in said
    assert "Hemmelig Vej" not in said
    root: Any = PdfReader(io.BytesIO(data)).trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("da", True)
    assert AuditEvent.objects.filter(act="letter.printed").count() == 1


def test_hostile_words_reach_neither_file_nor_socket(monkeypatch: Any) -> None:
    """Whatever the text and the name say, the printer asks for nothing outside the page."""
    asked: list[str] = []
    real = press.Pictures.fetch

    def noted(self: Any, url: str, headers: Any = None) -> Any:
        asked.append(url)
        return real(self, url, headers)

    monkeypatch.setattr(press.Pictures, "fetch", noted)
    here = taken()
    text = "\n".join(LEAKS)
    with acting(here.by), transaction.atomic():
        Citizen.objects.update(given_names=LEAKS[0], surname=LEAKS[2])
    made = world.do(here.by, send_on_paper, here.enrolment, text=text, at=AFTER)
    said = words(pdf(browser(here), made))
    assert asked == []
    assert "root:" not in said
    assert "<script>1</script>" in said


def test_control_a_page_that_is_not_escaped_asks(monkeypatch: Any) -> None:
    asked: list[str] = []

    def noted(self: Any, url: str, headers: Any = None) -> Any:
        asked.append(url)
        raise ValueError(url)

    monkeypatch.setattr(press.Pictures, "fetch", noted)
    letters.from_html("<html lang=da><title>x</title><body>" + "".join(LEAKS))
    assert asked != []


def test_a_picture_in_a_name_is_no_picture() -> None:
    here = taken()
    dot = base64.b64encode(b"x").decode()
    text = f"<img alt=x src='data:image/png;base64,{dot}'>"
    made = world.do(here.by, send_letter, here.enrolment, text=text, at=AFTER)
    assert "data:image/png" in words(pdf(browser(here), made))
