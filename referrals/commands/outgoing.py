"""What can be written to the outbound folder: receipts, and what storeys above send (settings,
MEDCOM_OUTGOING). Part of the sweep (intake/folder/outbound.py)."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from roegfri.actor import Actor

# Answers which of the files were written.
Deliver = Callable[[Sequence[Any]], Collection[UUID]]


class ToWrite(Protocol):
    """A row that becomes a file: whose, under what name, and its bytes."""

    pk: UUID
    organisation_id: UUID

    @property
    def filename(self) -> str:
        """In the folder; the same whenever it is written."""

    @property
    def xml(self) -> bytes:
        """The message."""


class Write(Protocol):
    """Has the oldest that wait written by `deliver`; False when none waits. `but_not` are
    organisations whose folder has just refused one."""

    def __call__(
        self, deliver: Deliver, *, but_not: Collection[UUID], by: Actor, at: dt.datetime
    ) -> bool:
        """As a command."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One kind of file: how it is written, and how many wait, by organisation, of some."""

    write: Write
    waiting: Callable[[Actor, Collection[UUID]], Mapping[UUID, int]]
