"""A referral comes in: the citizen, her number, the clock, and who may see it."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import rules
from referrals.commands.details import Details
from referrals.commands.due import make_due
from referrals.commands.identity import BY_NUMBER, Decided, same_citizen, write_down
from referrals.commands.people import open_access
from referrals.models import Referral
from referrals.states import Ground, NextStep
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone, said, whose


@transaction.atomic
def receive_referral(
    details: Details,
    *,
    handler: Municipality,
    by: Actor,
    at: dt.datetime,
    once: uuid.UUID | None = None,
    caseworker: User | None = None,
    decided: Decided = BY_NUMBER,
) -> Referral:
    """Takes a referral in for a municipality and starts its clock.

    `once` is the form's own number: the same form sent twice gives the same referral. A known CPR
    number is the same citizen; of others who may be her a person has `decided`. Raises Refusal when
    the municipality takes no referrals on that day, the time of receipt is ahead, or nobody has
    decided yet; AlreadySent when the form came before and said something else.
    """
    said_now = said(details=details, handler=handler, caseworker=caseworker, decided=decided)
    if once:
        once = whose(once, by, handler.pk)
        if known := _sent_before(once, said_now):
            return known
    if details.received_at > at:
        raise Refusal(_("Modtaget kan ikke ligge ude i fremtiden."), field="received_at")
    received_on = clock.danish_date(details.received_at)
    agreement = member_agreement(handler, received_on)
    deadline = deadline_from(received_on, agreement, handler)
    citizen = same_citizen(details, decided, by)
    of_whom = citizen.pk if citizen else uuid.uuid4()
    referral = new_referral(
        details, citizen=of_whom, handler=handler.pk, agreement=agreement.pk, deadline=deadline
    )
    referral.caseworker = caseworker
    referral.once, referral.request_sha256 = once or referral.once, said_now
    open_access(referral.citizen_id, handler.pk, Ground.HANDLING, referral.pk, received_on)
    write_down(details, referral, citizen, at)
    referral.save(force_insert=True)
    record("referral.received", referral, by=by, at=at, persons=[referral.citizen_id])
    return referral


def _sent_before(once: uuid.UUID, said_now: bytes) -> Referral | None:
    """The referral that the form made before. Raises AlreadySent if it said something else."""
    alone("referral", once)
    known = Referral.objects.filter(once=once).first()
    if known and bytes(known.request_sha256 or b"") != said_now:
        raise AlreadySent(
            _(
                "Henvisningen er allerede oprettet, men med andre oplysninger end dem her. Ret den"
                " på opkaldslisten. Skal der oprettes én til, så åbn en ny formular."
            )
        )
    return known


def new_referral(
    details: Details,
    *,
    citizen: uuid.UUID,
    handler: uuid.UUID,
    agreement: uuid.UUID | None,
    deadline: dt.date,
) -> Referral:
    """The row of a referral whose clock starts, laid by the caller."""
    referral = Referral(
        citizen_id=citizen,
        handler_id=handler,
        received_by_id=handler,
        agreement_id=agreement,
        source=details.source,
        channel=details.channel,
        sender_id=details.sender.pk if details.sender else None,
        sender_name=details.sender_name,
        text=details.text,
        why=details.why,
        guardian_consent=details.guardian_consent,
        received_at=details.received_at,
        sent_at=details.sent_at,
        contact_by=deadline,
        state_since=details.received_at,
        sender_ean=details.sender_ean,
        episode=details.episode,
    )
    make_due(referral, NextStep.CALL, clock.end_of_day(deadline))
    return referral


def deadline_from(day: dt.date, agreement: Agreement, handler: Municipality) -> dt.date:
    """The last day of a clock that starts on that day (rules.contact_deadline)."""
    return rules.contact_deadline(
        day,
        terms=lookup.terms(agreement, day).contact,
        closed=lookup.closing_days(handler),
    )


def member_agreement(municipality: Municipality, on: dt.date) -> Agreement:
    """The agreement under which it takes referrals on that day. Raises Refusal without one."""
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    if agreement is None:
        raise Refusal(
            _("%(name)s er ikke med i en aftale om rygestop den %(day)s og kan ikke modtage.")
            % {"name": municipality.name, "day": f"{on:%d.%m.%Y}"}
        )
    return agreement
