"""The door for other systems: bytes in, a referral or a place in the inbox out."""

import datetime as dt

from referrals.commands.inbox import Delivery, Receipt, keep_message, take_message
from referrals.states import InboxState
from roegfri import medcom
from roegfri.actor import Actor
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal


def take_file(
    body: bytes,
    filename: str,
    *,
    inbox: Organisation,
    received_at: dt.datetime,
    by: Actor,
    at: dt.datetime,
) -> Receipt:
    """Takes a MedCom file in, whatever is in it; `received_at` is when the municipality got it."""
    delivery = Delivery(body=body, filename=filename, received_at=received_at)
    try:
        message = medcom.parse(body)
    except medcom.NotOurs as fault:
        state, reason = InboxState.NOT_OURS, fault.reason
    except medcom.Unreadable as fault:
        state, reason = InboxState.UNREADABLE, fault.reason
    else:
        try:
            return take_message(message, delivery, inbox=inbox, by=by, at=at)
        except Refusal as refusal:
            # A command's «no» (a term that nobody has added) keeps the message, with its words.
            state, reason = InboxState.MISADDRESSED, str(refusal)
    return keep_message(delivery, inbox=inbox, state=state, reason=reason, by=by, at=at)
