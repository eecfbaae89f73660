"""The same request twice is one effect and one answer, however it comes twice."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from referrals.api import reading, routes
from referrals.models import Referral
from roegfri.actor import acting
from roegfri.api import commands, tasks
from roegfri.api.models import Answer
from tests import make
from tests.roegfri.api import calls
from tests.threads import answers_at_once

AT_ONCE = 20
BODY = {"phone": "20 12 34 56", "given_names": "Nancy Ann"}
KEY = "2026-11-20 / 000187"


def count(model: Any = Referral) -> int:
    with acting(make.SYSTEM), transaction.atomic():
        number: int = model.objects.count()
        return number


# ---- the same again ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_again_is_answered_the_same_and_nothing_happens() -> None:
    _token, secret = make.token()
    first = calls.refer(secret, BODY, Idempotency_Key=KEY)
    again = calls.refer(secret, BODY, Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert count() == 1


@pytest.mark.django_db
def test_a_refusal_is_answered_again_too() -> None:
    town = make.municipality()
    _token, secret = make.token(town)
    town.memberships.all().delete()
    first = calls.refer(secret, BODY, Idempotency_Key=KEY)
    again = calls.refer(secret, BODY, Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (422, 422)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_one_byte_changed_is_another_request() -> None:
    _token, secret = make.token()
    calls.refer(secret, BODY, Idempotency_Key=KEY)
    changed = calls.refer(secret, {**BODY, "phone": "20 12 34 57"}, Idempotency_Key=KEY)
    calls.problem(changed, 409, "key-used")
    assert calls.refer(secret, BODY, Idempotency_Key=KEY).status_code == 201
    assert count() == 1


@pytest.mark.django_db
def test_a_request_that_was_wrong_may_be_mended_under_its_key() -> None:
    _token, secret = make.token()
    assert calls.refer(secret, {"phone": "1"}, Idempotency_Key=KEY).status_code == 400
    assert calls.refer(secret, BODY, Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db
def test_another_system_may_choose_the_same_key() -> None:
    town = make.municipality()
    (_one, first), (_two, second) = make.token(town), make.token(town)
    assert calls.refer(first, BODY, Idempotency_Key=KEY).status_code == 201
    other = calls.refer(second, {"phone": "30123456"}, Idempotency_Key=KEY)
    assert other.status_code == 201
    assert count() == 2


@pytest.mark.django_db
def test_without_a_key_each_request_is_its_own() -> None:
    _token, secret = make.token()
    ids = {calls.refer(secret, BODY).json()["id"] for _time in range(2)}
    assert len(ids) == count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "nøgle", "a\tb", "\x7f"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    _token, secret = make.token()
    calls.problem(calls.refer(secret, BODY, Idempotency_Key=key), 400, "bad-request")
    assert count() == 0


@pytest.mark.django_db
def test_the_key_and_what_was_sent_are_not_kept_readable() -> None:
    _token, secret = make.token()
    calls.refer(secret, BODY, Idempotency_Key="251248-9996")
    with connection.cursor() as cursor:
        cursor.execute("select api_answer::text from api_answer")
        (row,) = cursor.fetchone()
    assert "251248" not in row
    assert "20123456" not in row
    assert "Nancy" not in row


# ---- for seven days ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_answer_is_kept_for_seven_days() -> None:
    _token, secret = make.token(at=make.MONDAY)
    with time_machine.travel(make.MONDAY, tick=False) as now:
        calls.refer(secret, BODY, Idempotency_Key=KEY)
        now.shift(commands.KEPT - dt.timedelta(seconds=1))
        tasks.forget_answers()
        assert "Idempotency-Replayed" in calls.refer(secret, BODY, Idempotency_Key=KEY)
        now.shift(1)
        assert "Idempotency-Replayed" not in calls.refer(secret, BODY, Idempotency_Key=KEY)
        assert count() == 2
        now.shift(commands.KEPT)
        tasks.forget_answers()
        tasks.forget_answers()
    assert count(Answer) == 0


# ---- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_requests_at_once_are_one_effect() -> None:
    _token, secret = make.token()
    answers = answers_at_once(lambda: calls.refer(secret, BODY, Idempotency_Key=KEY), AT_ONCE)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == AT_ONCE - 1
    assert count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_are_many(monkeypatch: Any) -> None:
    few, own = 5, reading.receiver_of
    met = threading.Barrier(few, timeout=30)

    def together(*args: Any, **given: Any) -> Any:
        met.wait()
        return own(*args, **given)

    monkeypatch.setattr(commands, "alone", lambda *_words: None)
    monkeypatch.setattr(routes, "receiver_of", together)
    _token, secret = make.token()
    answers_at_once(lambda: calls.refer(secret, BODY, Idempotency_Key=KEY), few)
    assert count() == few


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_cannot_be_kept_leaves_no_effect(monkeypatch: Any) -> None:
    _token, secret = make.token()
    with monkeypatch.context() as broken:
        broken.setattr(routes, "REFERRALS", "x" * 61)
        with pytest.raises(DatabaseError):
            calls.refer(secret, BODY, Idempotency_Key=KEY)
    assert (count(), count(Answer)) == (0, 0)
    assert calls.refer(secret, BODY, Idempotency_Key=KEY).status_code == 201
