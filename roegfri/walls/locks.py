"""One at a time, by name: for things that have no row yet to lock."""

from django.db import connection


def alone(*words: object) -> None:
    """Waits until no other transaction holds the lock of these words; held until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\x1f".join(map(str, words))]
        )
