"""What is due next on a case, for the top of the file: "Afklarende samtale torsdag 26. nov."."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.models import Referral
from referrals.states import NextStep, ReferralState
from roegfri import clock
from roegfri.desk.lines import day_words, moment_words


@dataclass(frozen=True, slots=True)
class Next:
    """What is due and when, in words; `kind` is a tag's colour, `note` what was agreed."""

    kind: str
    words: str
    note: str = ""


def next_step(referral: Referral, at: dt.datetime) -> Next:
    """As the case stands at an instant."""
    if referral.state == ReferralState.CLOSED:
        return Next("done", _("Sagen er afsluttet. Der sker ikke mere."))
    if referral.next_at is None:
        return Next("waiting", _("Intet aftalt. Ring op, eller afslut sagen."))
    step = NextStep(referral.next_step)
    if step == NextStep.CALL:
        words = _("Første opkald, senest %(day)s") % {"day": day_words(referral.contact_by)}
    else:
        when = moment_words(referral.next_at, clock.danish_date(at))
        words = f"{step.label} {when}"
    return Next(_kind(referral.next_at, at), words, referral.next_note)


def _kind(due: dt.datetime, at: dt.datetime) -> str:
    """Past is overdue, later the same day is today's."""
    if due <= at:
        return "overdue"
    return "today" if clock.danish_date(due) == clock.danish_date(at) else "new"
