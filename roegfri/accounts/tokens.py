"""Another system's key to the API: how it looks, whether it holds, and who acts by it.

A key reads `rgf_<8 readable characters>_<43 random ones>`. The 256 random bits can be guessed by
nobody, so the whole is kept as its sha256 and found by it: a slow hash would only cost time. Keys
are made and closed in commands/tokens.py.
"""

import datetime as dt
import hashlib
import re
import secrets
import string
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from roegfri.accounts.models import Token, TokenPurpose
from roegfri.accounts.roles import Right
from roegfri.actor import INTAKE, SENDER, Actor, Kind
from roegfri.organisations.kinds import Kind as OrganisationKind

# How often it is written down that a key is in use, at most.
USE_NOTED_EVERY = dt.timedelta(minutes=10)
_ALPHABET = string.ascii_lowercase + string.digits
_FORM = re.compile(r"rgf_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", re.ASCII)

RIGHTS: dict[str, frozenset[Right]] = {
    TokenPurpose.MEDCOM: frozenset({Right.REFERRALS_IMPORT}),
    TokenPurpose.REFERRALS: frozenset({Right.REFERRALS_SEND}),
}

# Skips a row that another request is noting this very moment: nobody waits for a note.
_NOTE_USE = """
update accounts_token set last_used_at = %(at)s
where id = (
  select id from accounts_token
  where id = %(id)s and (last_used_at is null or last_used_at <= %(before)s)
  for no key update skip locked
)
"""


class Standing(StrEnum):
    """Whether a key opens anything."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Presented:
    """What a system showed at the door: the key, None when there is no such, and how it stands."""

    token: Token | None
    standing: Standing


def new_secret() -> str:
    """A key that nobody has seen before."""
    readable = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"rgf_{readable}_{secrets.token_urlsafe(32)}"


def prefix_of(secret: str) -> str:
    """The beginning by which people tell keys apart."""
    return secret[:12]


def digest(secret: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).digest()


def standing_of(token: Token, at: dt.datetime) -> Standing:
    """How a key stands at an instant; one that was closed and has expired was closed."""
    if token.revoked_at is not None:
        return Standing.REVOKED
    return Standing.EXPIRED if token.expires_at <= at else Standing.GOOD


def presented(secret: str, at: dt.datetime) -> Presented:
    """The key behind a secret, with its organisation, and whether it holds. Never raises.

    One statement; one more, at most every ten minutes, writes down that a good key was used. What
    does not look like a key is not looked for.
    """
    if not _FORM.fullmatch(secret):
        return Presented(None, Standing.UNKNOWN)
    found = list(Token.objects.select_related("organisation").filter(sha256=digest(secret)))
    if not found:
        return Presented(None, Standing.UNKNOWN)
    (token,) = found
    standing = standing_of(token, at)
    if standing is Standing.GOOD:
        _note_use(token, at)
    return Presented(token, standing)


def actor_of(token: Token, request_id: str) -> Actor:
    """Who acts by a key: its organisation, with the right of its purpose and no other.

    For a municipality under INTAKE (it writes and recognises its own), for all others under SENDER.
    """
    own = token.organisation
    return Actor(
        Kind.TOKEN,
        str(token.pk),
        role=INTAKE if own.kind == OrganisationKind.MUNICIPALITY else SENDER,
        organisation_id=own.pk,
        organisation_name=own.name,
        rights=RIGHTS[token.purpose],
        request_id=request_id,
    )


def _note_use(token: Token, at: dt.datetime) -> None:
    before = at - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > before:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_USE, {"at": at, "id": token.pk, "before": before})
