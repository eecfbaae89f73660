"""What a message says, as plain frozen values; texts are plain text, to be escaped like any other.

Every one-line text is at most MAX_FIELD characters, an EAN at most MAX_EAN, what numbers a message
or a case at most MAX_NUMBER; "" where the message has none. What could name a person is left out of
`repr`, and so out of tracebacks and logs.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

MAX_FIELD = 140
MAX_EAN = 13
MAX_NUMBER = 40


class Kind(StrEnum):
    """Which of MedCom's letters it is."""

    MUNICIPAL_REFERRAL = "XREF15"
    HOSPITAL_REFERRAL = "XREF01"
    CORRESPONDENCE = "XDIS91"


class Status(StrEnum):
    """A new letter, or one that corrects an earlier letter of the same case."""

    NEW = "nytbrev"
    CORRECTION = "rettetbrev"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside: when it was sent (UTC), its number, and whether a positive receipt is asked."""

    sent: dt.datetime
    identifier: str
    wants_receipt: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter's head; sender's EAN and `episode` together name the case at the sender."""

    identifier: str
    version: str
    type_code: str
    status: Status
    episode: str
    authorised: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Party:
    """Sender or receiver. `identifier_code` says what `identifier` is.

    It is "ydernummer" for general practice, "sygehusafdelingsnummer" or "sorkode" for a hospital,
    "kommunenummer" (three digits here) for a municipality, or "lokationsnummer".
    """

    ean: str
    identifier: str
    identifier_code: str
    organisation: str
    department: str
    unit: str
    speciality_code: str
    address: tuple[str, ...]
    phone: str
    referrer: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it was written, and its kind: "mobil", "arbejde", "fastnet" or ""."""

    number: str = field(repr=False)
    kind: str


@dataclass(frozen=True, slots=True)
class Patient:
    """The citizen as the sender knows them.

    `civil_number` has ten characters without a dash, or is as the sender wrote it when it is not
    shaped like one; then `civil_number_odd` is true. Whether its date exists is not judged here.
    """

    civil_number: str = field(repr=False)
    civil_number_odd: bool
    alternative: str = field(repr=False)
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    street: str = field(repr=False)
    suburb: str = field(repr=False)
    district: str = field(repr=False)
    postcode: str = field(repr=False)
    phones: tuple[Phone, ...]
    email: str = field(repr=False)

    @property
    def address(self) -> tuple[str, ...]:
        """The address in lines, empty ones left out."""
        town = f"{self.postcode} {self.district}".strip()
        return tuple(line for line in (self.street, self.suburb, town) if line)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis; the first one is the main one unless `additional`."""

    code: str = field(repr=False)
    type_code: str
    text: str = field(repr=False)
    additional: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One letter. (`envelope.identifier`, `letter.identifier`) is the same on re-delivery."""

    kind: Kind
    envelope: Envelope
    letter: Letter
    sender: Party
    receiver: Party
    patient: Patient
    subject: str = field(repr=False)
    clinical_text: str = field(repr=False)
    diagnoses: tuple[Diagnosis, ...]
