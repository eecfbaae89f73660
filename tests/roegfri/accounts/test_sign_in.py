"""The door: password, second factor, and what is counted."""

import re
import threading
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, TOTP
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from roegfri import clock
from roegfri.accounts import commands, middleware
from roegfri.accounts.models import RateCount, User
from roegfri.accounts.roles import Role
from tests.conftest import setup_connection
from tests.roegfri.accounts.people import (
    BY,
    CODE,
    LOGIN,
    PASSWORD,
    code,
    counsellor,
    grant,
    municipality,
    person,
    signed_in,
    wrong_code,
)
from tests.roegfri.accounts.test_limits import together

committed = pytest.mark.django_db(transaction=True)


def acts_logged() -> list[str]:
    with setup_connection() as behind:
        rows = behind.execute("select act from audit_event order by seq").fetchall()
    return [str(row[0]) for row in rows]


@committed
def test_password_and_code_open_the_door() -> None:
    client = signed_in(counsellor())
    assert client.get("/proeve/").content.decode() == "Rikke Rask counsellor Odense Kommune"
    assert "sign_in.done" in acts_logged()


@committed
def test_the_password_alone_opens_nothing() -> None:
    user = counsellor()
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert client.get("/proeve/")["Location"].startswith(LOGIN)


@committed
def test_a_failed_sign_in_leaves_its_count_and_its_line() -> None:
    user = counsellor()
    Client().post(LOGIN, {"login": user.email, "password": "forkert"})
    with setup_connection() as behind:
        counted = behind.execute("select cardinality(hits) from accounts_ratecount").fetchall()
    assert counted == [(1,)]
    assert acts_logged()[-1] == "sign_in.failed"


def guess_passwords(email: str, times: int) -> list[int]:
    return [
        Client()
        .post(
            LOGIN,
            {"login": email, "password": f"forkert {i}"},
            REMOTE_ADDR=f"10.0.0.{i}",
            headers={"X-Forwarded-For": f"10.9.{i}.1"},
        )
        .status_code
        for i in range(times)
    ]


@committed
def test_ten_wrong_passwords_an_hour_wherever_they_come_from() -> None:
    user = counsellor()
    assert guess_passwords(user.email, 13) == [200] * 10 + [429] * 3
    # The right one is not tried either, or the eleventh guess would be answered.
    refused = Client().post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert refused.status_code == 429
    assert acts_logged()[-1] == "sign_in.too_many_guesses"
    RateCount.objects.all().delete()
    signed_in(user)


@committed
def test_an_unknown_address_answers_as_a_known_one() -> None:
    assert guess_passwords("ingen@odense.example", 11) == [200] * 10 + [429]


@committed
def test_signing_in_is_no_guess() -> None:
    user = counsellor()
    for _ in range(11):
        client = Client()
        assert client.post(LOGIN, {"login": user.email, "password": PASSWORD}).status_code == 302


@committed
def test_codes_and_recovery_codes_share_one_count() -> None:
    user = counsellor()
    RecoveryCodes.activate(user)
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    tried = [wrong_code() if i % 2 else f"0000000{i}" for i in range(10)]
    assert [client.post(CODE, {"code": c}).status_code for c in tried] == [200] * 10
    assert client.post(CODE, {"code": code()}).status_code == 429


def sent_by_twenty(user: User, typed: str) -> int:
    """How many of twenty simultaneous windows one code lets in."""
    clients = []
    for _ in range(20):
        client = Client()
        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        clients.append(client)
    lock = threading.Lock()

    def send() -> bool:
        with lock:
            client = clients.pop()
        return client.post(CODE, {"code": typed}).status_code == 302

    return together(send)


@pytest.fixture
def _check_then_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """allauth as it would be if it looked first and crossed the code off later."""

    def weakly(self: TOTP, code: str) -> bool:
        key = self._get_used_cache_key(code)
        if cache.get(key):
            return False
        time.sleep(0.3)
        cache.set(key, "y", 60)
        return True

    monkeypatch.setattr(TOTP, "_mark_code_used", weakly)


@committed
@pytest.mark.usefixtures("_check_then_act")
def test_a_code_of_the_app_works_once_though_twenty_send_it_at_once() -> None:
    # The clock stands still: a code lives for half a minute, and twenty sign-ins take their time.
    with time_machine.travel(clock.now(), tick=False):
        assert sent_by_twenty(counsellor(), code()) == 1


@committed
@pytest.mark.usefixtures("_check_then_act")
def test_control_without_our_lock_it_works_more_than_once(settings: Any) -> None:
    settings.MFA_FORMS = {}
    with time_machine.travel(clock.now(), tick=False):
        assert sent_by_twenty(counsellor(), code()) > 1


@committed
def test_a_recovery_code_works_once_though_twenty_send_it_at_once() -> None:
    user = counsellor()
    assert sent_by_twenty(user, RecoveryCodes.activate(user).get_unused_codes()[0]) == 1


@committed
def test_a_recovery_code_works_once() -> None:
    user = counsellor()
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    answers = []
    for _ in range(2):
        client = Client()
        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        answers.append(client.post(CODE, {"code": spare}).status_code)
    assert answers == [302, 200]


@committed
def test_secrets_are_sealed_at_rest() -> None:
    user = counsellor()
    RecoveryCodes.activate(user)
    with setup_connection() as behind:
        data = behind.execute("select string_agg(data::text, '') from mfa_authenticator").fetchone()
    assert data
    assert "JBSWY3DPEHPK3PXP" not in data[0]
    assert not re.search(r'"seed": "[0-9a-f]{80}"', data[0])


