"""Letters that wait become files in the outbound folder (referrals/intake/folder/outbound.py)."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses.commands.letters.stopping import end_letter
from courses.models import DischargeLetter
from courses.queries.letters import waiting_letters
from courses.states import LETTER_MOVES, LetterState
from referrals.commands.outgoing import Deliver, Outgoing
from referrals.models import Consent
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.lifecycle import move

AT_ONCE = 100


@transaction.atomic
def write_letters(
    deliver: Deliver, *, but_not: Collection[UUID] = (), by: Actor, at: dt.datetime
) -> bool:
    """Has the oldest letters that wait written by `deliver`, which answers which of them were.

    What a citizen has taken back until now is stopped: «Borgeren skal give tilsagn til dette»
    (S1). `but_not` are organisations whose folder has just refused one. False when none waits.
    Whoever is killed between the folder and the mark writes the same file again, under the same
    name.
    """
    due = _claimed(but_not)
    stopped = _taken_back(due)
    for one in stopped:
        with translation.override("da"):
            words = _("Borgeren trak samtykket tilbage, før brevet blev sendt.")
        end_letter(one, words, by=by, at=at)
    left = [one for one in due if one not in stopped]
    written = set(deliver(left))
    for one in left:
        if one.pk in written:
            one.written_at = at
            move(one, LETTER_MOVES, to=LetterState.WRITTEN, at=at, facts=["written_at"])
            record("letter.written", one, by=by, at=at, persons=[one.referral.citizen_id])
    return bool(due)


def _claimed(but_not: Collection[UUID]) -> Sequence[DischargeLetter]:
    """The letters, and before them what allows them: so do those who take a consent back, and
    those who send, lock them."""
    waiting = DischargeLetter.objects.filter(state=LetterState.WAITING)
    waiting = waiting.exclude(organisation__in=but_not).order_by("made_at", "pk")
    chosen = {pk: keys for pk, *keys in waiting.values_list("pk", *_ALLOWED)[:AT_ONCE]}
    consents = {key for keys in chosen.values() for key in keys if key}
    held = Consent.objects.filter(pk__in=consents).order_by("pk")
    list(held.select_for_update(no_key=True).values_list("pk"))
    rows = waiting.filter(pk__in=chosen).select_related(
        "consent", "result_consent", "organisation", "referral"
    )
    return list(rows.select_for_update(skip_locked=True, of=("self",), no_key=True))


_ALLOWED = ("consent", "result_consent")


def _taken_back(due: Sequence[DischargeLetter]) -> Sequence[DischargeLetter]:
    return [
        one
        for one in due
        if any(held and held.withdrawn_at for held in (one.consent, one.result_consent))
    ]


OUT = Outgoing(write_letters, waiting_letters)
