"""Where a list goes on: a place in its order, so that no course is lost or told twice while others
come and go.

The place is signed with what was asked for and with the instant the first page was made: what has
begun since then stands where it stood, and nobody goes on in another list.
"""

import datetime as dt
import hashlib
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from courses.api.schemas import Asked
from courses.queries.found import Behind, FoundCourse
from roegfri.api.problems import FieldFault, Problem

# How long one may take to read a list; and what is the same instant to all who begin one.
HOLDS, STEP = dt.timedelta(hours=1), dt.timedelta(minutes=5)
_SALT = "courses.api.cursor"
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)
_MICROSECOND = dt.timedelta(microseconds=1)


def begun(at: dt.datetime) -> dt.datetime:
    """The instant of a list that is begun now: the last whole five minutes."""
    return at - (at - _1970) % STEP


def cursor(after: FoundCourse, asked: Asked, at: dt.datetime) -> str:
    """The place behind a course, in the list that was begun at that instant."""
    next_at = (after.next.starts_at - _1970) // _MICROSECOND if after.next else None
    kept = [(at - _1970) // _SECOND, after.km, next_at, after.id.hex, _digest(asked)]
    return signing.Signer(salt=_SALT).sign_object(kept)


def place(asked: Asked, now: dt.datetime) -> tuple[dt.datetime, Behind | None]:
    """When the list was begun, and where it goes on; raises Problem for a cursor that is not ours,
    that is of another list, or that is too old."""
    if not asked.cursor:
        return begun(now), None
    try:
        at, km, next_at, pk, digest = signing.Signer(salt=_SALT).unsign_object(asked.cursor)
    except (signing.BadSignature, ValueError):
        raise _wrong(_("Brug adressen i next, som den er.")) from None
    if digest != _digest(asked):
        raise _wrong(_("Den hører til en anden søgning. Begynd forfra uden den."))
    began = _1970 + at * _SECOND
    if now - began > HOLDS:
        raise _wrong(_("Den er for gammel. Begynd forfra uden den."))
    next_on = None if next_at is None else _1970 + next_at * _MICROSECOND
    return began, Behind(km, next_on, UUID(pk))


def _wrong(words: str) -> Problem:
    return Problem("invalid", errors=[FieldFault("cursor", words)])


def _digest(asked: Asked) -> str:
    """What the list was narrowed to; how many at a time may change on the way."""
    said = asked.model_dump_json(exclude={"cursor", "limit"})
    return hashlib.sha256(said.encode()).hexdigest()[:16]
