"""What each outcome of a call does to the case: the facts, what is due next, and the state after.

Every function sets fields of a locked referral and answers with the state it moves to, or None
where it stays; `log_call` saves.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from referrals import rules
from referrals.commands.due import make_due, nothing_due
from referrals.commands.talk import Then
from referrals.models import ContactAttempt, Phone, Referral
from referrals.states import ENDINGS, CloseReason, NextStep, Outcome, ReferralState
from roegfri.organisations import lookup
from roegfri.refusal import Refusal

_FURTHEST = dt.timedelta(days=366)
# Those in which somebody talked with her: the deadline is met by a conversation.
TALKS = frozenset({Outcome.REACHED, Outcome.THINKING, Outcome.DECLINED})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants to come next, where she said so; and every row that is the citizen."""

    retry_at: dt.datetime | None
    then: Then
    persons: Sequence[UUID]


def _conversation(referral: Referral, attempt: ContactAttempt) -> None:
    """The deadline is met; whoever talked with her has the case, unless somebody has it already."""
    referral.reached_at = referral.reached_at or attempt.at
    referral.caseworker_id = referral.caseworker_id or attempt.caller_id


def _reached(referral: Referral, attempt: ContactAttempt, wish: Wish) -> str | None:
    _conversation(referral, attempt)
    then = wish.then
    if then.close and then.close not in ENDINGS:
        raise Refusal(_("Vælg en anden grund: der er talt med borgeren."), field="then_close")
    if then.close:
        referral.close_reason = then.close
        nothing_due(referral)
        return ReferralState.CLOSED
    if then.step:
        make_due(
            referral, then.step, time_ahead(then.at, attempt.at, field="then_at"), then.note[:200]
        )
    else:
        nothing_due(referral)
    return ReferralState.REACHED


def _thinking(referral: Referral, attempt: ContactAttempt, _wish: Wish) -> str | None:
    _conversation(referral, attempt)
    assert attempt.call_back_at  # noqa: S101  (log_call fills it in)
    make_due(referral, NextStep.DECIDE, attempt.call_back_at)
    return ReferralState.REACHED


def _declined(referral: Referral, attempt: ContactAttempt, _wish: Wish) -> str | None:
    """A «no» is a conversation: the deadline was met."""
    _conversation(referral, attempt)
    referral.close_reason = CloseReason.DECLINED
    nothing_due(referral)
    return ReferralState.CLOSED


def _no_answer(referral: Referral, attempt: ContactAttempt, wish: Wish) -> str | None:
    """Tried again later. After a conversation what was agreed stays, at another time; where nothing
    was, nothing is."""
    if referral.state == ReferralState.REACHED and not referral.next_step:
        return None
    proposed = rules.proposed_attempts(
        attempt.at,
        contact_by=referral.contact_by,
        closed=lookup.closing_days(referral.handler),
    )
    when = time_ahead(wish.retry_at, attempt.at, field="retry_at") if wish.retry_at else proposed[0]
    if referral.state == ReferralState.REACHED:
        referral.next_at = when
    else:
        make_due(referral, NextStep.RETRY, when)
    return None


def _call_back(referral: Referral, attempt: ContactAttempt, _wish: Wish) -> str | None:
    """Somebody answered, and there was no conversation: the deadline is not met."""
    assert attempt.call_back_at  # noqa: S101  (a constraint of the table)
    make_due(referral, NextStep.CALL_BACK, attempt.call_back_at)
    return None


def _wrong_number(referral: Referral, attempt: ContactAttempt, wish: Wish) -> str | None:
    """Another number is tried at once; without one it waits as it did."""
    if not Phone.objects.filter(citizen__in=wish.persons, wrong_since=None).exists():
        return None
    if referral.state == ReferralState.RECEIVED:
        make_due(referral, NextStep.RETRY, attempt.at)
    elif referral.next_step:
        referral.next_at = attempt.at
    return None


AFTER: dict[str, Callable[[Referral, ContactAttempt, Wish], str | None]] = {
    Outcome.REACHED: _reached,
    Outcome.NO_ANSWER: _no_answer,
    Outcome.VOICEMAIL: _no_answer,
    Outcome.CALL_BACK: _call_back,
    Outcome.THINKING: _thinking,
    Outcome.WRONG_NUMBER: _wrong_number,
    Outcome.DECLINED: _declined,
}


def agreed_time(
    referral: Referral, outcome: str, wanted: dt.datetime | None, at: dt.datetime
) -> dt.datetime | None:
    """When she was promised a call; None for outcomes that promise none. Raises Refusal."""
    if outcome == Outcome.THINKING and wanted is None:
        return rules.think_until(at, closed=lookup.closing_days(referral.handler))
    if outcome not in {Outcome.CALL_BACK, Outcome.THINKING}:
        return None
    return time_ahead(wanted, at, field="call_back_at")


def time_ahead(wanted: dt.datetime | None, at: dt.datetime, *, field: str) -> dt.datetime:
    """A time that can be kept. Raises Refusal, beside its field."""
    if wanted is None:
        raise Refusal(_("Skriv, hvornår der skal ringes igen."), field=field)
    if not at < wanted < at + _FURTHEST:
        raise Refusal(_("Tidspunktet skal ligge ude i fremtiden, højst et år frem."), field=field)
    return wanted


def mark_wrong(persons: Sequence[UUID], number: str, at: dt.datetime) -> str:
    """Marks the number that was dialled, or the one called first, on every row that is her; their
    ids with a space between, or nothing where there is nothing to mark."""
    working = Phone.objects.filter(citizen__in=persons, wrong_since=None)
    if not number:
        # The order of the call screen; the row that counts stands first in `persons`.
        by_order = sorted(working, key=lambda p: (p.rank, persons.index(p.citizen_id)))
        number = next((one.number for one in by_order), "")
    tried = [one.pk for one in working.filter(number=number)]
    Phone.objects.filter(pk__in=tried).update(wrong_since=at)
    return " ".join(map(str, tried))
