"""What could not be taken in is dealt with by a person, who says how; and taken up again."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.models import IncomingMessage
from referrals.states import InboxState
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal


@transaction.atomic
def set_aside(message: IncomingMessage, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Notes what was done about a message; it leaves the queue. Raises Refusal when it has."""
    message = waiting_message(message, by)
    put_away(message, note=note, by=by, at=at)
    record("message.set_aside", message, by=by, at=at)


@transaction.atomic
def take_up_again(message: IncomingMessage, *, by: Actor, at: dt.datetime) -> None:
    """Puts a message back in the queue.

    Raises Refusal when it stands there, and when it is out of our hands: taken in, given on to
    another municipality, or the sender was told that it was not.
    """
    message = _locked(message, by)
    if message.handled_at is None:
        raise Refusal(_("Beskeden venter allerede. Genindlæs siden."))
    if not queries.may_take_up(by, message):
        raise Refusal(
            _("Beskeden er givet videre, læst ind eller afvist og kan ikke lægges tilbage.")
        )
    message.handled_at, message.handled_by, message.handled_note = None, None, ""
    message.save(update_fields=["handled_at", "handled_by", "handled_note"])
    record("message.taken_up", message, by=by, at=at)


def waiting_message(message: IncomingMessage, by: Actor) -> IncomingMessage:
    """The row as it is now, locked. Part of the commands that deal with one that waits.

    Raises Refusal when it waits no more.
    """
    message = _locked(message, by)
    if message.state == InboxState.ACCEPTED:
        raise Refusal(_("Beskeden er læst ind i mellemtiden. Genindlæs siden."))
    if message.handled_at:
        raise Refusal(_("En kollega har allerede behandlet beskeden. Genindlæs siden."))
    return message


def put_away(
    message: IncomingMessage,
    *,
    note: str,
    by: Actor,
    at: dt.datetime,
    forwarded_to: Organisation | None = None,
    referral: UUID | None = None,
) -> None:
    """Takes a locked message out of the queue: what was done, and where it is now. Part of the
    commands that deal with one."""
    message.handled_at, message.handled_by_id, message.handled_note = at, by.person, note[:300]
    message.forwarded_to, message.referral_id = forwarded_to, referral
    message.save(
        update_fields=["handled_at", "handled_by", "handled_note", "forwarded_to", "referral"]
    )


def _locked(message: IncomingMessage, by: Actor) -> IncomingMessage:
    visible = policies.messages_visible_to(by)
    return visible.select_for_update(of=("self",)).get(pk=message.pk)
