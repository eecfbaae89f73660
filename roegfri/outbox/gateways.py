"""The roads out of the house. OUTBOX_GATEWAY names one: a Parcel in, the gateway's receipt out."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

_log = structlog.get_logger("roegfri.outbox")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed message, as a gateway needs it; `message_id` is our reference at the gateway."""

    message_id: UUID
    attempt: int
    kind: str
    recipient: str
    text: str


class GatewayFault(Exception):
    """The gateway did not take the message; it is claimed again when its lease has run out."""


Gateway = Callable[[Parcel], str]


def console(parcel: Parcel) -> str:
    """Sends nothing: one line in the operators' log, without number and text."""
    _log.info(
        "message sent to the console",
        message=str(parcel.message_id),
        kind=parcel.kind,
        attempt=parcel.attempt,
    )
    return f"console:{parcel.message_id}"
