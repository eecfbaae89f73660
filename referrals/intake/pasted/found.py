"""The findings."""

import datetime as dt
from dataclasses import dataclass

from referrals.intake.pasted.numbers import Number
from referrals.states import Channel, GuardianConsent, Source
from roegfri.persons import cpr


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; empty where the text says nothing.

    `phones` stand with the number to call first in front, the sender's own last. `sent` are the
    times of the mails in the text (instants), the one on top first; none is ahead of the day.
    """

    phones: tuple[Number, ...] = ()
    civil_number: cpr.CivilNumber | None = None
    name: str = ""
    birth_date: dt.date | None = None
    email: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    source: Source | None = None
    channel: Channel | None = None
    sender_name: str = ""
    provider_number: str = ""
    guardian_consent: GuardianConsent = GuardianConsent.UNKNOWN
    sent: tuple[dt.datetime, ...] = ()
    language: str = ""
    interpreter: bool = False
    address_protected: bool = False
