"""Letters to general practitioners: what they say, when they are refused, and that one is one."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from lxml import etree

from courses.commands.letters import correct_letter, send_letter, send_on_paper, stop_letter
from courses.commands.tasks import make_task
from courses.models import DischargeLetter, Ending, Enrolment, Task
from courses.queries.letters import letter_draft
from courses.rules.discharge import result_told
from courses.states import LetterState, SmokeFree, TaskKind
from referrals.commands.consent import withdraw_consent
from referrals.commands.merge import merge_citizens
from referrals.models import Citizen, CivilNumber, Consent
from referrals.states import ConsentKind
from roegfri.actor import acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.lifecycle import IllegalMove
from roegfri.medcom.discharge import MAX_TEXT
from roegfri.organisations.models import Municipality, Practice
from roegfri.refusal import AlreadySent, Refusal
from tests import make, threads
from tests.courses import discharged, world
from tests.courses.discharged import AFTER, BOTH, Taken, draft, fresh, send, taken

pytestmark = pytest.mark.django_db


def said(letter: DischargeLetter) -> dict[str, str]:
    """The message by the local names of its elements; the last of a name."""
    root = etree.fromstring(fresh(letter).xml)
    return {etree.QName(one).localname: "".join(map(str, one.itertext())) for one in root.iter()}


def count() -> int:
    with transaction.atomic(), acting(make.SYSTEM):
        return DischargeLetter.objects.count()


# ---- what it says --------------------------------------------------------------------------------


def test_it_says_that_she_took_part_and_not_how_it_went() -> None:
    here = taken(came=5)
    make.ending(here.enrolment, here.by, smoke_free=SmokeFree.YES)
    words = draft(here).text()
    assert "har deltaget i et rygestopforløb på hold" in words
    assert "fra den 9. marts 2026 til den 6. april 2026" in words
    assert "mødt til 5 af 6 mødegange" in words
    assert "36 39 36 39" in words
    assert result_told(words) == ""


def test_it_says_how_it_went_when_she_agreed_to_that_too() -> None:
    here = taken(agreed=BOTH)
    make.ending(here.enrolment, here.by, smoke_free=SmokeFree.YES)
    with acting(here.by):
        Enrolment.objects.update(actual_quit_on=dt.date(2026, 3, 20))
    words = draft(here).text()
    assert "var borgeren røgfri" in words
    assert "holdt op med at ryge den 20. marts 2026" in words
    made = send(here)
    assert made.result_consent_id


@pytest.mark.parametrize(
    ("smoke_free", "told"),
    [
        (SmokeFree.NO, "var borgeren ikke røgfri"),
        (SmokeFree.UNKNOWN, ""),
        (SmokeFree.YES, "var borgeren røgfri"),
    ],
)
def test_what_nobody_knows_is_not_told(smoke_free: SmokeFree, told: str) -> None:
    here = taken(agreed=BOTH)
    make.ending(here.enrolment, here.by, smoke_free=smoke_free)
    words = draft(here).text()
    assert told in words
    assert bool(result_told(words)) is bool(told)


def test_consent_to_the_result_alone_tells_nothing() -> None:
    here = taken(agreed=(ConsentKind.DISCHARGE_RESULT,))
    make.ending(here.enrolment, here.by)
    assert result_told(draft(here).text()) == ""


def test_the_message_has_her_numbers_and_the_receivers() -> None:
    here = taken()
    found = said(send(here))
    known = draft(here).practice
    assert known
    assert found["CivilRegistrationNumber"] == "2512489996"
    assert (found["PersonSurnameName"], found["PersonGivenName"]) == ("Berggren", "Nancy Ann")
    assert found["IdentifierCode"] == "ydernummer"
    assert found["StatusCode"] == "nytbrev"
    assert found["AcknowledgementCode"] == "pluspositivkvitt"
    assert known.ean in fresh(DischargeLetter(pk=draft(here).letters[0].pk)).xml.decode("latin-1")
    assert "TelephoneSubscriberIdentifier" not in found


@pytest.mark.parametrize("number", ["8512489996", "2512481AB5"])
def test_a_number_that_stands_in_is_another_element(number: str) -> None:
    found = said(send(taken(civil_number=number)))
    assert found["AlternativeIdentifier"] == number
    assert "CivilRegistrationNumber" not in found


# ---- what keeps it back --------------------------------------------------------------------------


def without_practice(here: Taken) -> None:
    Citizen.objects.update(practice=None)


def without_ean(here: Taken) -> None:
    Practice.objects.update(ean="")


def without_sender(here: Taken) -> None:
    Municipality.objects.filter(pk=make.home(here.by).pk).update(ean="")


def without_number(here: Taken) -> None:
    CivilNumber.objects.all().delete()


def without_name(here: Taken) -> None:
    Citizen.objects.update(given_names="", surname="")


def without_consent(here: Taken) -> None:
    Consent.objects.update(withdrawn_at=AFTER)


@pytest.mark.parametrize(
    ("lacking", "words", "on_paper"),
    [
        (without_consent, "sagt ja", False),
        (without_practice, "Vælg lægepraksis", False),
        (without_ean, "EAN-nummer", True),
        (without_sender, "Jeres kommune", True),
        (without_number, "CPR-nummer", True),
        (without_name, "navn", False),
    ],
)
def test_what_is_missing_is_said(lacking: Any, words: str, *, on_paper: bool) -> None:
    here = taken()
    with transaction.atomic(), acting(make.SYSTEM):
        lacking(here)
    with pytest.raises(Refusal, match=words):
        send(here)
    assert count() == 0
    if on_paper:
        world.do(here.by, send_on_paper, here.enrolment, text="Har deltaget.", at=AFTER)
    else:
        with pytest.raises(Refusal, match=words):
            world.do(here.by, send_on_paper, here.enrolment, text="Har deltaget.", at=AFTER)
    assert count() == int(on_paper)


def test_who_never_came_has_no_letter() -> None:
    here = taken(came=0)
    assert draft(here).text() == ""
    with pytest.raises(Refusal, match="ikke været til en mødegang"):
        send(here, text="Har deltaget.")


@pytest.mark.parametrize(
    "text",
    [
        "Borgeren er røgfri.",
        "Hun er RØGFRI nu",
        "Er begyndt at ryge igen",
        "Kulilte: 4",
        "Borgeren stoppede med at\nryge",
        "Har røget siden jul",
        "Han ryger stadig",
        "Roegfri",
        "Borgeren er r\u00f8g\u00adfri",
        "Hun er r\u00f8g\u200bfri",
        "Er røg-fri",
        "Har ikke røget i fire uger",
        "Hun er ikke længere ryger",
        "Hun er nikotinfri",
        "Borgeren faldt tilbage",
        "Rygestoppet lykkedes",
    ],
)
def test_a_text_that_tells_how_it_went_needs_a_consent_of_its_own(text: str) -> None:
    here = taken()
    with pytest.raises(Refusal, match="hvordan det gik"):
        send(here, text=text)
    with pytest.raises(Refusal, match="hvordan det gik"):
        world.do(here.by, send_on_paper, here.enrolment, text=text, at=AFTER)
    make.consent(here.case, here.by, ConsentKind.DISCHARGE_RESULT)
    assert send(here, text=text).result_consent_id


def test_the_collaboration_s_name_tells_nothing() -> None:
    assert result_told("Røgfri på Tværs tilbyder rygestopforløb; kursus i Ringkøbing") == ""
    assert result_told("Borgeren faldt til på holdet og har deltaget i et rygestopforløb") == ""


@pytest.mark.parametrize("over", [1, 40])
def test_a_text_that_is_too_long_says_by_how_much(over: int) -> None:
    here = taken()
    with pytest.raises(Refusal, match=rf"{over} tegn for lang"):
        send(here, text="æ" * (MAX_TEXT + over))
    assert send(here, text="æ" * MAX_TEXT).text == "æ" * MAX_TEXT


@pytest.mark.parametrize("text", ["", "   \n ", "\0\7"])
def test_a_text_without_words_is_no_letter(text: str) -> None:
    here = taken()
    with pytest.raises(Refusal, match="Skriv brevets tekst"):
        world.do(here.by, send_letter, here.enrolment, text=text, at=AFTER)


def test_only_whoever_handles_the_case_sends() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    guest = make.enrolment(world.coming(towns.b), here.case, here.by)
    discharged.attend(guest, 3, here.by)
    with pytest.raises(Refusal, match="ikke længere hos jer"):
        world.do(towns.b, send_letter, guest, text="Har deltaget.", at=AFTER)
    assert world.do(here.by, send_letter, guest, text="Har deltaget.", at=AFTER).pk


# ---- once ----------------------------------------------------------------------------------------


def test_a_second_letter_is_refused() -> None:
    here = taken()
    send(here)
    with pytest.raises(Refusal, match="allerede et brev"):
        send(here)
    with pytest.raises(Refusal, match="allerede et brev"):
        world.do(here.by, send_on_paper, here.enrolment, text="Har deltaget.", at=AFTER)
    assert count() == 1


def test_the_same_form_twice_is_one_letter() -> None:
    here, once = taken(), uuid.uuid4()
    first = send(here, once=once, text="Har deltaget.")
    assert send(here, once=once, text="Har deltaget.").pk == first.pk
    with pytest.raises(AlreadySent):
        send(here, once=once, text="Noget andet.")


@pytest.mark.django_db(transaction=True)
def test_twenty_who_press_at_once_send_one() -> None:
    here = taken()
    wrong = threads.at_once(*[partial(send, here, text="Har deltaget.") for _ in range(20)])
    assert (count(), len(wrong)) == (1, 19)
    assert {type(one) for one in wrong} == {Refusal}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_database_has_to_refuse() -> None:
    """Who looks first and then writes, without a lock, is refused by the constraint alone."""
    here = taken()
    agreed = draft(here).consent
    assert agreed

    def weak() -> None:
        with transaction.atomic(), acting(here.by), connection.cursor() as cursor:
            there = DischargeLetter.objects.filter(enrolment=here.enrolment).exists()
            cursor.execute("select pg_sleep(0.2)")
            if not there:
                make.letter(here.enrolment, here.by, agreed)

    wrong = threads.at_once(*[weak] * 5)
    assert (count(), len(wrong)) == (1, 4)
    assert {type(one) for one in wrong} == {IntegrityError}


# ---- stopped, corrected, on paper ----------------------------------------------------------------


def left(letter: DischargeLetter, state: LetterState) -> None:
    """As the sweep and the doctor's system leave it."""
    with transaction.atomic(), acting(make.SYSTEM):
        DischargeLetter.objects.filter(pk=letter.pk).update(
            state=state, written_at=AFTER, trouble="Ukendt" if state == "refused" else ""
        )


