"""What goes out, written to the outbound folders, each file whole or not at all.

What there is to write is named in the settings (MEDCOM_OUTGOING): receipts here, and what a storey
above writes, which is named and never imported.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from referrals.commands.outgoing import Outgoing, ToWrite
from referrals.commands.sweep import Seen
from referrals.intake.folder.places import OUT, made, opened
from referrals.queries.sweep import municipality_codes
from roegfri.actor import Actor

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class _Post:
    """One round of writing: where each municipality's go, and which of them could not."""

    root: Path
    codes: dict[UUID, str]
    folders: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    refused: set[UUID] = field(default_factory=set)
    written: set[UUID] = field(default_factory=set)


def write_out(root: Path, *, by: Actor, at: dt.datetime) -> list[Seen]:
    """Writes everything that waits, to the municipality's own folder where it has one.

    What cannot be written waits, and holds up no other municipality's.
    """
    made(root, OUT)
    post = _Post(root, municipality_codes(by))
    for kind in _kinds():
        while kind.write(partial(_deliver, post), but_not=list(post.refused), by=by, at=at):
            pass
    waiting = Counter[UUID]()
    with transaction.atomic():
        for kind in _kinds():
            waiting += Counter(kind.waiting(by, post.refused))
    seen = {
        "/".join(names): Seen("/".join(names), waiting=number)
        for names, number in _lying(root, post).items()
    }
    for whose, names in post.folders.items():
        before = seen["/".join(names)]
        seen[before.folder] = Seen(
            before.folder,
            waiting=before.waiting + waiting.get(whose, 0),
            taken=before.taken or whose in post.written,
            trouble=before.trouble or (_not_written() if whose in post.refused else ""),
        )
    return list(seen.values())


def _kinds() -> Iterator[Outgoing]:
    """What goes out, receipts first."""
    return (import_string(name) for name in settings.MEDCOM_OUTGOING)


def _lying(root: Path, post: _Post) -> dict[tuple[str, ...], int]:
    """How many files wait to be fetched: from the shared folder, those that were written to just
    now, and those that are a municipality's own."""
    with opened(root) as folder:
        there = set(os.listdir(folder)) & set(post.codes.values())  # noqa: PTH208  (of a descriptor)
    found = dict.fromkeys([(OUT,), *post.folders.values()], 0)
    for names in [*found, *((code, OUT) for code in sorted(there))]:
        with suppress(OSError), opened(root, *names) as folder:
            lying = os.listdir(folder)  # noqa: PTH208  (of a descriptor)
            found[names] = sum(1 for name in lying if not name.startswith("."))
    return found


def _deliver(post: _Post, due: Sequence[ToWrite]) -> list[UUID]:
    """Those that were written."""
    done = []
    for one in due:
        whose = one.organisation_id
        if whose in post.refused:
            continue
        try:
            names = post.folders.setdefault(whose, _folder(post, whose))
            with opened(post.root, *names) as folder:
                _write(folder, one)
        except OSError:
            post.refused.add(whose)
        else:
            post.written.add(whose)
            done.append(one.pk)
    return done


def _folder(post: _Post, whose: UUID) -> tuple[str, ...]:
    """Her own, where there is one, though it may not be entered; else the shared one."""
    own = (post.codes.get(whose, OUT), OUT)
    try:
        with opened(post.root, *own):
            return own
    except FileNotFoundError:
        return (OUT,)
    except OSError:
        return own


def _write(folder: int, one: ToWrite) -> None:
    """Whole, under its name, and on the disk, before it counts as written. Raises OSError."""
    part = f".{one.filename}.part"
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=folder)
    try:
        with os.fdopen(os.open(part, _NEW, 0o666, dir_fd=folder), "wb") as file:
            file.write(bytes(one.xml))
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, one.filename, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise


def _not_written() -> str:
    return _(
        "Kvitteringer og breve kan ikke skrives her. Er der plads, og må Røgfri skrive i mappen?"
    )
