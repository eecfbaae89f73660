"""What a pasted mail or message tells about a referral. Pure: words in, findings out.

Nothing is made up: what is not there is empty, and what is found is shown to be confirmed. Markup
in the text is taken off before it is read and is never rendered.
"""

import datetime as dt

from referrals.intake.pasted import circumstances, dates, names, numbers, parts, prose, senders
from referrals.intake.pasted.found import Found
from referrals.intake.pasted.typed import as_typed
from referrals.states import GuardianConsent
from roegfri import clock

__all__ = ["Found", "as_typed", "read"]

MOST = 40_000  # characters that are looked at; a form takes fewer
_ADULT = 18


def read(text: str, *, on: dt.date) -> Found:
    """What the text tells. `on` is the Danish date at which it is read."""
    lines = parts.lines_of(text[:MOST])
    mails = parts.split(lines)
    plain = "\n".join(lines)
    by_herself = senders.by_herself(mails)
    number = names.civil_number(plain, on=on)
    born = dates.birth_date(plain, on=on) or (number.born if number else None)
    child = _may_have_guardian(born, on)
    guardian = numbers.guardian(lines) if child else numbers.NO_GUARDIAN
    consent = circumstances.guardian_consent(plain) if child else GuardianConsent.UNKNOWN
    phones = numbers.ranked(mails, by_herself=by_herself)
    return Found(
        phones=tuple(one for one in phones if one.e164 != guardian.phone),
        civil_number=number,
        name=names.of_citizen(mails, by_herself=by_herself) or prose.name(mails),
        birth_date=born,
        email=senders.email(mails, by_herself=by_herself),
        guardian_name=guardian.name,
        guardian_phone=guardian.phone,
        source=senders.source(mails),
        channel=senders.channel(mails),
        sender_name="" if by_herself else senders.name(mails),
        provider_number=senders.provider_number(plain),
        guardian_consent=consent,
        sent=tuple(at for at in dates.sent(mails) if clock.danish_date(at) <= on),
        language=circumstances.language(plain),
        interpreter=circumstances.interpreter(plain),
        address_protected=circumstances.address_protected(plain),
    )


def _may_have_guardian(born: dt.date | None, on: dt.date) -> bool:
    return born is None or clock.age_on(born, on) < _ADULT
