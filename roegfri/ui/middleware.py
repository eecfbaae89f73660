"""What happens around every request: one line in the operators' log, and nothing kept by caches."""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from roegfri.actor import Kind
from roegfri.ui.stored import seconds_of

GetResponse = Callable[[HttpRequest], HttpResponse]
_log = structlog.get_logger("roegfri.request")

# Passkeys (the second factor) are the only powerful feature that a page of ours asks for.
PERMISSIONS = ", ".join(
    [f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb")]
    + ["publickey-credentials-get=(self)", "publickey-credentials-create=(self)"]
)


def log_request(get_response: GetResponse) -> GetResponse:
    """Gives the request a random id (`request.id`, X-Request-ID) and writes one line when it ends.

    The line holds the route's name, never the address: an address may hold personal data.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        request.id = uuid4().hex  # type: ignore[attr-defined]
        clear_contextvars()
        bind_contextvars(request=request.id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        _log.info(
            "request",
            **_facts(request, response),
            ms=round(1000 * (time.perf_counter() - began), 1),
        )
        clear_contextvars()
        return response

    return handle


def _facts(request: HttpRequest, response: HttpResponse) -> dict[str, object]:
    match = request.resolver_match
    actor = getattr(request, "actor", None)
    return {
        "route": match.view_name if match else None,
        "method": request.method,
        "status": response.status_code,
        "user": str(actor.user_id) if actor and actor.user_id else None,
        "grant": str(actor.grant_id) if actor and actor.grant_id else None,
        "token": actor.name if actor and actor.kind is Kind.TOKEN else None,
    }


def plain_address(get_response: GetResponse) -> GetResponse:
    """Refuses an address with a NUL in it: nobody types one, and PostgreSQL takes none."""

    def handle(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        return get_response(request)

    return handle


def never_stored(get_response: GetResponse) -> GetResponse:
    """No page is kept by a browser or proxy, or read by another site, but those that say so of
    themselves (roegfri/ui/stored.py).

    Static files never come here: WhiteNoise answers before.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        seconds = seconds_of(response)
        kept = seconds is not None
        response["Cache-Control"] = f"public, max-age={seconds}" if kept else "no-store"
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "cross-origin" if kept else "same-origin"
        return response

    return handle
