"""Asked in the transaction of the claim: is the message still due, and with which text?

OUTBOX_GUARDS maps each kind of message to a guard. A guard locks what the message is about, and
answers the text to send, or None when there is nothing left to say. A kind without a guard cannot
be queued: so nothing is ever sent that nobody would have stopped.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from roegfri.outbox.models import Message

Guard = Callable[[Message], str | None]


class UnknownKind(LookupError):
    """OUTBOX_GUARDS does not name the kind: a fault in the code or the settings."""


def guard_of(kind: str) -> Guard:
    """The guard of a kind. Raises UnknownKind."""
    path = settings.OUTBOX_GUARDS.get(kind)
    if path is None:
        raise UnknownKind(kind)
    guard: Guard = import_string(path)
    return guard


def always(message: Message) -> str | None:
    """For what stays true whatever happens afterwards: sent as it was written."""
    return message.body
