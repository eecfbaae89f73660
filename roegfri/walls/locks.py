"""One at a time, by name: for things that have no row yet to lock; and once, by a form's number."""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

from roegfri import sealed
from roegfri.actor import Actor
from roegfri.walls import prepared


def alone(*words: object) -> None:
    """Waits until no other transaction holds the lock of these words; held until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\x1f".join(map(str, words))]
        )


def first(*words: object) -> bool:
    """The same lock, for who does not wait: False when another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            ["\x1f".join(map(str, words))],
        )
        return bool(cursor.fetchone()[0])


_ALL = """
select count(pg_advisory_xact_lock(number)) from (
  select distinct hashtextextended(word, 0) as number from unnest(%(words)s::text[]) as word
  order by number offset 0
) as sorted
"""


def all_alone(names: Iterable[Sequence[object]]) -> None:
    """The same for many names in one statement, in one order whoever asks: two that want some of
    the same names wait for each other, and never in a circle."""
    words = ["\x1f".join(map(str, name)) for name in names]
    if words:
        prepared.run(_ALL, {"words": words})


def whose(once: uuid.UUID, by: Actor, *about: object) -> uuid.UUID:
    """A form's own number, bound to who sends it and what it is about.

    The browser chooses the number: unbound, one that another person or another municipality has
    used would meet a unique key behind a wall.
    """
    return uuid.uuid5(once, " ".join(map(str, (by.user_id, *about))))


def said(**arguments: object) -> bytes:
    """A digest of all that a form said: sent twice it says the same. Keyed, so that nobody learns
    from it what that was."""
    return sealed.fingerprint(json.dumps(_plain(arguments), sort_keys=True), of="request")


def _plain(value: Any) -> Any:
    """Rows as their keys, instants in UTC, everything else as it is written."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if dataclasses.is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, int) else str(value)