def test_one_that_waits_is_stopped_and_another_may_be_sent() -> None:
    here = taken()
    made = send(here)
    world.do(here.by, stop_letter, made, at=AFTER)
    assert fresh(made).state == LetterState.STOPPED
    with pytest.raises(IllegalMove):
        world.do(here.by, stop_letter, made, at=AFTER)
    assert send(here).pk != made.pk


@pytest.mark.parametrize("state", [LetterState.WRITTEN, LetterState.RECEIVED, LetterState.REFUSED])
def test_one_that_has_left_is_corrected_and_not_stopped(state: LetterState) -> None:
    here = taken()
    made = send(here)
    left(made, state)
    with pytest.raises(Refusal, match="rettet brev"):
        world.do(here.by, stop_letter, made, at=AFTER)
    again = world.do(here.by, correct_letter, made, text="Rettet.", at=AFTER)
    found = said(again)
    assert (found["StatusCode"], found["Text01"]) == ("rettetbrev", "Rettet.")
    assert found["EpisodeOfCareIdentifier"] == made.episode
    assert again.corrects_id == made.pk
    assert {again.envelope, again.letter}.isdisjoint({made.envelope, made.letter})
    with pytest.raises(Refusal, match="i mellemtiden"):
        world.do(here.by, correct_letter, made, text="Igen.", at=AFTER)


