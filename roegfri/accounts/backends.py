"""How a signed-in person is found again, and how a password is tried."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model
from django.http import HttpRequest

from roegfri import clock
from roegfri.accounts import guesses
from roegfri.accounts.models import Grant, User
from roegfri.organisations.models import Organisation
from roegfri.walls import prepared

# Asked at every request, so planned once: the person, and a row for each grant in force.
_PERSON = """
select {columns}
from accounts_user u
left join accounts_grant g on g.user_id = u.id
  and g.from_on <= %(today)s and (g.until_on is null or g.until_on >= %(today)s)
left join organisations_organisation o on o.id = g.organisation_id
where u.id = %(id)s and u.is_active
order by g.role, o.name, g.id
"""


class Backend(AuthenticationBackend):
    """allauth's own; with the grants in the same query, and every password counted as a guess."""

    def get_user(self, user_id: Any) -> User | None:
        """The person with her grants in force today; None when she is no longer active."""
        statement = _PERSON.format(columns=", ".join(_columns()))
        rows = prepared.tuples(statement, {"id": user_id, "today": clock.today()})
        if not rows:
            return None
        user, *_ = _models(rows[0])
        user.valid_grants = [_grant(user, row) for row in rows if row[_GRANT_ID()] is not None]
        return user

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """The person, if the password is hers. Raises guesses.TooMany, whatever the password."""
        email = credentials.get("email") or credentials.get("username") or ""
        with guesses.counted(guesses.of_password(email), at=clock.now()) as guess:
            user = super().authenticate(request, **credentials)
            guess.right = user is not None
        return user
