"""Moves a thing from one state to the next; each app's states.py says which moves are legal."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from roegfri.refusal import Refusal

Moves = Mapping[str, frozenset[str]]


class IllegalMove(Refusal):
    """The thing has moved on since the page was shown, or the move was never legal."""


class Stateful(Protocol):
    """What `move` needs: a state, since when, and Django's save."""

    state: str
    state_since: dt.datetime

    def save(self, *, update_fields: Sequence[str]) -> None:
        """Django's."""

    def get_state_display(self) -> str:
        """Django's: the state in words."""


def allowed(moves: Moves, current: str, to: str) -> bool:
    """Whether the table has the move."""
    return to in moves[current]


def move(
    thing: Stateful, moves: Moves, *, to: str, at: dt.datetime, facts: Sequence[str] = ()
) -> None:
    """Checks, stamps and saves; `facts` are other fields to save in the same UPDATE.

    Raises IllegalMove (a Refusal) when the table has no such move.
    """
    if not allowed(moves, thing.state, to):
        raise IllegalMove(
            _("Det kan ikke lade sig gøre: status er nu «%(state)s». Genindlæs siden.")
            % {"state": thing.get_state_display()}
        )
    thing.state, thing.state_since = to, at
    thing.save(update_fields=["state", "state_since", *facts])
