"""A letter is made: as a message that waits for the sweep, or on paper; or a corrected one."""

import base64
import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.letters.checks import (
    check_is_changed,
    check_is_first,
    check_sendable,
    newest_letter,
)
from courses.commands.letters.locked import locked_draft, tasks_done
from courses.commands.letters.message import message_of
from courses.models import DischargeLetter, Enrolment
from courses.queries.letters import GONE, Draft
from courses.states import LetterState, TaskKind
from roegfri import sealed
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.medcom import discharge
from roegfri.medcom.writing import lines_of, new_identifier
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone, said, whose


@transaction.atomic
def send_letter(
    enrolment: Enrolment,
    *,
    text: str,
    once: uuid.UUID | None = None,
    by: Actor,
    at: dt.datetime,
) -> DischargeLetter:
    """A letter that the sweep will write to the outbound folder; the same form twice is one letter.

    S1: «Efter endt rygestopforløb sendes en epikrise til egen læge ... Borgeren skal give tilsagn
    til dette.» Raises Refusal without her consent, where it tells how it went without her consent
    to that, where something is missing (rules.discharge), where the text is too long, and where a
    letter about her was sent before; AlreadySent when the form came before and said something else.
    """
    mark, said_now = _mark(once, by, enrolment), said(enrolment=enrolment, text=text, way="medcom")
    if known := _sent_before(mark, said_now):
        return known
    draft = locked_draft(enrolment, by, at)
    check_is_first(draft)
    return _send(draft, text, mark, said_now, corrects=None, by=by, at=at)


@transaction.atomic
def correct_letter(
    letter: DischargeLetter,
    *,
    text: str,
    once: uuid.UUID | None = None,
    by: Actor,
    at: dt.datetime,
) -> DischargeLetter:
    """A letter in the place of one that has left: to the same doctor a rettetbrev with the same
    episode, to another a nytbrev with its own.

    Raises Refusal as send_letter does, where the letter is not the newest or has not left, and
    where nothing is changed in one that was received or refused.
    """
    mark, said_now = _mark(once, by, letter), said(letter=letter, text=text)
    if known := _sent_before(mark, said_now):
        return known
    draft = locked_draft(_about(letter, by), by, at)
    return _send(
        draft, text, mark, said_now, corrects=newest_letter(draft, letter, GONE), by=by, at=at
    )


@transaction.atomic
def send_on_paper(
    enrolment: Enrolment,
    *,
    text: str,
    once: uuid.UUID | None = None,
    by: Actor,
    at: dt.datetime,
) -> DischargeLetter:
    """A letter that somebody prints and posts: who and when is noted. It takes the place of one
    that left and did not arrive.

    Raises Refusal without her consent, where something is missing, where the text is too long, and
    where a letter waits to be sent or lies at the doctor's.
    """
    mark, said_now = _mark(once, by, enrolment), said(enrolment=enrolment, text=text, way="paper")
    if known := _sent_before(mark, said_now):
        return known
    draft = locked_draft(enrolment, by, at)
    before = draft.letter
    if before is None or before.state not in {LetterState.WRITTEN, LetterState.REFUSED}:
        check_is_first(draft)
    check_sendable(draft, text, draft.lacks_on_paper)
    made = _row(draft, text, mark, said_now, before, by, at, LetterState.ON_PAPER)
    return _made("letter.on_paper", made, draft, by=by, at=at)


@transaction.atomic
def print_letter(letter: DischargeLetter, *, by: Actor, at: dt.datetime) -> None:
    """The letter was fetched as a PDF."""
    row = policies.letters_visible_to(by).select_related("referral").get(pk=letter.pk)
    record("letter.printed", row, by=by, at=at, persons=[row.referral.citizen_id])


def _send(
    draft: Draft,
    text: str,
    mark: uuid.UUID,
    said_now: bytes,
    *,
    corrects: DischargeLetter | None,
    by: Actor,
    at: dt.datetime,
) -> DischargeLetter:
    check_sendable(draft, text, draft.lacks)
    made = _row(draft, text, mark, said_now, corrects, by, at)
    if corrects:
        check_is_changed(made, corrects)
    xml = discharge.write(message_of(made, draft, by, at))
    made.body = sealed.seal(
        base64.b64encode(xml).decode(), place=DischargeLetter.PLACE, row=made.pk
    )
    act = "letter.corrected" if corrects else "letter.sent"
    return _made(act, made, draft, by=by, at=at)


def _row(
    draft: Draft,
    text: str,
    mark: uuid.UUID,
    said_now: bytes,
    corrects: DischargeLetter | None,
    by: Actor,
    at: dt.datetime,
    state: LetterState = LetterState.WAITING,
) -> DischargeLetter:
    """Not saved yet. The receiver is as she is now, whatever becomes of the practice."""
    practice = draft.practice
    given: dict[str, Any] = {
        "receiver_name": draft.doctor[:160],
        "receiver_ean": practice.ean if practice else "",
        "receiver_number": practice.provider_number if practice else "",
    }
    made = DischargeLetter(
        enrolment=draft.enrolment,
        referral_id=draft.enrolment.referral_id,
        organisation=draft.sender,
        consent=draft.consent,
        result_consent=draft.result_consent,
        corrects=corrects,
        practice_id=practice.pk if practice else None,
        text="\n".join(lines_of(text)),
        envelope=new_identifier(),
        letter=new_identifier(),
        state=state,
        state_since=at,
        made_at=at,
        made_by_id=by.person,
        once=mark,
        request_sha256=said_now,
        **given,
    )
    made.episode = corrects.episode if corrects and made.corrects_a_known else new_identifier()
    return made


def _made(
    act: str, made: DischargeLetter, draft: Draft, *, by: Actor, at: dt.datetime
) -> DischargeLetter:
    made.save(force_insert=True)
    tasks_done(made, (TaskKind.LETTER, TaskKind.LETTER_FAILED), by=by, at=at)
    persons = {draft.citizen.pk, draft.enrolment.citizen_id}
    record(act, made, by=by, at=at, persons=persons)
    return made


def _about(letter: DischargeLetter, by: Actor) -> Enrolment:
    """Whom a letter is about. Raises Refusal when her case is another municipality's by now."""
    rows = policies.enrolments_worked_with_by(by)
    own = policies.letters_sent_by(by).filter(pk=letter.pk)
    found = rows.filter(pk__in=own.values("enrolment")).first()
    if found is None:
        raise Refusal(_("Sagen er ikke længere hos jer. Intet er ændret."))
    return found


def _mark(once: uuid.UUID | None, by: Actor, about: Enrolment | DischargeLetter) -> uuid.UUID:
    return whose(once, by, "letter", about.pk) if once else uuid.uuid4()


def _sent_before(mark: uuid.UUID, said_now: bytes) -> DischargeLetter | None:
    """The letter that the form made before. Raises AlreadySent if it said something else."""
    alone("letter", mark)
    known = DischargeLetter.objects.filter(once=mark).first()
    if known and bytes(known.request_sha256 or b"") != said_now:
        raise AlreadySent(
            _("Formularen er allerede brugt til et andet brev. Åbn siden igen og se, hvad der gik.")
        )
    return known