@pytest.mark.parametrize("state", [LetterState.RECEIVED, LetterState.REFUSED])
def test_what_is_unchanged_is_not_sent_again_to_who_answered(state: LetterState) -> None:
    here = taken()
    made = send(here)
    left(made, state)
    with pytest.raises(Refusal, match="Intet er rettet"):
        world.do(here.by, correct_letter, made, text=f"{made.text}\n", at=AFTER)


def test_one_that_nobody_answered_is_sent_again_as_it_is() -> None:
    here = taken()
    made = send(here)
    left(made, LetterState.WRITTEN)
    again = world.do(here.by, correct_letter, made, text=made.text, at=AFTER)
    assert said(again)["StatusCode"] == "rettetbrev"


@pytest.mark.parametrize("state", [LetterState.RECEIVED, LetterState.REFUSED])
def test_another_doctor_gets_a_new_letter(state: LetterState) -> None:
    here = taken()
    made = send(here)
    left(made, state)
    other = discharged.practice()
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.update(practice=other)
    again = world.do(here.by, correct_letter, made, text=made.text, at=AFTER)
    found = said(again)
    assert found["StatusCode"] == "nytbrev"
    assert found["EpisodeOfCareIdentifier"] == again.episode != made.episode
    assert (again.corrects_id, again.receiver_ean) == (made.pk, other.ean)
    left(again, LetterState.REFUSED)
    third = world.do(here.by, correct_letter, again, text="Rettet.", at=AFTER)
    assert (said(third)["StatusCode"], third.episode) == ("rettetbrev", again.episode)


