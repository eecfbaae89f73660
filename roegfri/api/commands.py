"""One effect for each Idempotency-Key: the answer is kept in the transaction of the effect."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from roegfri import sealed
from roegfri.accounts.models import Token
from roegfri.actor import Actor
from roegfri.api.models import Answer
from roegfri.walls.locks import alone

KEPT = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Said:
    """A status and a body; `replayed` when it had been said before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


class KeyUsed(Exception):
    """The key came before, with another body."""


@transaction.atomic
def answer_once(
    act: Callable[[], Said],
    *,
    token: Token,
    endpoint: str,
    key: str,
    request: bytes,
    by: Actor,
    at: dt.datetime,
) -> Said:
    """What `act` says; or what it said before to the same request under the same key.

    Requests that come at once wait for the first. Raises KeyUsed.
    """
    # The key is the sender's own choice, and may be anything, a CPR number too.
    name = sealed.fingerprint(key, of="idempotency").hex()
    digest = sealed.fingerprint(hashlib.sha256(request).hexdigest(), of="idempotency")
    alone("idempotency", token.pk, endpoint, name)
    known = Answer.objects.filter(
        token=token, endpoint=endpoint, key=name, at__gt=at - KEPT
    ).first()
    if known is None:
        said = act()
        Answer.objects.update_or_create(
            token=token,
            endpoint=endpoint,
            key=name,
            defaults={
                "request_sha256": digest,
                "status": said.status,
                "body": said.body,
                "at": at,
            },
        )
        return said
    if bytes(known.request_sha256) != digest:
        raise KeyUsed
    return Said(known.status, known.body, replayed=True)


@transaction.atomic
def forget_answers(*, by: Actor, at: dt.datetime) -> int:
    """Removes the answers that are too old to be given again; how many there were."""
    count, _each = Answer.objects.filter(at__lte=at - KEPT).delete()
    return count
