"""Which files of a folder are whole, what is in them, and how they leave it.

Nobody knows who writes here, or what: a file is opened without following a link and without waiting
for a pipe, and no more of it is read than a message may have.
"""

import datetime as dt
import errno
import os
import secrets
import stat
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from referrals.intake.folder.places import REFUSED, made, opened

CAP = 5 * 1024 * 1024
# Seconds without a change after which a file counts as whole, and one that looks cut off.
SETTLED, CUT_OFF = 2.0, 10.0
# So many seconds younger than now, a file is told of: the clocks are not together.
AHEAD = -60.0
PARTIAL = (".tmp", ".part", ".filepart")
# What a message ends with. A transfer that stalls after any other element looks whole as well.
_END = b"Emessage>"
ASIDE = ".taget-"
_MARK = len(ASIDE) + 9  # and eight signs and a dash
_LONGEST_NAME = 255
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Identity = tuple[int, int, int, int]
Key = tuple[int, int, int, int, int]


class Trouble(StrEnum):
    """Why a file stays where it is until somebody looks."""

    STRANGE = "strange"
    UNREADABLE = "unreadable"
    STUCK = "stuck"
    FAILED = "failed"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A file that is whole, by its name as the folder has it; they are taken in this order."""

    changed: int
    plain: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a folder; `ready` has the oldest first, `waiting` are still being written."""

    ready: list[Entry] = field(default_factory=list)
    waiting: int = 0
    troubles: Counter[Trouble] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read: at most one byte more than CAP of it. `arrived` is when it was put
    here, by the clock of the folder."""

    name: str
    body: bytes = field(repr=False)
    identity: Identity
    key: Key
    arrived: dt.datetime

    @property
    def too_large(self) -> bool:
        """More than a message may have; the rest was not read."""
        return len(self.body) > CAP

    @property
    def shown(self) -> str:
        """Its name as whoever put it here wrote it."""
        return os.fsencode(_plain(self.name)).decode("utf-8", errors="replace")


def listed(folder: int, at: dt.datetime) -> Listing:
    """What lies in a folder: a letter before its correction, by when each was written."""
    ready: list[Entry] = []
    young: list[Entry] = []
    troubles = Counter[Trouble]()
    for name in os.listdir(folder):
        if _is_none_of_ours(name):
            continue
        try:
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            continue
        age = _age(seen, at)
        if not stat.S_ISREG(seen.st_mode):
            troubles[Trouble.STRANGE] += 1
        else:
            entry = Entry(seen.st_mtime_ns, _plain(name), name, seen.st_size)
            (young if age < SETTLED else ready).append(entry)
            troubles[Trouble.AHEAD] += age < AHEAD
    # What a killed worker had in hand has just been renamed: nothing newer is taken before it.
    first = min((one for one in young if one.name.startswith(ASIDE)), default=None)
    in_turn = sorted(one for one in ready if first is None or one < first)
    return Listing(in_turn, len(young) + len(ready) - len(in_turn), +troubles)


def read(folder: int, name: str, at: dt.datetime) -> File | Trouble | None:
    """The file; or what is wrong with it; or None, when it is gone, or not whole yet."""
    try:
        handle = os.open(name, _FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as fault:
        return Trouble.STRANGE if fault.errno == errno.ELOOP else Trouble.UNREADABLE
    with os.fdopen(handle, "rb") as opened_file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            return Trouble.STRANGE
        try:
            body = opened_file.read(CAP + 1)
        except OSError:
            return Trouble.UNREADABLE
        after = os.fstat(handle)
    age = _age(after, at)
    arrived = at - dt.timedelta(seconds=max(age, 0.0))
    file = File(name, body, identity_of(after), key_of(after), arrived)
    still = file.identity == identity_of(before) and len(body) == min(after.st_size, CAP + 1)
    whole = age >= CUT_OFF or file.too_large or body.rstrip().endswith(_END)
    return file if still and whole else None


def identity_of(seen: os.stat_result) -> Identity:
    """Which file it is, and as it was last written."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def key_of(seen: os.stat_result) -> Key:
    """The same and no other: nobody can set by hand when it was put here."""
    return *identity_of(seen), seen.st_ctime_ns


def is_still(folder: int, file: File) -> bool:
    """Whether a file that was read lies there yet, as it was."""
    try:
        now = os.stat(file.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return identity_of(now) == file.identity


def set_aside(folder: int, file: File) -> str | None:
    """Hides a file that was read, so that it can be removed once it is safely kept.

    Under its own name another file may have come in its place, which nobody has read: that one is
    hidden now as well, is no longer the same, and is found by the next sweep. Then None. Raises
    OSError where the folder does not allow it.
    """
    aside = f"{ASIDE}{secrets.token_hex(4)}-{_short(_plain(file.name), _LONGEST_NAME - _MARK)}"
    try:
        os.rename(file.name, aside, src_dir_fd=folder, dst_dir_fd=folder)
        now = identity_of(os.stat(aside, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return None
    return aside if now == file.identity else None


def remove(folder: int, name: str) -> None:
    """Takes a file away, if it is still there."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def refuse(root: Path, names: tuple[str, ...], folder: int, aside: str) -> None:
    """Moves a hidden file to «afvist» beside its folder; its name is its own. Raises OSError."""
    made(root, *names[:-1], REFUSED)
    name = aside.removeprefix(ASIDE)
    with opened(root, *names[:-1], REFUSED) as refused:
        os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=refused)


def _is_none_of_ours(name: str) -> bool:
    hidden = name.startswith(".") and not name.startswith(ASIDE)
    return hidden or name.lower().endswith(PARTIAL)


def _plain(name: str) -> str:
    """A name as it was before the file was set aside."""
    return name[_MARK:] if name.startswith(ASIDE) else name


def _short(name: str, most: int) -> str:
    """The end of a name that a folder would find too long, where its kind stands."""
    return os.fsdecode(os.fsencode(name)[-most:])


def _age(seen: os.stat_result, at: dt.datetime) -> float:
    """Seconds since anybody wrote to it, or put it here: nobody can set that time by hand."""
    return at.timestamp() - seen.st_ctime
