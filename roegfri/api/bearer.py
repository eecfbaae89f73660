"""Who calls: the key in the Authorization header, for one purpose, so and so often.

This comes before anything is read, and in a transaction of its own: what was counted and logged
stays, whatever becomes of the request, and no other request waits for it.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from ninja.security import HttpBearer

from roegfri import clock, sealed
from roegfri.accounts import limits, tokens
from roegfri.accounts.models import Token
from roegfri.accounts.tokens import Standing
from roegfri.actor import Actor, acting
from roegfri.api.problems import Problem
from roegfri.audit import looks
from roegfri.audit.commands import record

WINDOW = dt.timedelta(minutes=10)
# Tries with keys that do not exist, from one address; who has a good key is not held up by them.
GUESSES = 30
_HEADER = re.compile(r"bearer +([^\s]+) *", re.IGNORECASE | re.ASCII)
_SLUGS = {Standing.EXPIRED: "token-expired", Standing.REVOKED: "token-revoked"}


class ByToken(HttpRequest):
    """A request that has passed Bearer."""

    id: str
    auth: Token
    actor: Actor


class Bearer(HttpBearer):
    """A key for one of these purposes; none named: any key."""

    openapi_description = "rgf_…"

    def __init__(self, *purposes: str) -> None:
        super().__init__()
        self.purposes = purposes

    def __call__(self, request: HttpRequest) -> Token:
        """The key; request.actor is who acts by it. Raises Problem."""
        written = request.headers.get("Authorization", "")
        if not written:
            raise Problem("token-missing")
        match = _HEADER.fullmatch(written)
        return self.authenticate(request, match[1] if match else "")

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        """The same, for a key as it was sent."""
        at = clock.now()
        shown = tokens.presented(token, at)
        if shown.token is None:
            _count(f"api guess:{_address(request)}", GUESSES, at)
            raise Problem("token-unknown")
        _count(f"api:{shown.token.pk}", settings.API_REQUESTS, at)
        actor = tokens.actor_of(shown.token, getattr(request, "id", ""))
        request.actor = actor  # type: ignore[attr-defined]
        slug = _SLUGS.get(shown.standing, "")
        if not slug and self.purposes and shown.token.purpose not in self.purposes:
            slug = "wrong-purpose"
        if slug:
            with acting(actor), transaction.atomic():
                record("token.refused", shown.token, by=actor, at=at, reason=slug)
            raise Problem(slug)
        return shown.token


@contextlib.contextmanager
def carried_out(request: ByToken, route: str) -> Iterator[Actor]:
    """One transaction in the name of whoever calls; whom it looked at stands in the log with it."""
    with acting(request.actor) as by, transaction.atomic(), looks.watch() as seen:
        yield by
        looks.write(seen, route, by=by, at=clock.now())


def _count(key: str, limit: int, at: dt.datetime) -> None:
    if limits.take(key, limit=limit, window=WINDOW, at=at):
        return
    wait = limits.wait(key, window=WINDOW, at=at)
    raise Problem("too-many-requests", headers={"Retry-After": str(wait)})


def _address(request: HttpRequest) -> str:
    """Stands for the client's network address, which is kept nowhere."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # behind a socket there is none
        address = ""
    return sealed.fingerprint(address, of="address").hex()
