"""The guard at the door of every screen."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.audit.commands import record
from roegfri.ui.screens import problem, sign_in_first

View = Callable[..., HttpResponse]
# What a page asks with. Anything else would be answered as if it were a GET.
METHODS = ("GET", "HEAD", "POST")


class SignedIn(HttpRequest):
    """A request that has passed the guard."""

    user: User
    actor: Actor
    grants: tuple[Grant, ...]


def screen(right: Right) -> Callable[[View], View]:
    """Marks a view as a screen that needs `right`, and guards it.

    Refusals are *returned*: the request's transaction is atomic, and a raised 403 or 404 would roll
    back its own line in the log. Every person whose row was read while the view ran is written to
    the look-up log in that same transaction: if the log cannot be written, there is no page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            actor = request.actor
            if not request.user.is_authenticated:
                return sign_in_first(request)
            if not actor.may(right):
                record("screen.refused", _route(request), by=actor, at=clock.now(), reason=right)
                return problem(request, 403)
            with looks.watch() as seen:
                response = _answer(view, request, *args, **kwargs)
                looks.write(seen, _route(request), by=actor, at=clock.now())
            return response

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def _answer(view: View, request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except Http404:
        record("screen.not_found", _route(request), by=request.actor, at=clock.now())
        return problem(request, 404)
    except PermissionDenied:
        record("screen.refused", _route(request), by=request.actor, at=clock.now())
        return problem(request, 403)


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""
