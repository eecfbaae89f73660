"""What could not be taken in is dealt with by a person, who says how; and taken up again."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies
from referrals.models import IncomingMessage
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def set_aside(message: IncomingMessage, *, note: str, by: Actor, at: dt.datetime) -> None:
    """Notes what was done about a message; it leaves the queue. Raises Refusal when it has."""
    message = _locked(message, by)
    if message.handled_at:
        raise Refusal(_("En kollega har allerede behandlet beskeden. Genindlæs siden."))
    _save(message, at, by, note)
    record("message.set_aside", message, by=by, at=at)


@transaction.atomic
def take_up_again(message: IncomingMessage, *, by: Actor, at: dt.datetime) -> None:
    """Puts a message back in the queue. Raises Refusal when it stands there."""
    message = _locked(message, by)
    if message.handled_at is None:
        raise Refusal(_("Beskeden venter allerede. Genindlæs siden."))
    _save(message, None, None, "")
    record("message.taken_up", message, by=by, at=at)


def _locked(message: IncomingMessage, by: Actor) -> IncomingMessage:
    visible = policies.messages_visible_to(by).defer("body")
    return visible.select_for_update().get(pk=message.pk)


def _save(message: IncomingMessage, at: dt.datetime | None, by: Actor | None, note: str) -> None:
    message.handled_at, message.handled_note = at, note
    message.handled_by_id = by.person if by else None
    message.save(update_fields=["handled_at", "handled_by", "handled_note"])
