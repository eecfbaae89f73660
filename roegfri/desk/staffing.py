"""A municipality's people as a coordinator sees them: roles, last sign-in, open cases."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from roegfri import clock
from roegfri.accounts.models import Grant, User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role here; `seen_at` is her last sign-in since she got it, None: not yet."""

    user: User
    grants: list[Grant]
    seen_at: dt.datetime | None
    cases: int

    @property
    def first(self) -> Grant:
        """The role that an invitation is renewed under."""
        return self.grants[0]


@dataclass(frozen=True, slots=True)
class Staff:
    """Those with a role now or to come, and those without one any longer."""

    current: list[Person]
    former: list[Person]


def staff(grants: Iterable[Grant], cases: Mapping[UUID, int], today: dt.date) -> Staff:
    """`grants` newest first for each person and role; `cases` are open ones by caseworker."""
    by_user: dict[UUID, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_user[grant.user_id].append(grant)
    found = Staff([], [])
    for of_one in by_user.values():
        live = [grant for grant in of_one if not is_over(grant, today)]
        (found.current if live else found.former).append(
            _person(live or of_one[:1], cases.get(of_one[0].user_id, 0))
        )
    return found


def is_over(grant: Grant, today: dt.date) -> bool:
    """Whether its last day has passed."""
    return grant.until_on is not None and grant.until_on < today


def _person(grants: list[Grant], cases: int) -> Person:
    """Nothing is told of what she did before she had a role here: that is another's business."""
    user = grants[0].user
    since = min(grant.from_on for grant in grants)
    seen = user.last_login
    here = seen is not None and clock.danish_date(seen) >= since
    return Person(user, grants, seen if here else None, cases)
