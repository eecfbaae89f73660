"""Who gets in by a key, what the others are told, and how often anybody may call."""

import datetime as dt
import io
import json
import sys
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.commands.tokens import revoke_token
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import acting
from roegfri.api import bearer
from roegfri.audit.models import AuditEvent
from roegfri.ui import logs
from tests import make
from tests.roegfri.api import calls

pytestmark = pytest.mark.django_db


def acts() -> list[tuple[str, str]]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(AuditEvent.objects.order_by("seq").values_list("act", "reason"))


@pytest.mark.parametrize(
    ("header", "slug"),
    [
        ("", "token-missing"),
        ("Basic cm9lZ2ZyaTpyb2VnZnJp", "token-unknown"),
        ("Bearer", "token-unknown"),
        ("Bearer x", "token-unknown"),
        ("Bearer " + "x" * 5000, "token-unknown"),
        ("Bearer rgf_abcdefgh_" + "A" * 43, "token-unknown"),
        ("Bearer rgf_æøå", "token-unknown"),
    ],
)
def test_without_a_key_that_is_known_nobody_gets_in(header: str, slug: str) -> None:
    headers = {"Authorization": header} if header else {}
    response = Client().post(
        calls.REFERRALS, b"{}", content_type="application/json", headers=headers
    )
    calls.problem(response, 401, slug)
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_key_opens_what_it_is_for() -> None:
    _token, secret = make.token()
    assert calls.refer(secret).status_code == 201
    assert calls.refer(secret, Authorization=f"bearer  {secret}").status_code == 201


def test_a_key_with_one_character_changed_opens_nothing() -> None:
    _token, secret = make.token()
    other = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    calls.problem(calls.refer(other), 401, "token-unknown")


def test_whoever_holds_an_expired_key_is_told_so_and_the_log_too() -> None:
    token, secret = make.token()
    with time_machine.travel(token.expires_at, tick=False):
        calls.problem(calls.refer(secret), 401, "token-expired")
    assert ("token.refused", "token-expired") in acts()
    assert not Referral.objects.exists()


def test_whoever_holds_a_revoked_key_is_told_so_and_the_log_too() -> None:
    token, secret = make.token()
    with acting(make.SYSTEM) as by:
        revoke_token(token, by=by, at=clock.now())
    calls.problem(calls.refer(secret), 401, "token-revoked")
    assert ("token.refused", "token-revoked") in acts()


def test_a_key_for_something_else_is_told_so() -> None:
    town = make.municipality()
    _sends, sends = make.token(town)
    _brings, brings = make.token(town, TokenPurpose.MEDCOM)
    calls.problem(calls.deliver(sends, b"<a/>"), 403, "wrong-purpose")
    calls.problem(calls.refer(brings), 403, "wrong-purpose")
    receipt = f"{calls.MEDCOM}/00000000-0000-0000-0000-000000000000/receipt"
    calls.problem(calls.get(receipt, sends), 403, "wrong-purpose")
    assert acts().count(("token.refused", "wrong-purpose")) == 3


def test_each_key_has_its_number_of_calls(settings: Any) -> None:
    settings.API_REQUESTS = 3
    _one, first = make.token()
    _two, second = make.token()
    path = f"{calls.REFERRALS}/00000000-0000-0000-0000-000000000000"
    with time_machine.travel(make.MONDAY + dt.timedelta(days=400), tick=False) as now:
        _one, first = make.token()
        for _time in range(3):
            calls.problem(calls.get(path, first), 404, "not-found")
            now.shift(60)
        response = calls.get(path, first)
        calls.problem(response, 429, "too-many-requests")
        assert response["Retry-After"] == "420"
        now.shift(int(response["Retry-After"]) - 1)
        assert calls.get(path, first).status_code == 429
        now.shift(1)
        assert calls.get(path, first).status_code == 404
    assert calls.get(path, second).status_code == 404


def test_who_guesses_is_stopped_and_who_has_a_key_is_not(monkeypatch: Any) -> None:
    monkeypatch.setattr(bearer, "GUESSES", 2)
    for _time in range(2):
        calls.problem(calls.refer("rgf_abcdefgh_x"), 401, "token-unknown")
    response = calls.refer("rgf_abcdefgh_y")
    calls.problem(response, 429, "too-many-requests")
    assert 0 < int(response["Retry-After"]) <= 600
    _token, secret = make.token()
    assert calls.refer(secret).status_code == 201


def test_no_network_address_is_kept() -> None:
    calls.refer("rgf_abcdefgh_x")
    with connection.cursor() as cursor:
        cursor.execute("select key from accounts_ratecount")
        keys = [key for (key,) in cursor.fetchall()]
    assert len(keys) == 1
    assert "127.0.0.1" not in keys[0]


@pytest.mark.django_db(transaction=True)
def test_a_refused_call_is_counted_and_logged_for_good() -> None:
    _token, secret = make.token(make.municipality(), TokenPurpose.MEDCOM)
    calls.problem(calls.refer(secret), 403, "wrong-purpose")
    connection.close()
    assert ("token.refused", "wrong-purpose") in acts()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from accounts_ratecount where key like 'api:%'")
        assert cursor.fetchone() == (1,)


def test_the_operators_log_names_the_key_and_never_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token, secret = make.token(make.municipality(), TokenPurpose.REFERRALS)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure({"level": "INFO"})
    try:
        calls.refer(secret)
    finally:
        monkeypatch.undo()
        logs.configure({"level": "WARNING"})
    (line,) = [json.loads(one) for one in stream.getvalue().splitlines() if '"request"' in one]
    assert (line["token"], line["status"]) == (str(token.pk), 201)
    assert secret not in stream.getvalue()
    assert "20123456" not in stream.getvalue().replace(" ", "")
