"""How a signed-in person is found again, and how a password is tried."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

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
_TABLES: tuple[tuple[str, type[Model]], ...] = (("u", User), ("g", Grant), ("o", Organisation))
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Part(Generic[M]):
    """The columns of one table in a row of the statement; the first is the key."""

    model: type[M]
    begin: int
    names: tuple[str, ...]

    def made(self, row: tuple[Any, ...]) -> M:
        return self.model.from_db(
            "default", self.names, row[self.begin : self.begin + len(self.names)]
        )


@cache
def _parts() -> tuple[_Part[User], _Part[Grant], _Part[Organisation]]:
    person = _Part(User, 0, _names(User))
    grant = _Part(Grant, len(person.names), _names(Grant))
    after = grant.begin + len(grant.names)
    return person, grant, _Part(Organisation, after, _names(Organisation))


def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _statement() -> str:
    named = (
        (alias, field.column) for alias, model in _TABLES for field in model._meta.concrete_fields
    )
    return _PERSON.format(columns=", ".join(f"{alias}.{column}" for alias, column in named))


def _grant_of(user: User, grant: Grant, organisation: Organisation) -> Grant:
    grant.user, grant.organisation = user, organisation
    return grant


class Backend(AuthenticationBackend):
    """allauth's own; with the grants in the same query, and every password counted as a guess."""

    def get_user(self, user_id: Any) -> User | None:
        """The person with her grants in force today; None when she is no longer active."""
        rows = prepared.tuples(_statement(), {"id": user_id, "today": clock.today()})
        if not rows:
            return None
        persons, grants, organisations = _parts()
        user = persons.made(rows[0])
        user.valid_grants = [
            _grant_of(user, grants.made(row), organisations.made(row))
            for row in rows
            if row[grants.begin] is not None
        ]
        return user

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """The person, if the password is hers. Raises guesses.TooMany, whatever the password."""
        email = credentials.get("email") or credentials.get("username") or ""
        with guesses.counted(guesses.of_password(email), at=clock.now()) as guess:
            user = super().authenticate(request, **credentials)
            guess.right = user is not None
        return user
