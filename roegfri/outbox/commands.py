"""Queueing, claiming and settling messages; speaking with the gateway is delivery.py's part."""

import datetime as dt
from uuid import UUID

import structlog
from django.db import transaction

from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.outbox.gateways import Parcel
from roegfri.outbox.guards import guard_of
from roegfri.outbox.models import Message
from roegfri.outbox.states import MOVES, MessageState

_log = structlog.get_logger("roegfri.outbox")

# How long a sender has a claimed message for itself.
LEASE = dt.timedelta(minutes=5)
LIMIT = 100


@transaction.atomic
def queue(
    kind: str,
    key: str,
    *,
    recipient: str,
    body: str,
    organisation_id: UUID,
    send_after: dt.datetime,
    expires_at: dt.datetime,
    by: Actor,
    at: dt.datetime,
) -> Message:
    """Writes a message to be sent, in the transaction of what it tells of; twice is once.

    `recipient` is a phone in E.164; (kind, key) says what it is about and which revision of it. The
    message that was queued first is returned. Raises UnknownKind.
    """
    guard_of(kind)
    message, new = Message.objects.get_or_create(
        kind=kind,
        dedupe_key=key,
        defaults={
            "organisation_id": organisation_id,
            "recipient": recipient,
            "body": body,
            "state_since": at,
            "send_after": send_after,
            "expires_at": expires_at,
            "created_at": at,
        },
    )
    if new:
        record("message.queued", message, by=by, at=at)
    return message


@transaction.atomic
def claim_due(*, by: Actor, at: dt.datetime, limit: int = LIMIT) -> list[Parcel]:
    """Takes due messages for this sender alone; others skip them while it works.

    Each is judged by its guard in this transaction: what is no longer due is dropped, what comes
    too late expires, and the rest is ours until the lease runs out.
    """
    due = (
        Message.objects.due(at)
        .select_for_update(skip_locked=True)
        .order_by("send_after", "id")[:limit]
    )
    return [parcel for message in due if (parcel := _claimed(message, by=by, at=at))]


@transaction.atomic
def settle(message_id: UUID, attempt: int, receipt: str, *, by: Actor, at: dt.datetime) -> bool:
    """Notes that the gateway has it. False when the lease was lost to another meanwhile."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state != MessageState.CLAIMED or message.attempt != attempt:
        return False
    message.gateway_ref = receipt
    lifecycle.move(message, MOVES, to=MessageState.SENT, at=at, facts=["gateway_ref"])
    record("message.sent", message, by=by, at=at)
    return True


def _claimed(message: Message, *, by: Actor, at: dt.datetime) -> Parcel | None:
    if message.expires_at <= at:
        _end(message, MessageState.EXPIRED, by=by, at=at)
        return None
    try:
        with transaction.atomic():
            text = guard_of(message.kind)(message)
    except Exception:  # noqa: BLE001  (logged with its frames)
        # One guard's fault must not hold back the other messages; this one waits, until it expires.
        _log.exception("guard failed", message=str(message.pk), kind=message.kind)
        return None
    if text is None:
        _end(message, MessageState.DROPPED, by=by, at=at)
        return None
    message.body, message.attempt, message.lease_until = text, message.attempt + 1, at + LEASE
    facts = ["body", "attempt", "lease_until"]
    lifecycle.move(message, MOVES, to=MessageState.CLAIMED, at=at, facts=facts)
    return Parcel(message.pk, message.attempt, message.kind, message.recipient, text)


def _end(message: Message, state: MessageState, *, by: Actor, at: dt.datetime) -> None:
    lifecycle.move(message, MOVES, to=state, at=at)
    record(f"message.{state}", message, by=by, at=at)
