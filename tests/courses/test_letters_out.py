"""Letters leave by the outbound folder, and what is answered comes back."""

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from courses import tasks
from courses.commands.letters import correct_letter, note_silence, send_letter, write_letters
from courses.models import DischargeLetter, Task
from courses.queries.letters import letters_in_trouble
from courses.states import LetterState, TaskKind
from referrals.commands.consent import withdraw_consent
from referrals.intake import folder, take_file
from referrals.models import Arrival, IncomingMessage, Sweep
from referrals.states import InboxState, Taken
from roegfri import clock
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import Actor, acting, system
from roegfri.medcom import receipts
from roegfri.medcom.receipts import Original, RefuseCode
from tests import make
from tests.courses import discharged, world
from tests.courses.discharged import AFTER, draft, fresh, send, taken

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AFTER + dt.timedelta(minutes=5)


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.MEDCOM_FOLDER = str(tmp_path)
    return tmp_path


@pytest.fixture
def by() -> Iterator[Actor]:
    with acting(system("referrals.sweep")) as scope:
        yield scope


def sweep(root: Path, at: dt.datetime = LATER) -> None:
    with acting(system("referrals.sweep")) as scope:
        folder.sweep(root, by=scope, now=lambda: at)


def out(root: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted((root / "ud").glob("*.xml"))}


def answer(sent: DischargeLetter, /, *, why: str = "", **other: str) -> bytes:
    """What the doctor's system answers."""
    given = {"envelope": sent.envelope, "letter": sent.letter, **other}
    town = sent.organisation
    original = Original(given["envelope"], given["letter"], "XD1531L", town.ean,
                        sent.receiver_ean)  # fmt: skip
    number = uuid.uuid4().hex[:14].upper()
    if not why:
        return receipts.positive(original, identifier=number, at=LATER)
    code = RefuseCode.RECEIVER
    return receipts.negative(original, code=code, reason=why, identifier=number, at=LATER)


@transaction.atomic
def brought(data: bytes, of: discharged.Taken, at: dt.datetime = LATER) -> Any:
    """Read in at the municipality of somebody."""
    with acting(of.by):
        return take_file(data, "kvittering.xml", inbox=make.home(of.by), received_at=at,
                         by=of.by, at=at)  # fmt: skip


@transaction.atomic
def written(of: discharged.Taken) -> DischargeLetter:
    """A letter that has left, at AFTER."""
    made = send(of)
    with acting(make.SYSTEM):
        write_letters(lambda due: [one.pk for one in due], by=make.SYSTEM, at=AFTER)
    return fresh(made)


@transaction.atomic
def to_do() -> list[tuple[Any, str]]:
    with acting(make.SYSTEM):
        rows = Task.objects.filter(kind=TaskKind.LETTER_FAILED, done_at=None)
        return list(rows.values_list("organisation", "note"))


@transaction.atomic
def due() -> list[dt.datetime]:
    with acting(make.SYSTEM):
        rows = Task.objects.filter(kind=TaskKind.LETTER_FAILED, done_at=None)
        return list(rows.values_list("due_at", flat=True))


# ---- out -----------------------------------------------------------------------------------------


def test_a_letter_is_written_whole_under_its_number(root: Path) -> None:
    made = send(taken())
    sweep(root)
    assert out(root) == {made.filename: fresh(made).xml}
    assert (fresh(made).state, fresh(made).written_at) == (LetterState.WRITTEN, LATER)
    assert not list((root / "ud").glob(".*"))
    sweep(root)
    assert len(out(root)) == 1


def test_it_goes_to_the_municipality_s_own_folder(root: Path) -> None:
    here = taken()
    made = send(here)
    own = root / make.home(here.by).code / "ud"
    own.mkdir(parents=True)
    sweep(root)
    assert [one.name for one in own.glob("*.xml")] == [made.filename]
    assert out(root) == {}


def test_what_cannot_be_written_waits_and_is_said(root: Path, monkeypatch: Any) -> None:
    made = send(taken())
    with monkeypatch.context() as patched:

        def full(*_some: object, **_more: object) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(os, "fsync", full)
        sweep(root)
    assert fresh(made).state == LetterState.WAITING
    with transaction.atomic():
        row = Sweep.objects.get(folder="ud")
    assert (row.waiting, bool(row.trouble)) == (1, True)
    sweep(root)
    assert fresh(made).state == LetterState.WRITTEN


def test_killed_between_the_folder_and_the_mark_it_is_the_same_file(root: Path) -> None:
    made = send(taken())

    def dies(due: Any) -> list[Any]:
        for one in due:
            (root / one.filename).write_bytes(one.xml)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), acting(make.SYSTEM):
        write_letters(dies, by=make.SYSTEM, at=AFTER)
    assert fresh(made).state == LetterState.WAITING
    sweep(root)
    assert out(root)[made.filename] == (root / made.filename).read_bytes()
    assert fresh(made).state == LetterState.WRITTEN


def test_a_consent_that_is_taken_back_meanwhile_stops_it(root: Path) -> None:
    here = taken(agreed=discharged.BOTH)
    made = send(here)
    world.do(here.by, withdraw_consent, draft(here).result_consent, at=LATER)
    sweep(root)
    assert out(root) == {}
    assert fresh(made).state == LetterState.STOPPED
    assert "trak samtykket tilbage" in fresh(made).trouble
    again = send(here)
    assert again.result_consent_id is None
    sweep(root)
    assert list(out(root)) == [again.filename]


# ---- in ------------------------------------------------------------------------------------------


