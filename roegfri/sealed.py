"""Personal data at rest: sealed with AES-256-GCM, found again by a keyed fingerprint.

A sealed value is bound to its column and row (the additional data), so that a ciphertext copied to
another row does not open. FIELD_KEYS holds "id:base64" entries: the first seals, all of them open,
which is how a key is changed. INDEX_KEY is for fingerprints alone.
"""

import base64
import hashlib
import hmac
import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_KEY = 32


class Unsealable(Exception):
    """The value was tampered with, belongs to another row, or its key is gone."""


@cache
def _keys() -> dict[str, AESGCM]:
    keys = {}
    for entry in settings.FIELD_KEYS:
        name, _, encoded = entry.partition(":")
        raw = base64.b64decode(encoded, validate=True)
        if not name or len(raw) != _KEY:
            msg = "FIELD_KEYS: each entry is an id, a colon and 32 bytes in base64"
            raise ValueError(msg)
        keys[name] = AESGCM(raw)
    return keys


def seal(text: str, *, place: str, row: UUID | str) -> bytes:
    """Ciphertext of `text` for one column ("table.column") of one row."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    sealed = key.encrypt(nonce, text.encode(), f"{place}:{row}".encode())
    return name.encode() + b":" + nonce + sealed


def unseal(sealed: bytes | memoryview, *, place: str, row: UUID | str) -> str:
    """The text again. Raises Unsealable."""
    name, _, rest = bytes(sealed).partition(b":")
    key = _keys().get(name.decode(errors="replace"))
    if key is None:
        msg = f"no key named {name!r}"
        raise Unsealable(msg)
    try:
        return key.decrypt(rest[:_NONCE], rest[_NONCE:], f"{place}:{row}".encode()).decode()
    except Exception as fault:
        raise Unsealable(place) from fault


def fingerprint(text: str, *, of: str) -> bytes:
    """HMAC-SHA256 of a normalised value, by which an exact match is found; `of` says of what."""
    return hmac.new(settings.INDEX_KEY.encode(), f"{of}:{text}".encode(), hashlib.sha256).digest()
