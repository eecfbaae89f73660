"""At most ten wrong guesses for each account and hour, wherever they come from.

Passwords are one count, the codes of the second factor (TOTP and recovery codes together) another.
A right guess is not held against the person; it does not wipe the wrong ones out either, or
somebody could guess between two of her own sign-ins. No address, header or cookie takes part.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from roegfri import sealed
from roegfri.accounts import limits
from roegfri.accounts.models import User

LIMIT = 10
WINDOW = dt.timedelta(hours=1)


class TooMany(Exception):
    """The account has used its guesses for this hour; shown as a 429 page (middleware.py)."""


@dataclass(slots=True)
class Guess:
    """One try; whether it was right is for the caller to say."""

    right: bool = False


def of_password(email: str) -> str:
    """The count of an address; unknown ones are counted too, so that none gives itself away."""
    return f"password:{sealed.fingerprint(email.strip().lower(), of='sign-in').hex()}"


def of_second_factor(user: User) -> str:
    """The count of a person's codes."""
    return f"second factor:{user.pk}"


@contextlib.contextmanager
def counted(key: str, *, at: dt.datetime) -> Iterator[Guess]:
    """Counts one guess; given back when it turns out right. Raises TooMany."""
    if not limits.take(key, limit=LIMIT, window=WINDOW, at=at):
        raise TooMany
    guess = Guess()
    yield guess
    if guess.right:
        limits.give_back(key, at=at)
