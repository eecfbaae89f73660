"""A letter that has not left is stopped."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.models import DischargeLetter
from courses.states import LETTER_MOVES, LetterState
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.lifecycle import move
from roegfri.refusal import Refusal


@transaction.atomic
def stop_letter(letter: DischargeLetter, *, by: Actor, at: dt.datetime) -> None:
    """It is not sent; another may be. Raises Refusal once it has left, and when it is another
    municipality's."""
    own = policies.letters_sent_by(by).select_related("referral")
    row = own.select_for_update(of=("self",), no_key=True).filter(pk=letter.pk).first()
    if row is None:
        raise Refusal(_("Brevet er sendt af en anden kommune. Intet er ændret."))
    if row.state in {LetterState.WRITTEN, LetterState.RECEIVED, LetterState.REFUSED}:
        raise Refusal(_("Brevet er allerede sendt og kan ikke stoppes. Send et rettet brev."))
    end_letter(row, _("Stoppet af %(name)s.") % {"name": by.name}, by=by, at=at)


def end_letter(letter: DischargeLetter, why: str, *, by: Actor, at: dt.datetime) -> None:
    """Part of a command that has it locked. A stopped letter corrects none: what it was to take
    the place of can be corrected by another."""
    letter.corrects, letter.trouble = None, why[:400]
    move(letter, LETTER_MOVES, to=LetterState.STOPPED, at=at, facts=["corrects", "trouble"])
    record("letter.stopped", letter, by=by, at=at, persons=[letter.referral.citizen_id])
