"""The door for other systems: bytes in, a referral or a place in the inbox out."""

import datetime as dt
from collections.abc import Sequence

from referrals.commands.deliveries import AT_ONCE, take_deliveries
from referrals.commands.inbox import Answer, Delivery
from referrals.states import Way
from roegfri.actor import Actor
from roegfri.organisations.models import Organisation


def take_file(
    body: bytes,
    filename: str,
    *,
    inbox: Organisation,
    received_at: dt.datetime,
    way: Way = Way.UPLOAD,
    by: Actor,
    at: dt.datetime,
) -> Answer:
    """Takes a MedCom file in, whatever is in it; `received_at` is when the municipality got it."""
    delivery = Delivery(body, filename, received_at, way)
    return take_deliveries([delivery], inbox=inbox, by=by, at=at)[0]


def take_files(
    deliveries: Sequence[Delivery], *, inbox: Organisation, by: Actor, at: dt.datetime
) -> list[Answer]:
    """Takes many in; an answer for each, in their order. Each set of AT_ONCE is a transaction."""
    sets = [deliveries[nr : nr + AT_ONCE] for nr in range(0, len(deliveries), AT_ONCE)]
    return [answer for some in sets for answer in take_deliveries(some, inbox=inbox, by=by, at=at)]
