"""Somebody signed in under a role, without the road through the sign-in page."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client

from roegfri import clock
from roegfri.accounts import commands
from roegfri.accounts.models import User
from roegfri.actor import acting, system
from roegfri.organisations import intake
from roegfri.organisations.models import Organisation

BY = system("test")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def load_reference() -> None:
    with acting(BY):
        intake.load([intake.DATA, intake.DEMO], dry_run=False, by=BY, at=clock.now())


@contextmanager
def somebody(role: str, organisation: Organisation) -> Iterator[User]:
    with acting(BY):
        user = commands.create_user(
            f"{role}@{organisation.pk}.example", "Rikke Rask", by=BY, at=clock.now()
        )
        start = clock.today() - dt.timedelta(days=30)
        commands.give_grant(user, role, organisation, from_on=start, by=BY, at=clock.now())
    yield user


def signed_in(role: str, organisation: Organisation) -> Client:
    client = Client()
    with somebody(role, organisation) as user:
        client.force_login(user)
    return client
