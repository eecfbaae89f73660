"""Changes that belong to no app below, or to several of them at once."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from courses.commands.enrol import WhenFull, enrol
from courses.commands.leaving import withdraw
from courses.models import Course, Enrolment
from courses.queries.enrolled import enrolled_by_call
from courses.states import WithdrawReason
from referrals.commands.cases import handled
from referrals.commands.contact import log_call
from referrals.commands.due import DUE, nothing_due
from referrals.commands.undo import undo_call
from referrals.models import ContactAttempt, Referral
from referrals.states import NextStep, ReferralState
from roegfri.actor import Actor
from roegfri.desk.models import Heartbeat

# What is settled when she is enrolled: whether she wants to, and that she is called about it.
_SETTLED = {NextStep.DECIDE, NextStep.CALL_BACK}


@transaction.atomic
def beat(*, by: Actor, at: dt.datetime) -> None:
    """Notes that the worker is alive."""
    Heartbeat.objects.update_or_create(name=by.name, defaults={"at": at})


@transaction.atomic
def enrol_from_call(
    course: Course,
    referral: Referral,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    once: UUID,
    by: Actor,
    at: dt.datetime,
    **call: Any,
) -> ContactAttempt:
    """Saves a conversation and enrols the citizen it was with: both, or neither.

    `call` is what else log_call takes; nothing is due afterwards but what was agreed in it. Sent
    twice it is one call and one enrolment. Raises what log_call and enrol raise.
    """
    attempt = log_call(referral, once=once, by=by, at=at, **call)
    enrol(course, referral, when_full=when_full, once=once, by=by, at=at)
    return attempt


@transaction.atomic
def enrol_case(
    course: Course,
    referral: Referral,
    *,
    when_full: WhenFull = WhenFull.REFUSE,
    once: UUID,
    by: Actor,
    at: dt.datetime,
) -> Enrolment:
    """Enrols somebody who has been talked with before; nobody waits for her decision any more.

    A clarifying talk that was agreed stays. Raises what enrol raises.
    """
    made = enrol(course, referral, when_full=when_full, once=once, by=by, at=at)
    case = handled(referral, by)
    if case.state == ReferralState.REACHED and case.next_step in _SETTLED:
        nothing_due(case)
        case.save(update_fields=DUE)
    return made


@transaction.atomic
def take_back_call(attempt: ContactAttempt, *, by: Actor, at: dt.datetime) -> None:
    """Takes back a call, and the enrolment that was made with it. Raises what undo_call raises."""
    undo_call(attempt, by=by, at=at)
    made = enrolled_by_call(by, attempt.referral_id, caller=attempt.caller_id, at=attempt.at)
    for one in made:
        withdraw(one, reason=WithdrawReason.MISTAKE, by=by, at=at)
