"""What happens at the door, written to the log.

allauth and Django tell of it by their signals; these are the ears. They live in apps.py's `ready`,
and are the only signal receivers of the house: libraries offer no other way to hear of it all.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.http import HttpRequest

from roegfri import actor as actors
from roegfri import clock
from roegfri.accounts import openid, sessions
from roegfri.accounts.models import User
from roegfri.actor import Actor, Kind
from roegfri.audit.commands import record


def note(act: str, subject: User | str = "", *, by: Actor, reason: str = "") -> None:
    """One line, committed whatever becomes of the request: sign-in views are not atomic."""
    with transaction.atomic():
        record(act, subject, by=by, at=clock.now(), reason=reason)


def listen() -> None:
    """Starts hearing."""
    auth_signals.user_logged_in.connect(_signed_in)
    auth_signals.user_login_failed.connect(_failed)
    auth_signals.user_logged_out.connect(_signed_out)
    account_signals.user_logged_in.connect(_came_through_provider)
    for signal in (
        account_signals.password_changed,
        account_signals.password_set,
        account_signals.password_reset,
    ):
        signal.connect(_password_changed)
    mfa_signals.authenticator_added.connect(_second_factor_set)
    mfa_signals.authenticator_removed.connect(_second_factor_removed)
    mfa_signals.authenticator_reset.connect(_second_factor_set)
    mfa_signals.authentication_failed.connect(_second_factor_failed)


def _person(user: User) -> Actor:
    request_id = actors.current().request_id
    return Actor(Kind.PERSON, user.name, user_id=user.pk, request_id=request_id)


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    sessions.begin(request, at=clock.now())
    note("sign_in.done", user, by=_person(user))


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """The log names the account, never what was typed: people type passwords in the wrong field."""
    email = credentials.get("email") or ""
    known = User.objects.filter(email__iexact=email).first() if email else None
    note("sign_in.failed", known or "", by=actors.current())


def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        note("session.ended", user, by=_person(user))


def _came_through_provider(request: HttpRequest, sociallogin: Any = None, **_: Any) -> None:
    if sociallogin is None:
        return
    request.session[sessions.PROVIDER] = sociallogin.account.provider
    if openid.states_second_factor(sociallogin):
        sessions.second_factor_shown(request)


def _password_changed(user: User, **_: Any) -> None:
    note("password.changed", user, by=_person(user))


def _second_factor_set(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    if request.user.is_authenticated:
        sessions.second_factor_shown(request)
    note("second_factor.set", user, by=_person(user), reason=authenticator.type)


def _second_factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    if not sessions.owns_second_factor(request):
        sessions.forget_second_factor(request)
    note("second_factor.removed", user, by=_person(user), reason=authenticator.type)


def _second_factor_failed(user: User, **_: Any) -> None:
    note("second_factor.failed", user, by=actors.current())
