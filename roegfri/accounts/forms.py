"""What a person says of herself; and allauth's forms with our count of guesses around them."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.accounts import guesses
from roegfri.accounts.models import User


class Profile(forms.Form):
    """Name and how the pages behave."""

    name = forms.CharField(label=_("Navn"), max_length=120)
    phone = forms.CharField(label=_("Telefon"), max_length=20, required=False)
    language = forms.ChoiceField(label=_("Sprog"), choices=settings.LANGUAGES)
    shortcuts = forms.BooleanField(label=_("Brug genveje på tastaturet"), required=False)


class _CountedCode:
    """One code, tried once, in one place at a time."""

    def clean_code(self) -> str:
        """The code, if it is right. Raises guesses.TooMany.

        Locking the person while the code is checked and crossed off is what makes one code work
        once, however many windows send it at the same moment.
        """
        user: User = self.user  # type: ignore[attr-defined]
        with guesses.counted(guesses.of_second_factor(user), at=clock.now()) as guess:
            with transaction.atomic():
                User.objects.select_for_update().get(pk=user.pk)
                code: str = super().clean_code()  # type: ignore[misc]
            guess.right = True
        return code


class Authenticate(_CountedCode, AuthenticateForm):
    """The second step of signing in."""


class Reauthenticate(_CountedCode, ReauthenticateForm):
    """The same, asked again before something sensitive."""


class ChangePassword(ChangePasswordForm):
    """The old password is a guess too."""

    def clean_oldpassword(self) -> str:
        """The old password, if it is right. Raises guesses.TooMany."""
        with guesses.counted(guesses.of_password(self.user.email), at=clock.now()) as guess:
            old: str = super().clean_oldpassword()
            guess.right = True
        return old


class ResetPassword(ResetPasswordForm):
    """A lost password. An address without a user is answered alike, on the screen and by mail."""

    def save(self, request: HttpRequest, **more: Any) -> str:
        """Sends the mail; allauth's own for strangers would invite them to sign up."""
        email: str = self.cleaned_data["email"]
        if self.users:
            return str(super().save(request, **more))
        get_adapter().send_mail("account/email/unknown_account", email, {"request": request})
        return email
