"""The watched folder, swept once: every municipality's, the shared one, then what goes out."""

import datetime as dt
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.commands.sweep import Seen, note_sweep
from referrals.intake.folder.files import Entry, Trouble, listed
from referrals.intake.folder.outbound import write_out
from referrals.intake.folder.places import IN, Place, made, opened
from referrals.intake.folder.taking import Tally, take_set
from referrals.queries.sweep import ROOT, swept_municipalities
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality
from roegfri.refusal import Words

# A worker does nothing else meanwhile: what is left over waits for the next round.
LONGEST = dt.timedelta(seconds=20)
SET_FILES, SET_BYTES = 100, 20_000_000

_CODE = re.compile("[0-9]{3}")
# AHEAD is counted as waiting already, and what is no file waits for nothing.
STAYING = frozenset(Trouble) - {Trouble.AHEAD, Trouble.STRANGE}
_TROUBLES: dict[Trouble, Words] = {
    Trouble.STRANGE: gettext_lazy(
        "Ikke almindelige filer (genvej, undermappe, rør), som ikke røres: %(count)s."
    ),
    Trouble.UNREADABLE: gettext_lazy(
        "Filer, som Røgfri ikke må læse: %(count)s. Ret adgangen til dem."
    ),
    Trouble.STUCK: gettext_lazy(
        "Filer, som er læst ind, men ikke kan fjernes: %(count)s. Giv Røgfri lov til at slette her."
    ),
    Trouble.FAILED: gettext_lazy(
        "Filer, som ikke kunne læses ind på grund af en fejl: %(count)s. Se driftens log."
    ),
    Trouble.AHEAD: gettext_lazy(
        "Filer fra fremtiden: %(count)s. Mappens ur går forud for serverens."
    ),
}


@dataclass(slots=True)
class _Round:
    """A place: the sets of its files that are left, and what became of the others."""

    place: Place
    sets: deque[list[str]] = field(default_factory=deque)
    tally: Tally = field(default_factory=Tally)
    trouble: str = ""


def sweep(root: Path, *, by: Actor, now: Callable[[], dt.datetime]) -> None:
    """Takes in what lies in the folder, writes what is to go out, and notes how it went.

    `by` is a system scope. Repeatable at any time, by several at once, and after being cut off.
    """
    at = now()
    if not root.is_dir():
        missing = _("Mappen findes ikke. Er den monteret?")
        note_sweep([Seen(ROOT, trouble=missing)], by=by, at=at)
        return
    members = swept_municipalities(by, clock.danish_date(at))
    for names in ((IN,), *((code, IN) for code in members)):
        made(root, *names)
    places = [Place((code, IN), whose) for code, whose in sorted(members.items())]
    if whose := members.get(settings.MEDCOM_SHARED_INBOX):
        places.append(Place((IN,), whose, shared=True))
    seen = [Seen(ROOT), *_not_swept(root, members, at), *_swept(root, places, by=by, now=now)]
    seen += write_out(root, by=by, at=now())
    note_sweep(seen, by=by, at=now())


def _swept(
    root: Path, places: Sequence[Place], *, by: Actor, now: Callable[[], dt.datetime]
) -> list[Seen]:
    """A set from each place in turn, so that a heap in one holds up no other.

    What another worker is at just now is left to it, and to it to note.
    """
    until = now() + LONGEST
    rounds = [begun for place in places if (begun := _begun(root, place, now()))]
    queue = deque(one for one in rounds if one.sets)
    while queue and now() < until:
        one = queue.popleft()
        try:
            mine = take_set(root, one.place, one.sets.popleft(), one.tally, by=by, at=now())
        except OSError:
            one.trouble = _unopened()
            continue
        if not mine:
            rounds.remove(one)
        elif one.sets:
            queue.append(one)
    return [_seen(one) for one in rounds]


def _begun(root: Path, place: Place, at: dt.datetime) -> _Round | None:
    """What lies there, cut into sets; None where there is no such folder."""
    try:
        with opened(root, *place.names) as folder:
            found = listed(folder, at)
    except FileNotFoundError:
        return None
    except OSError:
        return _Round(place, trouble=_unopened())
    tally = Tally(waiting=found.waiting, troubles=found.troubles)
    return _Round(place, deque(_sets(found.ready)), tally)


def _sets(ready: Sequence[Entry]) -> Iterator[list[str]]:
    """Names in their order, as many at once as one transaction should hold."""
    names: list[str] = []
    size = 0
    for entry in ready:
        if names and (len(names) == SET_FILES or size + entry.size > SET_BYTES):
            yield names
            names, size = [], 0
        names.append(entry.name)
        size += entry.size
    if names:
        yield names


def _seen(one: _Round) -> Seen:
    tally = one.tally
    words = [str(_TROUBLES[kind]) % {"count": count} for kind, count in tally.troubles.items()]
    left = sum(len(names) for names in one.sets)
    stay = sum(count for kind, count in tally.troubles.items() if kind in STAYING)
    return Seen(
        one.place.label,
        waiting=tally.waiting + left + stay,
        taken=tally.taken > 0,
        trouble=one.trouble or " ".join(sorted(words)),
    )


def _unopened() -> str:
    return _("Mappen kan ikke åbnes, eller den er en genvej.")


def _not_swept(root: Path, members: Mapping[str, Municipality], at: dt.datetime) -> list[Seen]:
    """Folders in which files lie that nobody takes in, and why."""
    with opened(root) as folder:
        names = os.listdir(folder)  # noqa: PTH208  (of a descriptor)
    seen = []
    for code in sorted(set(filter(_CODE.fullmatch, names)) - set(members)):
        lying = _lying(root, (code, IN), at)
        words = _("Kommunen er ikke med i en aftale, så filerne bliver liggende.")
        seen += [Seen(f"{code}/{IN}", waiting=lying, trouble=words)] if lying else []
    if settings.MEDCOM_SHARED_INBOX not in members:
        lying = _lying(root, (IN,), at)
        words = _("Ingen kommune ser efter den fælles mappe (MEDCOM_SHARED_INBOX).")
        wrong = lying or settings.MEDCOM_SHARED_INBOX
        seen.append(Seen(IN, waiting=lying, trouble=words if wrong else ""))
    return seen


def _lying(root: Path, names: tuple[str, ...], at: dt.datetime) -> int:
    try:
        with opened(root, *names) as folder:
            found = listed(folder, at)
    except OSError:
        return 0
    return len(found.ready) + found.waiting
