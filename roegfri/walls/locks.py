"""One at a time, by name: for things that have no row yet to lock."""

import uuid

from django.db import connection

from roegfri.actor import Actor


def alone(*words: object) -> None:
    """Waits until no other transaction holds the lock of these words; held until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\x1f".join(map(str, words))]
        )


def whose(once: uuid.UUID, by: Actor, *about: object) -> uuid.UUID:
    """A form's own number, bound to who sends it and what it is about.

    The browser chooses the number: unbound, one that another person or another municipality has
    used would meet a unique key behind a wall.
    """
    return uuid.uuid5(once, " ".join(map(str, (by.user_id, *about))))
