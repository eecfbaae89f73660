"""The letter that tells somebody of her role: with a link to a password, or to the sign-in page.

It says who invited her, to which role and where; nothing about any case.
"""

import smtplib
from dataclasses import dataclass
from datetime import timedelta

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from roegfri.accounts.models import Grant, User

_log = structlog.get_logger("roegfri.accounts")


def password_link(user: User) -> str:
    """The path at which a person sets her password; it works once, for three days."""
    key = default_token_generator.make_token(user)
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": key},
    )


def has_way_in(user: User) -> bool:
    """Whether she has signed in by some road: then nobody but herself is offered a password."""
    return (
        user.has_usable_password()
        or SocialAccount.objects.filter(user_id=user.pk).exists()
        or Authenticator.objects.filter(user_id=user.pk).exists()
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """An invitation, ready to be sent when the role is committed."""

    email: str
    name: str
    language: str
    role: str
    organisation: str
    inviter: str
    known: bool
    address: str
    days: int = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days


def letter(request: HttpRequest, grant: Grant, *, inviter: str) -> Letter:
    """What a person is told of her role."""
    user = grant.user
    known = has_way_in(user)
    path = reverse(settings.LOGIN_URL) if known else password_link(user)
    return Letter(
        email=user.email,
        name=user.name,
        language=user.language,
        role=grant.role,
        organisation=grant.organisation.name,
        inviter=inviter,
        known=known,
        address=request.build_absolute_uri(path),
    )


def send(request: HttpRequest, ready: Letter) -> bool:
    """Sends it, by the road of the letters about passwords; False when the mail server refused."""
    with translation.override(ready.language):
        context = {"letter": ready, "role": Grant(role=ready.role).get_role_display().lower()}
        try:
            get_adapter(request).send_mail("account/email/invitation", ready.email, context)
        except (OSError, smtplib.SMTPException):
            _log.exception("an invitation was not sent")
            return False
    return True
