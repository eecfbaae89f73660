"""Asks whether another organisation knows somebody: a yes or no, written down and limited."""

import datetime as dt
from enum import StrEnum

from django.db import transaction

from referrals import queries
from roegfri.accounts import limits
from roegfri.actor import Actor
from roegfri.audit.commands import record

LIMIT = 100
WINDOW = dt.timedelta(hours=1)


class Answer(StrEnum):
    """What may be said; `RESTING` when a person has asked too often for this hour."""

    YES = "yes"
    NO = "no"
    RESTING = "resting"


@transaction.atomic
def ask_elsewhere(who: queries.Who, *, by: Actor, at: dt.datetime) -> Answer | None:
    """Whether another organisation knows her by two of CPR, phone, name and birth date.

    None when fewer than two are known: then nothing is asked. The log holds which fields were
    used and the answer, never what stood in them; nobody can fish for people faster than LIMIT an
    hour.
    """
    facts = who.facts()
    if len(facts) < 2:
        return None
    if not limits.take(f"known elsewhere:{by.label}", limit=LIMIT, window=WINDOW, at=at):
        record("citizen.asked_elsewhere", "resting", by=by, at=at, columns=facts)
        return Answer.RESTING
    answer = Answer.YES if queries.known_elsewhere(by, who) else Answer.NO
    record("citizen.asked_elsewhere", str(answer), by=by, at=at, columns=facts)
    return answer
