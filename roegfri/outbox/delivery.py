"""From the table to the gateway: claim and commit, send, settle, outside any transaction."""

import datetime as dt

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from roegfri.actor import Actor
from roegfri.outbox import commands
from roegfri.outbox.gateways import Gateway, GatewayFault, Parcel

_log = structlog.get_logger("roegfri.outbox")


def send_due(*, by: Actor, at: dt.datetime, limit: int = commands.LIMIT) -> int:
    """Sends at most `limit` messages that are due; how many the gateway took."""
    gateway: Gateway = import_string(settings.OUTBOX_GATEWAY)
    parcels = commands.claim_due(by=by, at=at, limit=limit)
    return sum(_sent(parcel, gateway, by=by, at=at) for parcel in parcels)


def _sent(parcel: Parcel, gateway: Gateway, *, by: Actor, at: dt.datetime) -> bool:
    told = {"message": str(parcel.message_id), "kind": parcel.kind, "attempt": parcel.attempt}
    try:
        receipt = gateway(parcel)
    except GatewayFault:
        _log.exception("the gateway did not take a message", **told)
        return False
    settled = commands.settle(parcel.message_id, parcel.attempt, receipt, by=by, at=at)
    if not settled:
        _log.error("sent after its lease had run out", **told)
    return settled
