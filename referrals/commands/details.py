"""What is known when a referral comes in, whichever door it comes through."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from referrals import queries
from referrals.states import Channel, GuardianConsent, Source
from roegfri import sealed
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Municipality, Organisation
from roegfri.persons import cpr

# What kind of organisation sent it -> what it is counted as.
SOURCES = {
    Kind.PRACTICE: Source.PRACTICE,
    Kind.HOSPITAL: Source.HOSPITAL,
    Kind.DEPARTMENT: Source.HOSPITAL,
    Kind.PHARMACY: Source.PHARMACY,
    Kind.MUNICIPALITY: Source.MUNICIPALITY,
    Kind.QUITLINE: Source.QUITLINE,
}


# They turn what stands after them on the screen around, other people's words too. Nobody types one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SHOWN_ON_A_LINE = (
    "given_names", "surname", "email", "address", "postcode", "town", "language", "guardian_name",
    "practice_name", "sender_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known when a referral comes in; S2 asks for no more than a telephone number.

    `phones` are (E.164, note) in the order to call them; times are instants. `practice_name` is her
    own doctor: a ydernummer or a name; `why` what made her sign up, as she wrote it.
    """

    source: Source
    channel: Channel
    received_at: dt.datetime
    given_names: str = ""
    surname: str = ""
    phones: Sequence[tuple[str, str]] = ()
    civil_number: cpr.CivilNumber | None = None
    birth_date: dt.date | None = None
    email: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    address_protected: bool = False
    language: str = ""
    interpreter: bool = False
    guardian_name: str = ""
    guardian_phone: str = ""
    practice_name: str = ""
    home: Municipality | None = None
    text: str = ""
    why: str = ""
    sender: Organisation | None = None
    sender_name: str = ""
    guardian_consent: GuardianConsent = GuardianConsent.UNKNOWN
    sent_at: dt.datetime | None = None
    sender_ean: str = ""
    episode: str = ""

    def __post_init__(self) -> None:
        """Whoever wrote it, a line holds nothing that turns the next one around."""
        for name in _SHOWN_ON_A_LINE:
            if _TURNING.search(getattr(self, name)):
                object.__setattr__(self, name, _TURNING.sub("", getattr(self, name)))

    @property
    def mark(self) -> bytes:
        """The fingerprint of the civil number; empty without one."""
        return sealed.fingerprint(self.civil_number.value, of="cpr") if self.civil_number else b""

    def who(self) -> queries.Who:
        """By what she is known again."""
        return queries.Who(
            given_names=self.given_names,
            surname=self.surname,
            birth_date=self.birth_date,
            phones=[number for number, _note in self.phones],
            civil_number=self.civil_number,
        )
