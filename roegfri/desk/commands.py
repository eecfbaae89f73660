"""Changes that belong to no app below, or to several of them at once."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.cases import follow_merge, tasks_follow
from courses.commands.enrol import WhenFull, enrol
from courses.commands.leaving import withdraw
from courses.models import Course, Enrolment
from courses.queries.enrolled import enrolled_by_call, live_of_case
from courses.states import WithdrawReason
from referrals.commands.cases import handled
from referrals.commands.closing import close_referral
from referrals.commands.contact import log_call
from referrals.commands.due import DUE, nothing_due
from referrals.commands.handover import hand_over, hand_to_quitline
from referrals.commands.merge import merge_citizens, unmerge_citizens
from referrals.commands.undo import undo_call
from referrals.models import ContactAttempt, HandOver, Merge, Referral
from referrals.states import CloseReason, NextStep, ReferralState
from roegfri.actor import Actor
from roegfri.desk.models import Heartbeat
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal

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


@transaction.atomic
def close_case(
    referral: Referral, *, reason: CloseReason, stays: bool = False, by: Actor, at: dt.datetime
) -> None:
    """Ends a case. Raises Refusal when the citizen is on a course or waits for one and it is not
    said that she stays there; and what close_referral raises."""
    _asked_about(referral, by, stays=stays)
    close_referral(referral, reason=reason, by=by, at=at)


@transaction.atomic
def case_to_quitline(
    referral: Referral,
    *,
    agreed: bool,
    note: str,
    stays: bool = False,
    by: Actor,
    at: dt.datetime,
) -> HandOver:
    """Gives a citizen to Stoplinien, and asks as close_case does: her case ends here."""
    _asked_about(referral, by, stays=stays)
    return hand_to_quitline(referral, agreed=agreed, note=note, by=by, at=at)


def _asked_about(referral: Referral, by: Actor, *, stays: bool) -> None:
    """Nobody is enrolled meanwhile: the case is locked."""
    on = live_of_case(by, handled(referral, by).pk)
    if on and not stays:
        raise Refusal(
            _(
                "Borgeren er tilmeldt eller venter på: %(courses)s. Frameld først, eller vælg"
                " «Afslut alligevel» under «Afslut sagen»."
            )
            % {"courses": ", ".join(one.course.name for one in on)},
            field="stays",
        )


@transaction.atomic
def give_case_on(
    referral: Referral, *, to: Municipality, reason: str, by: Actor, at: dt.datetime
) -> HandOver:
    """Gives a case to another municipality, with what the citizen was to be told about her courses;
    she stays on them. Raises what hand_over raises."""
    given = hand_over(referral, to=to, reason=reason, by=by, at=at)
    tasks_follow(given, by=by, at=at)
    return given


@transaction.atomic
def merge_persons(kept: UUID, merged: UUID, *, by: Actor, at: dt.datetime) -> Merge:
    """Two rows are one person, also where she takes part in a course. Raises what merge_citizens
    raises."""
    merge = merge_citizens(kept, merged, by=by, at=at)
    follow_merge(merged)
    return merge


@transaction.atomic
def unmerge_persons(merge: Merge, *, by: Actor, at: dt.datetime) -> None:
    """They are two again, there too. Raises what unmerge_citizens raises."""
    unmerge_citizens(merge, by=by, at=at)
    follow_merge(merge.merged_id)
