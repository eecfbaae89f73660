"""The end of a case, and its beginning again."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import rules
from referrals.commands.cases import handled
from referrals.commands.due import DUE, make_due, nothing_due
from referrals.commands.people import end_access
from referrals.models import ContactAttempt, HandOver, Referral, Reservation
from referrals.states import (
    MOVES,
    CloseReason,
    Ground,
    HandOverResult,
    NextStep,
    ReferralState,
)
from roegfri import clock, lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.refusal import Refusal


@transaction.atomic
def close_referral(referral: Referral, *, reason: CloseReason, by: Actor, at: dt.datetime) -> None:
    """Ends a referral.

    Raises IllegalMove (a Refusal) when it has ended already, and Refusal for «ikke truffet» before
    the agreed number of attempts, or when somebody has talked with the citizen.
    """
    referral = handled(referral, by)
    if reason == CloseReason.NOT_REACHED:
        _check_attempts(referral)
    referral.close_reason = reason
    nothing_due(referral)
    lifecycle.move(referral, MOVES, to=ReferralState.CLOSED, at=at, facts=["close_reason", *DUE])
    Reservation.objects.filter(referral=referral).delete()
    record("referral.closed", referral, by=by, at=at, persons=[referral.citizen_id])


@transaction.atomic
def reopen_referral(referral: Referral, *, why: str, by: Actor, at: dt.datetime) -> None:
    """Opens a closed case again, where it stood: to be called now. The deadline stays as it was.

    What Stoplinien was given is taken back. Raises IllegalMove (a Refusal) when it is not closed.
    """
    referral = handled(referral, by)
    if referral.state != ReferralState.CLOSED:
        raise Refusal(_("Sagen er åben. Genindlæs siden."))
    _take_back(referral, by=by, at=at)
    referral.close_reason = ""
    reached = referral.reached_at is not None
    step = NextStep.CALL_BACK if reached else NextStep.RETRY
    make_due(referral, step, at, _("Genåbnet: %(why)s") % {"why": why[:180]})
    to = ReferralState.REACHED if reached else ReferralState.RECEIVED
    lifecycle.move(referral, MOVES, to=to, at=at, facts=["close_reason", *DUE])
    record(
        "referral.reopened", referral, by=by, at=at, persons=[referral.citizen_id], reason=why[:200]
    )


def _check_attempts(referral: Referral) -> None:
    if referral.reached_at:
        raise Refusal(
            _("Der er talt med borgeren. Vælg en anden grund end «Ikke truffet»."), field="reason"
        )
    received_on = clock.danish_date(referral.received_at)
    needed = lookup.terms(referral.agreement, received_on).contact.attempts_before_not_reached
    live = ContactAttempt.objects.filter(referral=referral, undone_at=None)
    days = [clock.danish_date(at) for at in live.values_list("at", flat=True)]
    missing = rules.attempts_missing(days, needed=needed)
    if missing:
        raise Refusal(
            _(
                "«Ikke truffet» kan vælges efter %(needed)s forsøg på hver sin dag. "
                "Der mangler %(missing)s."
            )
            % {"needed": needed, "missing": missing},
            field="reason",
        )


def _take_back(referral: Referral, *, by: Actor, at: dt.datetime) -> None:
    """Ends what Stoplinien has of the case; it sees the person until the end of the day."""
    given = HandOver.objects.select_for_update().filter(
        referral=referral, ended_at=None, giver_id=referral.handler_id
    )
    quitline = lookup.quitline()
    for one in given.filter(receiver=quitline) if quitline else ():
        one.ended_at, one.ended_by_id, one.result = at, by.person, HandOverResult.WITHDRAWN
        one.save(update_fields=["ended_at", "ended_by", "result"])
        end_access(referral.pk, one.receiver_id, Ground.QUITLINE, clock.danish_date(at))
