"""Folders under the watched one, opened so that no link leads out of it.

Every one is opened by name from the one above it. Who may write in a municipality's folder could
else put a link in the place of «ind», and have another's files taken in as her own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from roegfri.organisations.models import Municipality

IN, OUT, REFUSED = "ind", "ud", "afvist"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is swept. `inbox` has what lies in it, or, where it is `shared`, what names no
    receiver."""

    names: tuple[str, ...]
    inbox: Municipality
    shared: bool = False

    @property
    def label(self) -> str:
        """ "167/ind", or "ind": as the sweep writes it down."""
        return "/".join(self.names)


@contextmanager
def opened(root: Path, *names: str) -> Iterator[int]:
    """A folder below the root, as a descriptor. Raises OSError where it is none, or a link."""
    folder = os.open(root, _FOLDER)
    try:
        for name in names:
            below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def made(root: Path, *names: str) -> None:
    """Makes a folder and those above it, where that is allowed; else all stays as it is."""
    for depth in range(len(names)):
        with suppress(OSError), opened(root, *names[:depth]) as above:
            os.mkdir(names[depth], dir_fd=above)
