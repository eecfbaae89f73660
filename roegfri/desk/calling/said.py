"""What is confirmed after a call, on the next person's screen; and who comes next."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from courses.models import Enrolment
from courses.queries.enrolled import enrolled_by_call
from courses.states import EnrolmentState
from referrals import queries
from referrals.commands.undo import UNDO_WITHIN
from referrals.models import ContactAttempt, Referral
from referrals.states import NextStep, Outcome, ReferralState
from roegfri import clock
from roegfri.accounts.access import SignedIn
from roegfri.desk.lines import moment_words


@dataclass(frozen=True, slots=True)
class Flash:
    """A call that has just been logged, in words; it can be taken back."""

    words: str
    referral: UUID
    attempt: UUID
    enrolled: Sequence[Enrolment] = ()


_KEY = "logged_call"


def remember(request: SignedIn, attempt: ContactAttempt) -> None:
    """The next page shows that it was logged, and offers to take it back."""
    request.session[_KEY] = [str(attempt.referral_id), str(attempt.pk)]


def flash(request: SignedIn, *, at: dt.datetime) -> Flash | None:
    """The call that was logged just before this page, once; for the context as `flash`."""
    asked = request.session.pop(_KEY, None)
    attempt = _logged(request, *map(UUID, asked)) if asked else None
    if attempt is None or attempt.caller_id != request.actor.user_id or attempt.undone_at:
        return None
    if at - attempt.at > UNDO_WITHIN:
        return None
    name = queries.kept(request.actor, attempt.referral.citizen).name
    made = enrolled_by_call(
        request.actor, attempt.referral_id, caller=request.actor.person, at=attempt.at
    )
    words = words_of(attempt, name, at, enrolled=made)
    return Flash(words, attempt.referral_id, attempt.pk, made)


def _logged(request: SignedIn, referral: UUID, attempt: UUID) -> ContactAttempt | None:
    """None where the case is another's by now, or she has switched role."""
    with suppress(Http404):
        return queries.logged_call(request.actor, referral, attempt)
    return None


def words_of(
    attempt: ContactAttempt, name: str, at: dt.datetime, *, enrolled: Sequence[Enrolment] = ()
) -> str:
    """ "Gemt: Intet svar for Anna Jensen. Næste forsøg i morgen kl. 9.30." """
    referral = attempt.referral
    saved = _("Gemt: %(outcome)s for %(name)s.") % {
        "outcome": attempt.get_outcome_display(),
        "name": name or _("ukendt navn"),
    }
    onto = " ".join(enrolled_words(one) for one in enrolled)
    then = "" if enrolled and referral.next_at is None else _then(referral, attempt, at)
    return " ".join(filter(None, (saved, onto, then)))


def enrolled_words(made: Enrolment) -> str:
    """ "Tilmeldt: Hold i Ishøj." """
    waits = made.state == EnrolmentState.WAITING
    words = _("Skrevet på ventelisten: %s.") if waits else _("Tilmeldt: %s.")
    return words % made.course.name


def _then(referral: Referral, attempt: ContactAttempt, at: dt.datetime) -> str:
    if referral.state == ReferralState.CLOSED:
        reason = referral.get_close_reason_display()
        return _("Sagen er afsluttet: %(reason)s.") % {"reason": reason}
    if referral.next_at is None:
        return _("Der er ikke aftalt mere.") if attempt.outcome == Outcome.REACHED else ""
    step = NextStep(referral.next_step)
    words = _("Næste forsøg") if step == NextStep.RETRY else str(step.label)
    return f"{words} {moment_words(referral.next_at, clock.danish_date(at))}."
