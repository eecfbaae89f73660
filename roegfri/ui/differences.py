"""Two people write in the same thing at once: what both changed is shown and chosen, the rest kept.

A form carries what it showed when it was opened (`seen`, sealed: nobody reads or alters it in the
page). When it is sent, three answers are held against each other for each part of the thing:

    seen    what the form showed
    now     what is there when it is sent
    mine    what the form says

What only one of the two has changed is taken; what both have changed, and differently, is a
`Clash`, and the command raises `Collision`: the page then shows every conflict with its choice,
and the same form is sent again with `settled` answers. Nothing typed is lost.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from roegfri import sealed
from roegfri.refusal import Conflict

# A part of a thing is one value or a few that belong together, as JSON writes them: an address is
# street, postcode and town, and nobody wants one's street with another's town.
Value = str | int | bool | None
Part = tuple[Value, ...]
Parts = Mapping[str, Part]
THEIRS, MINE = "theirs", "mine"
CHOICE = "choice-"
_PLACE = "form.seen"


@dataclass(frozen=True, slots=True)
class Clash:
    """One part that two people have changed to different things. `before` is None when unknown."""

    name: str
    before: Part | None
    theirs: Part
    mine: Part


@dataclass(frozen=True, slots=True)
class Merged:
    """What to save, what others changed meanwhile and is kept, and what must be chosen."""

    changed: dict[str, Part] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    conflicts: list[Clash] = field(default_factory=list)


class Collision(Conflict):
    """Somebody else has changed the same; nothing is saved. `now` is what is there."""

    def __init__(self, conflicts: Sequence[Clash], now: Parts) -> None:
        super().__init__(
            _("En anden har rettet det samme, mens du skrev. Vælg for hvert felt, hvad der gælder.")
        )
        self.conflicts = conflicts
        self.now = now


@dataclass(frozen=True, slots=True)
class Shown:
    """One conflict in words, with who wrote the other thing and when."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    who: str = ""
    at: dt.datetime | None = None

    @property
    def choice(self) -> str:
        """The name of the field in which the choice is sent."""
        return CHOICE + self.name


def merged(seen: Parts | None, now: Parts, mine: Parts) -> Merged:
    """Holds the three against each other. Without `seen` every difference is a conflict."""
    found = Merged()
    for name, wanted in mine.items():
        before = seen.get(name, now[name]) if seen is not None else None
        if wanted == now[name]:
            continue
        if wanted == before:
            found.kept.append(name)
        elif now[name] == before:
            found.changed[name] = wanted
        else:
            found.conflicts.append(Clash(name, before, now[name], wanted))
    return found


def settled(
    seen: Parts, shown: Parts, mine: Parts, choices: Mapping[str, Any]
) -> tuple[dict[str, Part], dict[str, Part]]:
    """`seen` and `mine` after the choices: what was chosen between counts as seen.

    `shown` is what the page of differences showed as theirs; if that has changed again, it is a
    conflict again.
    """
    chosen = {
        name: choices[CHOICE + name]
        for name in shown
        if choices.get(CHOICE + name) in {THEIRS, MINE}
    }
    after = {**seen, **{name: shown[name] for name in chosen}}
    wanted = {
        name: shown[name] if chosen.get(name) == THEIRS else value for name, value in mine.items()
    }
    return after, wanted


def sealed_parts(parts: Parts, *, about: UUID) -> str:
    """For a hidden field: readable here alone, and for this thing alone."""
    text = json.dumps({name: list(part) for name, part in parts.items()})
    return base64.urlsafe_b64encode(sealed.seal(text, place=_PLACE, row=about)).decode()


def opened_parts(text: str, *, about: UUID) -> dict[str, Part] | None:
    """What a hidden field carries; None for anything that was not sealed here for this thing."""
    try:
        body = base64.urlsafe_b64decode(text.encode())
        parts = json.loads(sealed.unseal(body, place=_PLACE, row=about))
    except (binascii.Error, ValueError, sealed.Unsealable):
        return None
    return {name: tuple(part) for name, part in parts.items()}
