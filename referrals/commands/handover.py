"""A case is given on: to another municipality, or to Stoplinien, which gives back an answer."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.commands.cases import handled
from referrals.commands.due import DUE, make_due, nothing_due
from referrals.commands.people import add_phones, end_access, fill_in, open_access
from referrals.commands.receive import deadline_from, member_agreement
from referrals.models import HandOver, Phone, Referral, Reservation
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
from roegfri.organisations.models import Municipality, Organisation
from roegfri.refusal import Refusal


@transaction.atomic
def hand_over(
    referral: Referral, *, to: Municipality, reason: str, by: Actor, at: dt.datetime
) -> HandOver:
    """Gives an open case to another municipality, whose clock starts now.

    The old deadline is kept on the hand-over, and the referral is counted where it was first
    received. The giver sees the case until the end of the day. Raises Refusal when the case is
    closed, is theirs already, or that municipality takes no referrals.
    """
    referral = handled(referral, by)
    if referral.state == ReferralState.CLOSED:
        raise Refusal(_("Sagen er afsluttet. Genåbn den, før den gives videre."))
    if to.pk == referral.handler_id:
        raise Refusal(_("Sagen er allerede hos %(name)s.") % {"name": to.name}, field="to")
    today = clock.danish_date(at)
    agreement = member_agreement(to, today)
    given = _given(referral, to, reason, by=by, at=at)
    _complete(referral, by)
    giver = referral.handler_id
    open_access(referral.citizen_id, to.pk, Ground.HANDLING, referral.pk, today)
    Reservation.objects.filter(referral=referral).delete()
    referral.handler, referral.agreement, referral.caseworker = to, agreement, None
    referral.contact_by = deadline_from(today, agreement, to)
    make_due(referral, NextStep.CALL, clock.end_of_day(referral.contact_by), reason[:200])
    facts = ["handler", "agreement", "caseworker", "contact_by", *DUE]
    if referral.state == ReferralState.RECEIVED:
        referral.save(update_fields=facts)
    else:
        lifecycle.move(referral, MOVES, to=ReferralState.RECEIVED, at=at, facts=facts)
    end_access(referral.pk, giver, Ground.HANDLING, today)
    record("referral.handed_over", referral, by=by, at=at, persons=[referral.citizen_id])
    return given


@transaction.atomic
def hand_to_quitline(
    referral: Referral, *, agreed: bool, note: str, by: Actor, at: dt.datetime
) -> HandOver:
    """Gives the citizen's name and numbers to Stoplinien, which calls her; the case is closed.

    Raises Refusal when she has not been asked and said yes, nobody has talked with her yet, or
    Stoplinien is not known here.
    """
    referral = handled(referral, by)
    if not agreed:
        raise Refusal(
            _("Borgeren skal have sagt ja til, at Stoplinien ringer. Spørg først."), field="agreed"
        )
    if referral.state != ReferralState.REACHED:
        raise Refusal(_("Log først samtalen, hvor borgeren sagde ja."))
    quitline = lookup.quitline()
    if quitline is None:
        raise Refusal(_("Stoplinien er ikke oprettet. Bed administratoren om at gøre det."))
    given = _given(referral, quitline, note, by=by, at=at)
    _complete(referral, by)
    today = clock.danish_date(at)
    open_access(referral.citizen_id, quitline.pk, Ground.QUITLINE, referral.pk, today)
    nothing_due(referral)
    referral.close_reason = CloseReason.QUITLINE
    facts = ["close_reason", *DUE]
    lifecycle.move(referral, MOVES, to=ReferralState.CLOSED, at=at, facts=facts)
    Reservation.objects.filter(referral=referral).delete()
    record("referral.given_to_quitline", referral, by=by, at=at, persons=[referral.citizen_id])
    return given


@transaction.atomic
def end_hand_over(
    given: HandOver, *, result: HandOverResult, note: str, by: Actor, at: dt.datetime
) -> None:
    """Stoplinien is done with somebody: the municipality sees what came of it, Stoplinien no more.

    The access ends with the day, so that a slip can be seen. Raises Refusal when it is done.
    """
    given = policies.hand_overs_to(by).select_for_update(of=("self",)).get(pk=given.pk)
    if given.ended_at:
        raise Refusal(_("Opgaven er allerede afsluttet."))
    given.ended_at, given.ended_by_id = at, by.person
    given.result, given.note = result, note[:300]
    given.save(update_fields=["ended_at", "ended_by", "result", "note"])
    end_access(given.referral_id, given.receiver_id, Ground.QUITLINE, clock.danish_date(at))
    record("hand_over.ended", given, by=by, at=at, persons=[given.citizen_id])


# What a receiver needs to call somebody; the address and the GP come with the conversation.
_NEEDED = (
    "given_names",
    "surname",
    "birth_date",
    "sex",
    "language",
    "guardian_name",
    "guardian_phone",
)


def _complete(referral: Referral, by: Actor) -> None:
    """Whoever takes the case over sees its own row of a merged citizen and no other: so what is
    known of her in the row that counts is written into it, where it is empty."""
    citizen = referral.citizen
    whole = queries.kept(by, citizen)
    if whole.pk == citizen.pk:
        return
    fill_in(citizen, {name: getattr(whole, name) for name in _NEEDED})
    working = Phone.objects.filter(citizen=whole, wrong_since=None).order_by("rank")
    add_phones(citizen, list(working.values_list("number", "note")))


def _given(
    referral: Referral, receiver: Organisation, reason: str, *, by: Actor, at: dt.datetime
) -> HandOver:
    return HandOver.objects.create(
        referral=referral,
        citizen_id=referral.citizen_id,
        giver_id=referral.handler_id,
        receiver=receiver,
        at=at,
        by_id=by.person,
        reason=reason[:300],
        contact_by_before=referral.contact_by,
        sender_ean=referral.sender_ean,
        episode=referral.episode,
    )
