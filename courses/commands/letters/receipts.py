"""What the doctor's system answers: the letter arrived, or it did not, and somebody is told."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.letters.locked import tasks_done
from courses.commands.letters.silence import tell_of_letter, trouble_words
from courses.models import DischargeLetter
from courses.states import LETTER_MOVES, LetterState, TaskKind
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.lifecycle import allowed, move
from roegfri.medcom import Answered


@transaction.atomic
def note_receipt(said: Answered, *, by: Actor, at: dt.datetime) -> UUID | None:
    """Notes a receipt on the letter it answers; the case that was about, or None where no letter
    of the municipality that `by` books for (actor.hosting) has those numbers.

    As often and in whatever order they come: a positive one counts, also after a negative one, and
    nothing after it does.
    """
    letter = _answered(said, by)
    if letter is None or letter.state in {LetterState.STOPPED, LetterState.ON_PAPER}:
        return None
    if letter.state == LetterState.WAITING:
        # Whoever wrote it was killed before he could say so.
        letter.written_at = at
        move(letter, LETTER_MOVES, to=LetterState.WRITTEN, at=at, facts=["written_at"])
    to = LetterState.RECEIVED if said.is_positive else LetterState.REFUSED
    if allowed(LETTER_MOVES, letter.state, to):
        _note(letter, to, said, by=by, at=at)
    return letter.referral_id


def _answered(said: Answered, by: Actor) -> DischargeLetter | None:
    """By all numbers that the receipt gives, locked."""
    given = {"envelope": said.envelope, "letter": said.letter}
    named = {name: number for name, number in given.items() if number}
    own = policies.letters_sent_by(by).select_for_update(of=("self",), no_key=True)
    return own.filter(**named).first() if named else None


def _note(
    letter: DischargeLetter, to: LetterState, said: Answered, *, by: Actor, at: dt.datetime
) -> None:
    letter.answered_at = at
    letter.trouble = "" if said.is_positive else _why(said)
    move(letter, LETTER_MOVES, to=to, at=at, facts=["answered_at", "trouble"])
    seen = policies.enrolments_visible_to(by).filter(pk=letter.enrolment_id)
    persons = list(seen.values_list("citizen", flat=True))
    act = "letter.received" if said.is_positive else "letter.refused"
    record(act, letter, by=by, at=at, persons=persons)
    if said.is_positive:
        tasks_done(letter, (TaskKind.LETTER_FAILED,), by=by, at=at)
    elif not hasattr(letter, "corrected_by"):
        tell_of_letter(letter, trouble_words(letter), by=by, at=at)


def _why(said: Answered) -> str:
    """In the other system's words; the model asks that a refused letter says something."""
    with translation.override("da"):
        return (said.why or _("Ingen grund er oplyst."))[:400]
