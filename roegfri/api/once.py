"""A request that changes something: carried out once, and answered."""

import json
import re
from collections.abc import Callable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.api import commands
from roegfri.api.bearer import ByToken, carried_out
from roegfri.api.commands import KeyUsed, Said
from roegfri.api.problems import Problem

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x20-\x7e]{1,200}", re.ASCII)
# The order in which an answer is written; the database keeps none.
ORDER = ("id", "status", "reason", "contact_by", "referral", "receipt")


def once(request: ByToken, endpoint: str, body: bytes, act: Callable[[], Said]) -> HttpResponse:
    """Carries `act` out in one transaction, and answers with what it says.

    With an Idempotency-Key the same request is answered as before. Raises Problem.
    """
    key = _key(request)
    at = clock.now()
    with carried_out(request, f"api:{endpoint}") as by:
        if key is None:
            return reply(act())
        try:
            said = commands.answer_once(
                act, token=request.auth, endpoint=endpoint, key=key, request=body, by=by, at=at
            )
        except KeyUsed:
            raise Problem("key-used") from None
    return reply(said)


def reply(said: Said) -> HttpResponse:
    """As JSON, the same bytes each time."""
    body = {name: said.body[name] for name in ORDER if name in said.body}
    headers = {"Idempotency-Replayed": "true"} if said.replayed else None
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=said.status,
        content_type="application/json",
        headers=headers,
    )


def _key(request: ByToken) -> str | None:
    key: str | None = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        words = _("«Idempotency-Key» skal være 1-200 almindelige tegn uden æ, ø og å.")
        raise Problem("bad-request", words)
    return key
