"""How a signed-in person is found again, and how a password is tried."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from roegfri import clock
from roegfri.accounts import guesses
from roegfri.accounts.models import Grant, User


class Backend(AuthenticationBackend):
    """allauth's own; with the grants in the same query, and every password counted as a guess."""

    def get_user(self, user_id: Any) -> User | None:
        """The person with her grants in force today; None when she is no longer active."""
        grants = list(
            Grant.objects.valid_on(clock.today())
            .filter(user_id=user_id, user__is_active=True)
            .select_related("user", "organisation")
            .order_by("role", "organisation__name", "id")
        )
        user: User | None = grants[0].user if grants else super().get_user(user_id)
        if user is not None:
            user.valid_grants = grants
        return user

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """The person, if the password is hers. Raises guesses.TooMany, whatever the password."""
        email = credentials.get("email") or credentials.get("username") or ""
        with guesses.counted(guesses.of_password(email), at=clock.now()) as guess:
            user = super().authenticate(request, **credentials)
            guess.right = user is not None
        return user