def test_a_positive_receipt_is_noted_and_kept() -> None:
    here = taken()
    made = written(here)
    data = answer(made)
    said = brought(data, here)
    assert (said.taken, said.message.referral_id, said.referral) == (
        Taken.ANSWERED, here.case.pk, None,
    )  # fmt: skip
    assert (fresh(made).state, fresh(made).answered_at) == (LetterState.RECEIVED, LATER)
    again = brought(data, here)
    assert (again.taken, again.message.pk) == (Taken.DUPLICATE, said.message.pk)
    with transaction.atomic(), acting(make.SYSTEM):
        assert IncomingMessage.objects.get().bytes == data
        assert Arrival.objects.filter(result=Taken.ANSWERED).count() == 1
    assert to_do() == []


def test_a_refused_letter_becomes_a_task_and_a_later_positive_clears_it() -> None:
    here = taken()
    made = written(here)
    brought(answer(made, why="Ukendt <patient> & læge"), here)
    assert fresh(made).state == LetterState.REFUSED
    assert "Ukendt <patient> & læge" in fresh(made).trouble
    [(town, note)] = to_do()
    assert due() == [clock.end_of_day(clock.danish_date(LATER) + dt.timedelta(days=1))]
    assert town == here.by.organisation_id
    assert "Ukendt <patient> & læge" in note
    brought(answer(made), here)
    assert (fresh(made).state, fresh(made).trouble, to_do()) == (LetterState.RECEIVED, "", [])
    brought(answer(made, why="For sent"), here)
    assert fresh(made).state == LetterState.RECEIVED


def test_a_receipt_for_one_that_was_corrected_makes_no_task() -> None:
    here = taken()
    made = written(here)
    world.do(here.by, correct_letter, made, text="Rettet.", at=LATER)
    brought(answer(made, why="Ukendt"), here)
    assert (fresh(made).state, to_do()) == (LetterState.REFUSED, [])


def test_a_receipt_before_the_mark_counts() -> None:
    here = taken()
    made = fresh(send(here))
    brought(answer(made), here)
    assert (fresh(made).state, fresh(made).written_at) == (LetterState.RECEIVED, LATER)


@pytest.mark.parametrize("other", [{"letter": "ANDET"}, {"envelope": "ANDEN"},
                                   {"envelope": "X", "letter": "Y"}])  # fmt: skip
def test_a_receipt_for_nothing_of_ours_lies_in_the_inbox(other: dict[str, str]) -> None:
    here = taken()
    made = written(here)
    said = brought(answer(made, **other), here)
    assert (said.taken, said.message.state) == (Taken.REFUSED, InboxState.NOT_OURS)
    assert "ikke er sendt herfra" in said.reason
    assert fresh(made).state == LetterState.WRITTEN


def test_another_municipality_s_receipt_changes_nothing() -> None:
    towns = world.towns()
    here = taken(towns=towns)
    made = written(here)
    there = discharged.Taken(towns.b, towns.grant_b, here.case, here.course, here.enrolment)
    said = brought(answer(made), there)
    assert said.message.state == InboxState.NOT_OURS
    assert fresh(made).state == LetterState.WRITTEN


def test_receipts_come_by_the_folder_and_by_the_api(root: Path) -> None:
    by_folder, by_api = taken(), taken()
    first, second = written(by_folder), written(by_api)
    town = make.home(by_folder.by)
    inbox = root / town.code / "ind"
    inbox.mkdir(parents=True)
    (inbox / "k.xml").write_bytes(answer(first))
    sweep(root, clock.now() + dt.timedelta(minutes=1))
    assert fresh(first).state == LetterState.RECEIVED
    assert list(inbox.glob("*")) == []
    with transaction.atomic():
        _key, secret = make.token(make.home(by_api.by), TokenPurpose.MEDCOM)
    given: dict[str, Any] = {"content_type": "application/xml"}
    given["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    told = Client().post("/api/v1/medcom", answer(second, why="Nej"), **given)
    assert (told.status_code, json.loads(told.content)["status"]) == (200, "answered")
    assert fresh(second).state == LetterState.REFUSED


# ---- silence -------------------------------------------------------------------------------------


def silent(at: dt.datetime) -> int:
    with transaction.atomic(), acting(make.SYSTEM):
        found = letters_in_trouble(make.SYSTEM, at=at)
    for one in found:
        with acting(make.SYSTEM):
            note_silence(one, by=make.SYSTEM, at=at)
    return len(found)


def test_without_a_receipt_in_time_somebody_is_told_once() -> None:
    here = taken()
    made = written(here)
    on = clock.danish_date(AFTER) + dt.timedelta(days=3)
    last = clock.end_of_day(on)
    assert silent(last - dt.timedelta(seconds=1)) == 0
    assert silent(last) == 1
    [(town, note)] = to_do()
    assert (town, "Ingen kvittering" in note) == (here.by.organisation_id, True)
    assert silent(last) == 0
    brought(answer(made), here, at=last)
    assert (to_do(), silent(last)) == ([], 0)


def test_the_days_are_the_agreement_s() -> None:
    here = taken(towns=world.towns(letter_answer_days="10"))
    written(here)
    assert silent(clock.end_of_day(clock.danish_date(AFTER) + dt.timedelta(days=9))) == 0
    assert silent(clock.end_of_day(clock.danish_date(AFTER) + dt.timedelta(days=10))) == 1


def test_the_clock_asks_by_itself() -> None:
    tasks.tell_of_letters()
    assert to_do() == []


def test_send_needs_no_folder(settings: Any) -> None:
    settings.MEDCOM_FOLDER = ""
    here = taken()
    assert world.do(here.by, send_letter, here.enrolment, text="Har deltaget.", at=AFTER).pk
