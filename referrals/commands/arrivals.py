"""One line for everything that comes in, by whatever door: what «Indgange» counts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from referrals.models import Arrival
from referrals.states import Taken, Way
from roegfri.organisations.models import Organisation
from roegfri.walls.inserts import insert


@dataclass(frozen=True, slots=True)
class Came:
    """Something that came in, and what became of it. Nothing in it is about the citizen.

    `sender` where it is known here, `sender_name` as it was written; `reason` why it was refused.
    """

    way: Way
    result: Taken
    at: dt.datetime
    sender: Organisation | None = None
    sender_name: str = ""
    reason: str = ""


def note_arrivals(organisation_id: UUID, arrivals: Iterable[Came]) -> None:
    """Notes what came to a municipality; one statement, in the transaction of the thing itself.

    A part of a command: runs in the scope of that municipality (actor.receiving), or its own
    people's.
    """
    rows = [
        Arrival(
            organisation_id=organisation_id,
            at=came.at,
            way=came.way,
            result=came.result,
            sender_id=came.sender.pk if came.sender else None,
            sender_name=came.sender_name[:160],
            reason=came.reason[:300],
        )
        for came in arrivals
    ]
    insert(rows)
