"""A referral that a counsellor writes down herself: from a mail, a call, a person at the desk."""

import datetime as dt
import uuid

from django.db import transaction

from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.details import Details
from referrals.commands.identity import BY_NUMBER, Decided
from referrals.commands.receive import receive_referral
from referrals.models import Referral
from referrals.states import Source, Taken, Way
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality
from roegfri.walls.locks import alone, whose

# Who writes from one of these is at work; anybody else may be her daughter, whom no count names.
AT_WORK = frozenset({Source.HOSPITAL, Source.PRACTICE, Source.PHARMACY, Source.MUNICIPALITY})


@transaction.atomic
def type_in_referral(
    details: Details,
    *,
    handler: Municipality,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
    caseworker: User | None = None,
    decided: Decided = BY_NUMBER,
) -> Referral:
    """Takes it in as every referral is (receive_referral, with its refusals), and counts it.

    The same form sent twice is one referral, and came in once.
    """
    mark = whose(once, by, handler.pk)
    alone("referral", mark)
    known = Referral.objects.filter(once=mark).exists()
    referral = receive_referral(
        details,
        handler=handler,
        by=by,
        at=at,
        once=once,
        caseworker=caseworker,
        decided=decided,
    )
    if not known:
        name = details.sender_name if details.source in AT_WORK else ""
        note_arrivals(handler.pk, [Came(Way.TYPED, Taken.CREATED, at, details.sender, name)])
    return referral
