"""What is brought, what was read of it, and the answer to whoever brought it."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from referrals import rules
from referrals.commands.details import Details
from referrals.models import IncomingMessage, Referral
from referrals.states import InboxState, Taken, Way
from roegfri import clock
from roegfri.actor import Actor
from roegfri.medcom import Answered
from roegfri.medcom.messages import Message, Status
from roegfri.organisations.many import Standing
from roegfri.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as it came: its bytes, its name, when the municipality received it, by which door.

    `row` is the row that keeps these bytes already, locked by whoever tries them again: what
    becomes of them is written into it.
    """

    body: bytes
    filename: str
    received_at: dt.datetime
    way: Way = Way.UPLOAD
    row: IncomingMessage | None = None

    @property
    def sha256(self) -> bytes:
        """By which the same bytes are known again."""
        return hashlib.sha256(self.body).digest()

    @property
    def received_on(self) -> dt.date:
        """The Danish day from which the clock is reckoned."""
        return clock.danish_date(self.received_at)


@dataclass(frozen=True, eq=False)
class Letter:
    """A delivery that could be read, and what it says in our terms. Each is itself alone, also
    beside one that says the same."""

    delivery: Delivery
    message: Message
    details: Details

    @cached_property
    def sha256(self) -> bytes:
        """Of the bytes."""
        return self.delivery.sha256

    @cached_property
    def mark(self) -> bytes:
        """The fingerprint of its civil number; empty without one."""
        return self.details.mark

    @property
    def about(self) -> list[tuple[str, ...]]:
        """The names of the message and of its episode: two that share one are never taken at
        once, and keep their order."""
        head, sender = self.message.letter, self.message.sender.ean
        names: list[tuple[str, ...]] = [
            ("message", sender, self.message.envelope.identifier, head.identifier)
        ]
        return [*names, ("episode", sender, head.episode)] if head.episode else names

    @property
    def locks(self) -> list[tuple[str, ...]]:
        """All that must not change while it is taken and has no row yet to lock."""
        return [*self.about, ("citizen", self.mark.hex())] if self.mark else self.about

    @property
    def corrects(self) -> bool:
        """Whether it is a rettetbrev."""
        return self.message.letter.status is Status.CORRECTION


@dataclass(frozen=True, eq=False)
class Unread:
    """A delivery that stays in the inbox; `sender_name` and `sender` where they could be read.

    `spoken` is the reason without any of the file's own words, where those stand in it.
    """

    delivery: Delivery
    state: InboxState
    reason: str
    spoken: str = ""
    sender_name: str = ""
    sender: Organisation | None = None

    @classmethod
    def of(cls, letter: Letter, state: InboxState, reason: str) -> "Unread":
        """A letter that could be read, and is not taken all the same."""
        said = letter.details
        return cls(letter.delivery, state, reason, "", said.sender_name, said.sender)

    @property
    def key(self) -> tuple[str, bytes, str]:
        """What is kept once: the same bytes, for the same reason."""
        return self.state.value, self.delivery.sha256, self.reason[:300]


@dataclass(frozen=True, eq=False)
class Reply:
    """A delivery that is another system's receipt for a letter of ours."""

    delivery: Delivery
    said: Answered

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same receipt: who sent it, its number, and which letter it answers, as
        the three stand in its row. No message of a case has a letter's number like it."""
        return self.said.sender_ean, self.said.identifier, f"{self.said.kind} {self._about}"[:40]

    @property
    def locks(self) -> list[tuple[str, ...]]:
        """Two receipts for one letter are noted one after the other."""
        return [("reply", self._about)]

    @property
    def _about(self) -> str:
        return self.said.envelope or self.said.letter


Brought = Letter | Unread | Reply


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to whoever brought a message."""

    taken: Taken
    message: IncomingMessage

    @property
    def referral(self) -> Referral | None:
        """The case it became, corrected or already was; None when it stays in the inbox, and of a
        receipt, which changes no case."""
        return None if self.message.is_reply else self.message.referral

    @property
    def reason(self) -> str:
        """Why it stays in the inbox, in Danish."""
        return self.message.reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages are taken: whose inbox, who brought them, when, and how the inbox's
    municipality stands on each day on which one was received."""

    inbox: Organisation
    by: Actor
    at: dt.datetime
    standings: Mapping[dt.date, Standing] = field(default_factory=dict)

    def agreement(self, delivery: Delivery) -> UUID | None:
        """The agreement under which the inbox takes it; None when it is in none that day."""
        standing = self.standings.get(delivery.received_on)
        return standing.agreement_id if standing else None

    def deadline(self, delivery: Delivery) -> dt.date:
        """The last day of its clock. Raises Refusal when the agreement does not say."""
        standing = self.standings[delivery.received_on]
        terms = standing.said().contact
        return rules.contact_deadline(standing.on, terms=terms, closed=standing.closed)
