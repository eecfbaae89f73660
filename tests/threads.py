"""Several at the same moment: threads that begin together, each on a connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from django.db import connection

T = TypeVar("T")
PATIENCE = 30
# Not pg_stat_activity: a transaction reads that once.
_BLOCKED = "select count(*) from pg_locks where not granted"


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """What went wrong, of acts that began together."""
    return _run(acts)[1]


def answers_at_once(act: Callable[[], T], threads: int) -> list[T]:
    """What each of so many was answered; none may fail."""
    answers, wrong = _run([act] * threads)
    assert wrong == []
    return answers


def _run(acts: Sequence[Callable[[], T]]) -> tuple[list[T], list[BaseException]]:
    answers: list[T] = []
    wrong: list[BaseException] = []
    barrier = threading.Barrier(len(acts), timeout=PATIENCE)
    connection.pool.resize(0, len(acts) + 4)  # type: ignore[attr-defined]

    def one(act: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            answers.append(act())
        except BaseException as fault:  # noqa: BLE001
            wrong.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, wrong


def wait_until_blocked() -> None:
    """Until somebody waits for a lock."""
    for _try in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(_BLOCKED)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits for the row")
