"""How an open address is answered: so and so often to one address, and only what is new."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from roegfri.accounts import limits
from roegfri.actor import Actor, Kind, acting
from roegfri.api.problems import Problem
from roegfri.public.strangers import address_mark
from roegfri.ui.stored import for_everybody

WINDOW = dt.timedelta(minutes=10)
FRESH = 60  # seconds


@contextmanager
def read_by_anybody(request: HttpRequest, at: dt.datetime) -> Iterator[Actor]:
    """One transaction in nobody's name. Raises Problem when there have been too many from one
    network address, which is kept nowhere."""
    key = f"api open:{address_mark(request, at)}"
    if not limits.take(key, limit=settings.API_REQUESTS, window=WINDOW, at=at):
        wait = limits.wait(key, window=WINDOW, at=at)
        raise Problem("too-many-requests", headers={"Retry-After": str(wait)})
    by = Actor(Kind.PUBLIC, "api", request_id=getattr(request, "id", ""))
    with acting(by), transaction.atomic():
        yield by


def answer(request: HttpRequest, said: dict[str, Any], *, besides: str = "") -> HttpResponse:
    """The answer, or 304 to whoever has it already. `besides` names what in it is no news when it
    changes alone."""
    told = {name: value for name, value in said.items() if name != besides}
    etag = f'W/"{hashlib.sha256(_json(told)).hexdigest()[:32]}"'
    response: HttpResponse = HttpResponse(_json(said), content_type="application/json")
    if _has(request, etag):
        response = HttpResponseNotModified()
    response["ETag"] = etag
    return for_everybody(response, seconds=FRESH)


def _has(request: HttpRequest, etag: str) -> bool:
    """Whether one of those sent is ours; compared weakly, as RFC 9110 (13.1.2) wants it."""
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    return sent == ["*"] or etag.removeprefix("W/") in {one.removeprefix("W/") for one in sent}


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False).encode("utf-8", "replace")
