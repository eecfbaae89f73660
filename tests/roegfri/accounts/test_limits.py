"""Counting in PostgreSQL: what a hundred simultaneous tries are counted as."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest

from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.models import RateCount
from tests.threads import answers_at_once

HOUR = dt.timedelta(hours=1)
THREADS = 20


def together(act: Callable[[], bool]) -> int:
    """How many of as many acts at once were let through."""
    return sum(answers_at_once(act, THREADS))


@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_limit_pass_at_once() -> None:
    at = clock.now()
    assert together(lambda: limits.take("door", limit=10, window=HOUR, at=at)) == 10


@pytest.mark.django_db(transaction=True)
def test_control_check_then_act_lets_too_many_through() -> None:
    at = clock.now()
    RateCount.objects.create(key="door", hits=[], admitted=True, forget_at=at + HOUR)
    seen = threading.Barrier(THREADS, timeout=20)

    def weak() -> bool:
        row = RateCount.objects.get(key="door")
        seen.wait()
        if len(row.hits) >= 10:
            return False
        row.hits.append(at)
        row.save()
        return True

    assert together(weak) > 10


@pytest.mark.django_db
def test_the_window_slides() -> None:
    start = clock.now()
    for minute in range(10):
        assert limits.take("k", limit=10, window=HOUR, at=start + dt.timedelta(minutes=minute * 5))
    # A fixed window beginning on the hour would let ten more through just after it.
    assert not limits.take("k", limit=10, window=HOUR, at=start + dt.timedelta(minutes=59))
    assert limits.take("k", limit=10, window=HOUR, at=start + dt.timedelta(minutes=61))
    assert not limits.take("k", limit=10, window=HOUR, at=start + dt.timedelta(minutes=62))


@pytest.mark.django_db
def test_keys_do_not_count_for_each_other() -> None:
    at = clock.now()
    assert limits.take("a", limit=1, window=HOUR, at=at)
    assert limits.take("b", limit=1, window=HOUR, at=at)
    assert not limits.take("a", limit=1, window=HOUR, at=at)


@pytest.mark.django_db
def test_what_is_given_back_can_be_taken_again() -> None:
    at = clock.now()
    later = at + dt.timedelta(seconds=1)
    assert limits.take("a", limit=2, window=HOUR, at=at)
    assert limits.take("a", limit=2, window=HOUR, at=later)
    limits.give_back("a", at=at)
    assert RateCount.objects.get(key="a").hits == [later]
    assert limits.take("a", limit=2, window=HOUR, at=later)
    assert not limits.take("a", limit=2, window=HOUR, at=later)


@pytest.mark.django_db
def test_counts_are_forgotten_when_their_window_has_passed() -> None:
    at = clock.now()
    limits.take("old", limit=1, window=HOUR, at=at - 2 * HOUR)
    limits.take("new", limit=1, window=HOUR, at=at)
    assert limits.forget(at=at) == 1
    assert RateCount.objects.get().key == "new"
