"""People for these tests: a municipality, and whoever works there."""

import datetime as dt
import time
from typing import Any
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from roegfri import clock
from roegfri.accounts import commands
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.actor import system
from roegfri.organisations.models import Agreement, Municipality, Organisation, Region

PASSWORD = "en lang adgangskode 7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BY = system("tests")
LOGIN, CODE = "/konto/login/", "/konto/2fa/authenticate/"


def municipality(code: str = "461", name: str = "Odense Kommune") -> Municipality:
    region, _ = Region.objects.get_or_create(name="Region Syddanmark")
    found = Municipality.objects.filter(code=code).first()
    return found or Municipality.objects.create(
        kind="municipality", name=name, code=code, cvr=f"35209{code}", region=region
    )


def agreement(slug: str = "fyn") -> Agreement:
    return Agreement.objects.create(kind="agreement", name="Røgfri Fyn", slug=slug)


def person(email: str = "", *, password: str = PASSWORD, **more: Any) -> User:
    email = email or f"{uuid4().hex[:8]}@odense.example"
    user = commands.create_user(email, more.pop("name", "Rikke Rask"), by=BY, at=clock.now())
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def grant(
    user: User,
    role: str = Role.COUNSELLOR,
    organisation: Organisation | None = None,
    *,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> Grant:
    return commands.give_grant(
        user,
        role,
        organisation or municipality(),
        from_on=from_on or clock.today() - dt.timedelta(days=100),
        until_on=until_on,
        by=BY,
        at=clock.now(),
    )


def counsellor(email: str = "", **more: Any) -> User:
    """With a role and a TOTP app."""
    user = person(email, **more)
    grant(user)
    TOTP.activate(user, SECRET)
    return user


def code(secret: str = SECRET, *, at: float = 0) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(at or time.time()) // 30)))


def wrong_code() -> str:
    return str((int(code()) + 1) % 1_000_000).zfill(6)


def signed_in(user: User, client: Client | None = None) -> Client:
    """By password and code, as a person does it."""
    client = client or Client()
    first = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert first.status_code == 302, first.content.decode()
    assert first["Location"] == CODE
    second = client.post(CODE, {"code": code()})
    assert second.status_code == 302, second.content.decode()
    return client
