"""How long a sign-in lasts, and whether it has shown a second factor; kept in the session itself.

Idle for SESSION_IDLE_MINUTES or signed in for SESSION_ABSOLUTE_HOURS, and it is over. Only what a
person does renews it: a page that asks by itself says so with the header `X-Poll: 1`. How long one
may be idle follows from the page one was on last (SESSION_IDLE_MINUTES_ON).
"""

import datetime as dt

from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

SINCE = "since"
SEEN = "seen"
SECOND_FACTOR = "second factor"
PROVIDER = "provider"
GRANT = "grant"
IDLE = "idle"
# The time of the last act is written down no oftener than this, so that not every page is a write.
_GRAIN = 30.0


def begin(request: HttpRequest, *, at: dt.datetime) -> None:
    """A fresh sign-in."""
    request.session[SINCE] = request.session[SEEN] = at.timestamp()


def has_run_out(request: HttpRequest, *, at: dt.datetime) -> bool:
    """Whether the sign-in is over, by idleness or by age. One without a beginning begins now."""
    if SINCE not in request.session:
        begin(request, at=at)
    age = at.timestamp() - request.session[SINCE]
    return is_idle(request, at=at) or bool(age > settings.SESSION_ABSOLUTE_HOURS * 3600)


def is_idle(request: HttpRequest, *, at: dt.datetime) -> bool:
    """Whether the person has done nothing for too long."""
    return bool(at.timestamp() - request.session[SEEN] > idle_minutes(request) * 60)


def idle_minutes(request: HttpRequest) -> int:
    """How long the person may do nothing, by the page she was on last."""
    return int(request.session.get(IDLE, settings.SESSION_IDLE_MINUTES))


def renew(request: HttpRequest, view: str, *, at: dt.datetime) -> None:
    """A person did something on a page, named by its address."""
    if request.headers.get("X-Poll") == "1":
        return
    minutes = settings.SESSION_IDLE_MINUTES_ON.get(view, settings.SESSION_IDLE_MINUTES)
    if minutes != idle_minutes(request):
        request.session[IDLE] = minutes
    if at.timestamp() - request.session[SEEN] > _GRAIN:
        request.session[SEEN] = at.timestamp()


def end(request: HttpRequest) -> None:
    """Signs out, here and in the list of sessions."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)


def change_key(request: HttpRequest) -> None:
    """A new key when rights change, so that a planted or copied one is worthless."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def second_factor_shown(request: HttpRequest) -> None:
    """This session has proved a second factor in a way that allauth keeps no record of."""
    request.session[SECOND_FACTOR] = str(request.user.pk)


def forget_second_factor(request: HttpRequest) -> None:
    """The last one was removed: this session has to set up a new one before anything else."""
    request.session.pop(SECOND_FACTOR, None)
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        record for record in records if record.get("method") != "mfa"
    ]


def has_second_factor(request: HttpRequest) -> bool:
    """Whether *this session* has shown one; that the person owns one is not enough."""
    records = get_authentication_records(request, request.user)
    return request.session.get(SECOND_FACTOR) == str(request.user.pk) or any(
        record.get("method") == "mfa" for record in records
    )


def owns_second_factor(request: HttpRequest) -> bool:
    """Whether the person has set one up, in whatever session."""
    return bool(Authenticator.objects.filter(user_id=request.user.pk).exists())