def test_a_correction_that_is_stopped_can_be_made_again() -> None:
    here = taken()
    made = send(here)
    left(made, LetterState.REFUSED)
    again = world.do(here.by, correct_letter, made, text="Rettet.", at=AFTER)
    world.do(here.by, stop_letter, again, at=AFTER)
    third = world.do(here.by, correct_letter, made, text="Rettet igen.", at=AFTER)
    assert third.episode == made.episode


def test_one_that_waits_is_not_corrected() -> None:
    here = taken()
    with pytest.raises(Refusal, match="når det er afsendt"):
        world.do(here.by, correct_letter, send(here), text="Rettet.", at=AFTER)


def test_one_that_did_not_arrive_goes_on_paper() -> None:
    here = taken()
    made = send(here)
    left(made, LetterState.REFUSED)
    paper = world.do(here.by, send_on_paper, here.enrolment, text="Har deltaget.", at=AFTER)
    assert (paper.state, paper.corrects_id, paper.body) == (LetterState.ON_PAPER, made.pk, None)
    assert (paper.made_by_id, paper.made_at) == (here.by.person, AFTER)


def test_what_was_to_be_done_about_it_is_done() -> None:
    here = taken()
    with transaction.atomic(), acting(hosting(make.SYSTEM, here.course.host_id)):
        course = type(here.course).objects.get(pk=here.course.pk)
        when = {"due_at": AFTER, "at": AFTER}
        given: dict[str, Any] = {"course": course, "enrolment": here.enrolment, **when}
        make_task(TaskKind.LETTER, **given)
        make_task(TaskKind.LETTER_FAILED, **given)
    send(here)
    with transaction.atomic(), acting(make.SYSTEM):
        assert not Task.objects.filter(done_at=None).exists()


def test_it_is_logged_and_its_bytes_are_sealed() -> None:
    here = taken()
    made = send(here)
    assert b"2512489996" not in bytes(fresh(made).body or b"")
    with transaction.atomic(), acting(make.SYSTEM):
        lines = AuditEvent.objects.filter(act="letter.sent", subject=f"dischargeletter:{made.pk}")
        assert lines.count() == 1


def test_a_merged_citizen_s_number_doctor_and_consent_count() -> None:
    towns = world.towns()
    here = taken(towns=towns, agreed=())
    other = make.referral(here.by, number="+4531313131", civil_number="2509479989")
    make.consent(other, here.by, ConsentKind.DISCHARGE)
    world.do(here.by, merge_citizens, other.citizen_id, here.case.citizen_id)
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.filter(pk=other.citizen_id).update(practice=discharged.practice())
    now = draft(here)
    assert now.consent
    assert now.citizen.pk == other.citizen_id
    assert now.practice
    assert send(here).pk


def test_one_may_not_look_where_the_case_is_another_s() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    with pytest.raises(Http404), transaction.atomic(), acting(towns.b):
        letter_draft(towns.b, here.enrolment, at=AFTER)


def test_withdrawing_leaves_no_way_to_send() -> None:
    here = taken()
    held = draft(here).consent
    world.do(here.by, withdraw_consent, held, at=AFTER)
    with pytest.raises(Refusal, match="sagt ja"):
        send(here)


def test_ending_is_read_where_there_is_one() -> None:
    here = taken(agreed=BOTH)
    with transaction.atomic(), acting(make.SYSTEM):
        assert not Ending.objects.exists()
    assert result_told(draft(here).text()) == ""
