"""What allauth asks the house: who may come in, and how secrets are kept."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from roegfri import clock, sealed
from roegfri.accounts import commands, openid, sessions
from roegfri.accounts.models import User
from roegfri.actor import acting, system


class AccountAdapter(DefaultAccountAdapter):
    """E-mail and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: staff are invited."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """allauth's answer; an address that is none («//[») is not safe, and no error."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def format_email_subject(self, subject: str) -> str:
        """The name of the house, and nothing that says what the person does here."""
        return f"Røgfri: {subject}"

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not within the first minutes of a sign-in: the person has just shown who she is."""
        since = self.request.session.get(sessions.SINCE, 0)
        fresh = clock.now().timestamp() - since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app, **more))


class SocialAdapter(DefaultSocialAccountAdapter):
    """OpenID Connect: known by the provider's own id of the person, never by e-mail alone."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Settles the person's roles by her claim, at every sign-in; turns strangers away."""
        if not _says_one_thing(sociallogin.account.extra_data):
            raise _refused(request, "mismatch")
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        if sociallogin.is_existing:
            _settle_roles(sociallogin)
        elif not openid.roles(sociallogin):
            raise _refused(request, "no_role")
        elif not sociallogin.user.email:
            raise _refused(request, "no_email")
        elif User.objects.filter(email__iexact=sociallogin.user.email).exists():
            raise _refused(request, "known_email")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever's claim gives a role; pre_social_login has seen to it."""
        return bool(openid.roles(sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """A new person, from her claims."""
        user: User = sociallogin.user
        user.email = (data.get("email") or "").strip().lower()
        full = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        user.name = (data.get("name") or full or user.email)[:120]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """The new person, with her roles."""
        user: User = super().save_user(request, sociallogin, form)
        _settle_roles(sociallogin)
        return user


def _says_one_thing(data: dict[str, Any]) -> bool:
    """Whether ID token and userinfo speak of the same person (OpenID Connect Core, 5.3.2)."""
    subjects = {part["sub"] for part in data.values() if isinstance(part, dict) and "sub" in part}
    return len(subjects) <= 1


def _settle_roles(sociallogin: Any) -> None:
    source = sociallogin.account.provider
    with acting(system(f"openid.{source}")) as actor:
        wanted = openid.roles(sociallogin)
        commands.sync_grants(sociallogin.user, wanted, source=source, by=actor, at=clock.now())


def _refused(request: HttpRequest, why: str) -> ImmediateHttpResponse:
    return ImmediateHttpResponse(
        render(request, "accounts/not_let_in.html", {"why": why}, status=403)
    )


class MfaAdapter(DefaultMFAAdapter):
    """The second factor. Its secrets are sealed, like all that must not lie open at rest."""

    def encrypt(self, text: str) -> str:
        """For the database. allauth does not say whose secret it is: the seal binds no row."""
        return base64.b64encode(sealed.seal(text, place="mfa", row="")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """From the database. Raises sealed.Unsealable."""
        return sealed.unseal(base64.b64decode(encrypted_text), place="mfa", row="")
