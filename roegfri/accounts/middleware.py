"""Who acts in this request: settled once, before any view, and stated to the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts import events, guesses, queries, sessions
from roegfri.accounts.access import SignedIn
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import GRANTS
from roegfri.actor import NOBODY, Actor, Kind, acting
from roegfri.ui import drafts
from roegfri.ui.screens import problem, sign_in_first

GetResponse = Callable[[HttpRequest], HttpResponse]

# All that a person can reach before she has a second factor.
WITHOUT_SECOND_FACTOR = frozenset(
    {
        "accounts:second_factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "ui:language",
    }
)
HEALTH = frozenset({"/healthz", "/readyz"})
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def act(get_response: GetResponse) -> GetResponse:
    """Sets request.actor and request.grants, and runs the rest of the request as that actor."""

    def handle(request: SignedIn) -> HttpResponse:
        with translation.override(_language(request)):
            over = _close_what_is_over(request)
            request.grants = _usable_grants(request)
            request.actor = actor_of(request)
            with acting(request.actor):
                return over or _gate(request) or get_response(request)

    handle.process_exception = _process_exception  # type: ignore[attr-defined]
    return handle  # type: ignore[return-value]


def _process_exception(request: SignedIn, fault: Exception) -> HttpResponse | None:
    if isinstance(fault, guesses.TooMany):
        events.note("sign_in.too_many_guesses", by=request.actor)
        return problem(request, HTTPStatus.TOO_MANY_REQUESTS)
    return None


# ---- who ---------------------------------------------------------------------------------------


def actor_of(request: SignedIn) -> Actor:
    """The person under one grant; without rights until the second factor is shown."""
    request_id = getattr(request, "id", "")
    if not request.user.is_authenticated:
        return replace(NOBODY, request_id=request_id)
    person = Actor(Kind.PERSON, request.user.name, user_id=request.user.pk, request_id=request_id)
    grant = chosen_grant(request)
    if grant is None or _lacks_second_factor(request):
        return person
    return replace(
        person,
        grant_id=grant.pk,
        role=grant.role,
        organisation_id=grant.organisation_id,
        organisation_name=grant.organisation.name,
        rights=GRANTS[grant.role],
    )


def chosen_grant(request: SignedIn) -> Grant | None:
    """The one this session switched to, or the one used last, or the first."""
    by_id = {str(grant.pk): grant for grant in request.grants}
    wanted = (request.session.get(sessions.GRANT), str(request.user.last_grant_id))
    found = next((by_id[key] for key in wanted if key in by_id), None)
    return found or next(iter(request.grants), None)


def _usable_grants(request: SignedIn) -> tuple[Grant, ...]:
    """Those in force; one that an identity provider gave counts only when she came through it."""
    if not request.user.is_authenticated:
        return ()
    sources = {"", request.session.get(sessions.PROVIDER, "")}
    return tuple(grant for grant in request.user.valid_grants if grant.source in sources)


def _language(request: HttpRequest) -> str:
    known = dict(settings.LANGUAGES)
    # The choice made in this browser, by the buttons at the foot of the page, comes first.
    wanted = request.COOKIES.get("language", "")
    if not wanted and SESSION_KEY in request.session and request.user.is_authenticated:
        wanted = request.user.language
    return wanted if wanted in known else settings.LANGUAGE_CODE


# ---- whether she may go on -----------------------------------------------------------------------


def _gate(request: SignedIn) -> HttpResponse | None:
    """What is answered instead of the page: no role, or no second factor yet."""
    if not request.user.is_authenticated or request.path in HEALTH:
        return None
    if not request.grants:
        return _no_role(request)
    if not _lacks_second_factor(request):
        return None
    if sessions.owns_second_factor(request):
        # Signed in by a road that did not ask for it: that is no sign-in.
        sessions.end(request)
        return sign_in_first(request)
    if _view_name(request) in WITHOUT_SECOND_FACTOR:
        return None
    return _go(request, reverse("accounts:second_factor"))


def _lacks_second_factor(request: SignedIn) -> bool:
    return settings.SECOND_FACTOR and not sessions.has_second_factor(request)


def _no_role(request: SignedIn) -> HttpResponse:
    """Says so and whom to ask; the session ends with it."""
    context = {"person": request.user, "last_grants": queries.last_grants_of(request.actor)}
    response = render(request, "accounts/no_role.html", context, status=HTTPStatus.FORBIDDEN)
    sessions.end(request)
    return response


def _view_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _go(request: HttpRequest, target: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.FORBIDDEN, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


# ---- sessions that are over ----------------------------------------------------------------------


def _close_what_is_over(request: SignedIn) -> HttpResponse | None:
    """Ends a session that has run out; a form it carried is kept for the person's return."""
    if SESSION_KEY not in request.session:
        return None
    if not request.user.is_authenticated:
        request.session.flush()
        return None
    at = clock.now()
    if not sessions.has_run_out(request, at=at):
        sessions.renew(request, _view_name(request), at=at)
        return None
    kept, words = _keep_what_was_typed(request), _words_for(request, at=at)
    sessions.end(request)
    typed = _("Det, du skrev, er gemt.") if kept else ""
    messages.info(request, f"{words} {typed}".strip())
    return _sign_in_again(request) if request.method in _UNSAFE else None


def _words_for(request: HttpRequest, *, at: dt.datetime) -> str:
    if sessions.is_idle(request, at=at):
        minutes = sessions.idle_minutes(request)
        return _("Du var væk i %(minutes)s minutter. Log ind igen.") % {"minutes": minutes}
    hours = settings.SESSION_ABSOLUTE_HOURS
    return _("Du har været logget ind i %(hours)s timer. Log ind igen.") % {"hours": hours}


def _keep_what_was_typed(request: SignedIn) -> bool:
    """Seals the form as the person's draft; her session's user is still known, only too old.

    Only screens of ours have drafts, so that no password is kept. CSRF is checked here because this
    comes before Django's own check.
    """
    key = drafts.key_of(request.path)
    if request.method != "POST" or not key or not request.POST or _is_forged(request):
        return False
    with acting(Actor(Kind.PERSON, request.user.name, user_id=request.user.pk)):
        try:
            drafts.keep(request.user.pk, key, request.POST, clock.now())
        except drafts.TooMuch:
            return False
    return True


def _is_forged(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there to the page that the form stood on."""
    here = {request.get_host()}
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(page, here, require_https=request.is_secure()):
        page = request.get_full_path()
    parts = urlsplit(page)
    back = urlencode({"next": urlunsplit(("", "", parts.path, parts.query, ""))})
    target = f"{reverse(settings.LOGIN_URL)}?{back}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
