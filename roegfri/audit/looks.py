"""Who was looked at: gathered while a screen runs, written before its page leaves.

Rows of the citizen table announce themselves (`noticed`) as they are read, so that no screen has
to remember to write the log. A query that reads persons by hand-written SQL calls `noticed` itself.
"""

import contextlib
import contextvars
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.audit.searches import record_search


@dataclass(slots=True)
class Seen:
    """The persons read so far, the reason for it if one was typed, and what was searched for."""

    persons: set[UUID] = field(default_factory=set)
    reason: str = ""
    criterion: str | None = field(default=None, repr=False)


_seen: contextvars.ContextVar[Seen | None] = contextvars.ContextVar("seen", default=None)


@contextlib.contextmanager
def watch() -> Iterator[Seen]:
    """Gathers everybody read inside."""
    seen = Seen()
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)


def noticed(persons: Iterable[UUID]) -> None:
    """These persons' data were read."""
    seen = _seen.get()
    if seen is not None:
        seen.persons.update(persons)


def because(reason: str) -> None:
    """Why, in the person's own words; asked for outside one's own open cases."""
    seen = _seen.get()
    if seen is not None:
        seen.reason = reason


def searched(criterion: str) -> None:
    """The screen is a search: its one line says so, and is written even if nobody was found."""
    seen = _seen.get()
    if seen is not None:
        seen.criterion = criterion


def write(seen: Seen, route: str, *, by: Actor, at: dt.datetime) -> None:
    """One line for the request: the screen, the persons, the reason or what was searched for."""
    if seen.criterion is not None:
        record_search(seen.criterion, route, by=by, at=at, persons=seen.persons)
    elif seen.persons:
        record("person.read", route, by=by, at=at, persons=seen.persons, reason=seen.reason)
