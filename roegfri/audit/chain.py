"""How an event becomes a link: the bytes that its hash covers.

Pure: no Django, no clock. The sealer and the verifier both call it, and nothing else may.
"""

import datetime as dt
import hashlib
import json
from dataclasses import astuple, dataclass
from uuid import UUID

FIRST = bytes(32)  # what the first link points back to


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an event says. Its values before and after are there by their digest alone,
    so that the chain holds when they are erased."""

    seq: int
    at: dt.datetime
    xid: str
    actor: str
    user_id: UUID | None
    grant_id: UUID | None
    role: str
    organisation_id: UUID | None
    act: str
    subject: str
    columns: list[str]
    reason: str
    request_id: str
    values_digest: bytes | None
    persons: list[UUID]


def link(prev_hash: bytes, content: Content) -> bytes:
    """sha256 over the previous hash and the content as canonical JSON."""
    text = json.dumps(astuple(content), default=_plain, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(prev_hash + text.encode()).digest()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
