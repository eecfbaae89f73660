"""Files taken in by one transaction, and only then removed."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from referrals.commands.inbox import Delivery, Unread, take_letters
from referrals.intake.files import take_files
from referrals.intake.folder import files
from referrals.intake.folder.files import File, Trouble
from referrals.intake.folder.places import Place, opened
from referrals.states import InboxState, Way
from roegfri import clock
from roegfri.actor import Actor, acting, receiving
from roegfri.medcom import Unreadable
from roegfri.medcom.receipts import read_original
from roegfri.organisations import lookup
from roegfri.organisations.models import Municipality
from roegfri.walls.locks import first

KEPT_OF_TOO_LARGE = 64 * 1024
_log = structlog.get_logger("roegfri.sweep")
# Files that are in the database and cannot be removed. What forgets them, as a restart does, takes
# them in once more: as what they are then, known before.
_stuck: set[files.Key] = set()


@dataclass(slots=True)
class Tally:
    """What became of the files of a folder: how many were taken, how many lie there still."""

    taken: int = 0
    waiting: int = 0
    troubles: Counter[Trouble] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files for one inbox, in their order."""

    place: Place
    inbox: Municipality
    files: Sequence[File]


def take_set(
    root: Path, place: Place, names: Sequence[str], tally: Tally, *, by: Actor, at: dt.datetime
) -> bool:
    """Takes some files of a folder in, in order. False when another worker is at that folder."""
    with opened(root, *place.names) as folder:
        found = _read(folder, names, tally, at)
        for batch in _batches(place, found):
            kept = _kept(folder, batch, tally, by, at)
            if kept is None:
                return False
            for file, name in kept:
                _leave(root, place, folder, file, name, tally)
    return True


def _read(folder: int, names: Sequence[str], tally: Tally, at: dt.datetime) -> list[File]:
    found = []
    for name in names:
        match files.read(folder, name, at):
            case File() as file:
                found.append(file)
            case Trouble() as trouble:
                tally.troubles[trouble] += 1
            case None:
                tally.waiting += 1
    return found


def _batches(place: Place, found: Sequence[File]) -> Iterator[_Batch]:
    """One for each inbox: nearly always one."""
    by_inbox: dict[Municipality, list[File]] = {}
    for file in found:
        by_inbox.setdefault(_inbox(place, file), []).append(file)
    yield from (_Batch(place, inbox, some) for inbox, some in by_inbox.items())


def _inbox(place: Place, file: File) -> Municipality:
    """Whose a file is: in the shared folder the receiver's, if it names one that is known here."""
    if not place.shared:
        return place.inbox
    try:
        original = read_original(file.body)
    except Unreadable:
        return place.inbox
    on, code = clock.danish_date(file.arrived), original.receiver_code
    found = lookup.receiver_by_ean(original.receiver_ean, on)
    if found is None and code:
        found = lookup.receiver_by_code(code, on)
    return found.municipality if found and found.agreement else place.inbox


@transaction.atomic
def _kept(
    folder: int, batch: _Batch, tally: Tally, by: Actor, at: dt.datetime
) -> list[tuple[File, str]] | None:
    """The files that are in the database now, with the names they are hidden under; None when
    another worker is at the folder.

    They are hidden before the transaction ends, so that whoever comes next sees no file twice, and
    removed after it, so that none is lost: killed in between, the next sweep finds them hidden.
    """
    if not first("sweep", batch.place.label):
        return None
    here = [file for file in batch.files if files.is_still(folder, file)]
    known = [file for file in here if file.key in _stuck]
    fresh = [file for file in here if file.key not in _stuck]
    taken = _taken(fresh, batch.inbox, tally, by, at)
    tally.taken += len(taken)
    return _hidden(folder, [*known, *taken], tally)


def _taken(
    some: Sequence[File], inbox: Municipality, tally: Tally, by: Actor, at: dt.datetime
) -> list[File]:
    """All at once; where even keeping them fails, each by itself, so that none holds up others."""
    try:
        with transaction.atomic():
            _take(some, inbox, by, at)
    except Exception:  # (whatever it is, the file stays where it is, and that is said)
        if not connection.is_usable():
            raise  # the database is away: all of it is tried again
        if len(some) > 1:
            return [one for file in some for one in _taken([file], inbox, tally, by, at)]
        _log.exception("a file was not taken in", count=1)
        tally.troubles[Trouble.FAILED] += 1
        return []
    return list(some)


def _take(some: Sequence[File], inbox: Municipality, by: Actor, at: dt.datetime) -> None:
    whole = [
        Delivery(file.body, file.shown, file.arrived, Way.FOLDER)
        for file in some
        if not file.too_large
    ]
    large = [
        Unread(
            Delivery(file.body[:KEPT_OF_TOO_LARGE], file.shown, file.arrived, Way.FOLDER),
            InboxState.UNREADABLE,
            _("Filen er større end 5 MB. Her er begyndelsen; den selv ligger i mappen «afvist»."),
        )
        for file in some
        if file.too_large
    ]
    if whole:
        take_files(whole, inbox=inbox, by=by, at=at)
    if large:
        with acting(receiving(by, inbox.pk, inbox.name)) as door:
            take_letters(large, inbox=inbox, by=door, at=at)


def _hidden(folder: int, kept: Sequence[File], tally: Tally) -> list[tuple[File, str]]:
    """Without those that may not be touched, and those in whose place another has come."""
    hidden = []
    for file in kept:
        try:
            name = files.set_aside(folder, file)
        except OSError:
            # Not before it is sure: a file that is called known is not taken.
            transaction.on_commit(partial(_stuck.add, file.key))
            tally.troubles[Trouble.STUCK] += 1
        else:
            hidden += [(file, name)] if name else []
    return hidden


def _leave(root: Path, place: Place, folder: int, file: File, name: str, tally: Tally) -> None:
    try:
        if file.too_large:
            files.refuse(root, place.names, folder, name)
        else:
            files.remove(folder, name)
    except OSError:
        tally.troubles[Trouble.STUCK] += 1
        with suppress(OSError):
            _stuck.add(files.key_of(os.stat(name, dir_fd=folder, follow_symlinks=False)))
