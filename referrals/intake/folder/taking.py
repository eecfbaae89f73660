"""A set of files taken in by one transaction, and only then removed."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from referrals.commands.inbox import Delivery, keep_message
from referrals.intake.files import take_file
from referrals.intake.folder import files
from referrals.intake.folder.files import File, Trouble
from referrals.intake.folder.places import Place, opened
from referrals.states import InboxState
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
_stuck: set[tuple[int, ...]] = set()


@dataclass(slots=True)
class Tally:
    """What became of the files of a folder: how many were taken, how many lie there still."""

    taken: int = 0
    waiting: int = 0
    troubles: Counter[Trouble] = field(default_factory=Counter)


def take_set(
    root: Path, place: Place, names: Sequence[str], tally: Tally, *, by: Actor, at: dt.datetime
) -> bool:
    """Takes some files of a folder in, in order. False when another worker is at that folder.

    They are hidden before the transaction ends, so that whoever comes next sees no file twice, and
    removed after it, so that none is lost: killed in between, the next sweep finds them hidden.
    """
    with opened(root, *place.names) as folder:
        with transaction.atomic():
            if not first("sweep", place.label):
                return False
            found = _read(folder, names, tally, at)
            known = [file for file in found if file.key in _stuck]
            fresh = [file for file in found if file.key not in _stuck]
            taken = _taken(place, fresh, tally, by, at)
            hidden = _hidden(folder, [*known, *taken], tally)
        for file, name in hidden:
            _leave(root, place, folder, file, name, tally)
    tally.taken += len(taken)
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


def _taken(
    place: Place, found: Sequence[File], tally: Tally, by: Actor, at: dt.datetime
) -> list[File]:
    """Those that are in the database now: nearly always all of them."""
    taken: list[File] = []
    addressed = [(_inbox(place, file), file.too_large, file) for file in found]
    for (inbox, too_large), some in groupby(addressed, key=lambda one: one[:2]):
        batch = [file for _inbox_of, _large, file in some]
        if too_large:
            kept = [_refused(file, inbox, _too_large(), tally, by, at) for file in batch]
            taken += [file for file in kept if file]
        else:
            taken += _in_sets(batch, inbox, tally, by, at)
    return taken


def _in_sets(
    batch: Sequence[File], inbox: Municipality, tally: Tally, by: Actor, at: dt.datetime
) -> list[File]:
    """All at once; where that fails, each by itself, so that one cannot hold up the others."""
    try:
        with transaction.atomic():
            for file in batch:
                take_file(
                    file.body, file.shown, inbox=inbox, received_at=file.arrived, by=by, at=at
                )
    except (OperationalError, InterfaceError):
        raise  # the database is away, or in the way: all of it is tried again
    except Exception:  # noqa: BLE001  (whatever it is, the file is kept)
        if len(batch) > 1:
            return [one for file in batch for one in _in_sets([file], inbox, tally, by, at)]
        _log.exception("a file was not taken in", count=1)
        kept = _refused(batch[0], inbox, _failed(), tally, by, at)
        return [kept] if kept else []
    return list(batch)


def _refused(
    file: File, inbox: Municipality, reason: str, tally: Tally, by: Actor, at: dt.datetime
) -> File | None:
    """Keeps a file in the inbox, for a person to look at; None where not even that can be done."""
    delivery = _delivery(file)
    try:
        with acting(receiving(by, inbox.pk, inbox.name)) as door, transaction.atomic():
            keep_message(
                delivery,
                inbox=inbox,
                state=InboxState.UNREADABLE,
                reason=reason,
                by=door,
                at=at,
            )
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001  (it stays where it is, and is said)
        _log.exception("a file could not be kept", count=1)
        tally.troubles[Trouble.FAILED] += 1
        return None
    return file


def _hidden(folder: int, kept: Sequence[File], tally: Tally) -> list[tuple[File, str]]:
    """The files with the names they are hidden under; without those that may not be touched."""
    hidden = []
    for file in kept:
        try:
            name = files.set_aside(folder, file)
        except OSError:
            _stuck.add(file.key)
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
        stays = os.stat(name, dir_fd=folder, follow_symlinks=False)
        _stuck.add((*files.identity_of(stays), stays.st_ctime_ns))
        tally.troubles[Trouble.STUCK] += 1


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


def _delivery(file: File) -> Delivery:
    body = file.body[:KEPT_OF_TOO_LARGE] if file.too_large else file.body
    return Delivery(body, file.shown, file.arrived)


def _too_large() -> str:
    return _(
        "Filen er større end 5 MB. Her er begyndelsen af den; den selv ligger i mappen «afvist»."
    )


def _failed() -> str:
    return _("Røgfri kunne ikke læse filen ind på grund af en fejl. Giv driften besked.")