# ---- the second factor is forced -------------------------------------------------------------


def without_second_factor() -> tuple[Client, User]:
    user = person()
    grant(user)
    client = Client()
    assert client.post(LOGIN, {"login": user.email, "password": PASSWORD}).status_code == 302
    return client, user


def addresses(patterns: list[Any] | None = None, root: str = "/", space: str = "") -> list[str]:
    """Every address of the tiny house that takes no argument, and one of those that do."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = root + re.sub(r"<[^>]+>", "1", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, route, space)
        elif isinstance(pattern, URLPattern):
            found.append(re.sub(r"\(\?P1.*?\)", "1", route).replace("(?P1[^/]+)", "1"))
    return found


# There a session counts for nothing: she is as much a stranger as anybody.
OF_STRANGERS = ("/tilmeld/", "/find-hold/", "/indlejr/", "/skema/", "/api/", "/kalender/")


@committed
def test_without_a_second_factor_nothing_else_is_reached() -> None:
    client, _ = without_second_factor()
    open_to_her = {reverse(n) for n in middleware.WITHOUT_SECOND_FACTOR} | middleware.HEALTH
    asked = [
        path
        for path in addresses()
        if path not in open_to_her and not path.startswith(OF_STRANGERS)
    ]
    assert len(asked) > 20
    assert "/proeve/" in asked
    for path in asked:
        for method in (client.get, client.post):
            response = method(path)
            assert response.status_code == 302, path
            assert response["Location"] == reverse("accounts:second_factor"), path


@committed
def test_setting_up_an_app_opens_the_rest() -> None:
    client, user = without_second_factor()
    assert "Vælg dit andet trin" in client.get(reverse("accounts:second_factor")).content.decode()
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    secret = client.session[SECRET_SESSION_KEY]
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done.status_code == 302
    assert client.get("/proeve/").status_code == 200
    assert "second_factor.set" in acts_logged()
    assert Authenticator.objects.filter(user=user).count() == 2  # with the recovery codes


@committed
def test_a_session_that_never_showed_the_factor_is_no_sign_in() -> None:
    user = counsellor()
    client = Client()
    client.force_login(user)  # as any road past allauth's stages would: the admin's own form, say
    assert client.get("/proeve/")["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


@committed
def test_removing_the_last_factor_closes_the_house_again() -> None:
    user = counsellor()
    client = signed_in(user)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/proeve/")["Location"] == reverse("accounts:second_factor")


@committed
def test_a_password_reset_is_no_way_round() -> None:
    user = counsellor()
    client = Client()
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"/konto/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link
    form = client.get(link[0], follow=True)
    new = "en anden lang kode 8"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert client.get("/proeve/")["Location"].startswith(LOGIN)
    assert client.post(LOGIN, {"login": user.email, "password": new})["Location"] == CODE


@committed
def test_nobody_signs_up() -> None:
    assert Client().get("/konto/signup/").status_code == 404


@committed
def test_the_trial_may_do_without(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    client, _ = without_second_factor()
    assert client.get("/proeve/").status_code == 200


@committed
def test_changing_the_password_ends_the_other_sessions() -> None:
    user = counsellor()
    client = signed_in(user)
    there = Client()
    there.post(LOGIN, {"login": user.email, "password": PASSWORD})
    there.post(CODE, {"code": RecoveryCodes.activate(user).get_unused_codes()[0]})
    assert there.get("/proeve/").status_code == 200
    new = "en anden lang kode 8"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert client.get("/proeve/").status_code == 200
    assert there.get("/proeve/").status_code == 302


@committed
def test_the_old_password_is_counted_as_a_guess_when_it_is_changed() -> None:
    client = signed_in(counsellor())
    page = reverse("account_change_password")
    typed = {"oldpassword": "forkert", "password1": "x" * 14, "password2": "x" * 14}
    statuses = []
    for _ in range(11):
        with connection.cursor() as cursor:
            cursor.execute("delete from cache_entry")  # allauth's own limit comes sooner
        statuses.append(client.post(page, typed).status_code)
    assert statuses == [200] * 10 + [429]


# ---- commands for operators ------------------------------------------------------------------


@committed
def test_the_first_administrator_sets_her_password_by_the_printed_link(capsys: Any) -> None:
    municipality()
    call_command(
        "create_user",
        email="ny@odense.example",
        name="Nynne Ny",
        role=Role.COORDINATOR,
        organisation="Odense Kommune",
        site="https://roegfri.example",
    )
    link = capsys.readouterr().out.strip()
    assert link.startswith("https://roegfri.example/konto/password/reset/key/")
    client = Client()
    form = client.get(link.removeprefix("https://roegfri.example"), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(email="ny@odense.example").check_password(PASSWORD)


@committed
def test_a_lost_second_factor_is_reset_and_every_session_ends() -> None:
    user = counsellor()
    client = signed_in(user)
    call_command("reset_second_factor", user.email.upper())
    assert client.get("/proeve/")["Location"].startswith(LOGIN)
    assert not Authenticator.objects.filter(user=user).exists()


@pytest.mark.django_db
def test_an_account_that_is_ended_is_out_with_the_next_request() -> None:
    user = counsellor()
    client = signed_in(user)
    commands.deactivate_user(user, by=BY, at=clock.now())
    assert client.get("/proeve/")["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session
