"""What a pasted mail or message tells about a referral. Pure: words in, findings out.

Nothing is made up: what is not there is empty, and what is found is shown to be confirmed. Markup
in the text is taken off before it is read and is never rendered.
"""

import datetime as dt
from dataclasses import dataclass

from referrals.intake.pasted import circumstances, dates, names, numbers, parts, senders
from referrals.intake.pasted.numbers import Number
from referrals.states import Channel, GuardianConsent, Source
from roegfri import clock
from roegfri.persons import cpr

MOST = 40_000  # characters that are looked at; a form takes fewer
_ADULT = 18


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


def read(text: str, *, on: dt.date) -> Found:
    """What the text tells. `on` is the Danish date at which it is read."""
    lines = parts.lines_of(text[:MOST])
    mails = parts.split(lines)
    plain = "\n".join(lines)
    by_herself = senders.by_herself(mails)
    number = names.civil_number(plain, on=on)
    born = dates.birth_date(plain, on=on) or (number.born if number else None)
    guardian = numbers.guardian(lines) if _may_have_guardian(born, on) else numbers.NO_GUARDIAN
    phones = numbers.ranked(mails, by_herself=by_herself)
    return Found(
        phones=tuple(one for one in phones if one.e164 != guardian.phone),
        civil_number=number,
        name=names.of_citizen(mails, by_herself=by_herself),
        birth_date=born,
        email=senders.email(mails, by_herself=by_herself),
        guardian_name=guardian.name,
        guardian_phone=guardian.phone,
        source=senders.source(mails),
        channel=senders.channel(mails),
        sender_name="" if by_herself else senders.name(mails),
        provider_number=senders.provider_number(plain),
        guardian_consent=circumstances.guardian_consent(plain),
        sent=tuple(at for at in dates.sent(mails) if clock.danish_date(at) <= on),
        language=circumstances.language(plain),
        interpreter=circumstances.interpreter(plain),
        address_protected=circumstances.address_protected(plain),
    )


def _may_have_guardian(born: dt.date | None, on: dt.date) -> bool:
    return born is None or clock.age_on(born, on) < _ADULT
