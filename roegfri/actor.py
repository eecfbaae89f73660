"""Who is acting: a person under one grant, a token, a signed link, or a named part of the system.

`by` of every command and `viewer` of every query is an Actor. The same value is stated to
PostgreSQL at the start of every transaction (walls/postgresql/base.py), where row-level security
and the change log read it, so code and database always agree on who it is.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What sort of actor."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105  (a word, not a secret)
    LINK = "link"
    PUBLIC = "public"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor under one scope; never the union of several grants."""

    kind: Kind
    name: str
    user_id: UUID | None = None
    grant_id: UUID | None = None
    role: str = ""
    organisation_id: UUID | None = None
    organisation_name: str = ""
    rights: frozenset[str] = frozenset()
    request_id: str = ""

    @property
    def is_system(self) -> bool:
        """Sees every row: sweeps, migrations, commands under a stated scope.

        Not while it receives for one municipality.
        """
        return self.kind is Kind.SYSTEM and self.organisation_id is None

    @property
    def person(self) -> UUID:
        """The user's id, for what only a person does. Raises ValueError for anything else."""
        if self.user_id is None:
            msg = f"{self.label} is no person"
            raise ValueError(msg)
        return self.user_id

    @property
    def label(self) -> str:
        """For the log: never a name, always an id that can be looked up."""
        return f"{self.kind}:{self.user_id or self.name}"

    def may(self, right: str) -> bool:
        """Whether the role it acts under carries the right."""
        return right in self.rights


NOBODY = Actor(Kind.NOBODY, "")

# Roles that no person is granted: what comes in for one municipality, another system that sends
# referrals, and the book-keeping of a municipality's own courses. Row-level security knows them.
INTAKE = "intake"
SENDER = "sender"
HOSTING = "hosting"


def system(name: str) -> Actor:
    """A named system scope, for instance system("outbox.send")."""
    return Actor(Kind.SYSTEM, name)


def receiving(by: Actor, organisation_id: UUID, name: str = "") -> Actor:
    """Whoever brings something in, while it is received: the same actor, for that municipality.

    Under INTAKE the database lets it write and recognise citizens for that one municipality, and
    see nothing of any other. A command takes this scope for the time it receives, no screen does.
    """
    return _narrowed(by, INTAKE, organisation_id, name)


def hosting(by: Actor, organisation_id: UUID, name: str = "") -> Actor:
    """Whoever changes a course of that municipality by what she does for a citizen of her own: the
    same actor, while the seats are counted, the waiting list moves up and the host is told.

    A command takes this scope for that time, no screen does; it removes nothing. A course's
    calendar is read in it by whoever has the link.
    """
    return _narrowed(by, HOSTING, organisation_id, name)


def _narrowed(by: Actor, role: str, organisation_id: UUID, name: str) -> Actor:
    return replace(
        by,
        grant_id=None,
        role=role,
        organisation_id=organisation_id,
        organisation_name=name,
        rights=frozenset(),
    )


_current: contextvars.ContextVar[Actor] = contextvars.ContextVar("actor", default=NOBODY)
_on_change: list[Callable[[], None]] = []


def current() -> Actor:
    """Whoever acts in this thread of control; NOBODY sees no protected row."""
    return _current.get()


def when_changed(tell: Callable[[], None]) -> None:
    """Registers the database's ear: called when the actor changes inside a transaction."""
    _on_change.append(tell)


@contextlib.contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Everything inside happens as `actor`, in the code and in the database."""
    token = _current.set(actor)
    for tell in _on_change:
        tell()
    try:
        yield actor
    finally:
        _current.reset(token)
        for tell in _on_change:
            tell()
