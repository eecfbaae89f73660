"""What was found, as a person would have typed it into the form of a new referral."""

from referrals.intake.pasted.found import Found
from referrals.intake.pasted.numbers import Number
from referrals.states import GuardianConsent, Source
from roegfri import clock
from roegfri.persons import phone


def as_typed(found: Found) -> dict[str, str]:
    """Values by the names of the form's fields; a field without a finding is not there.

    The sender's own numbers are not filled in: they are no way to reach the citizen.
    """
    hers = [number for number in found.phones if not number.of_sender]
    own_doctor = found.provider_number or found.sender_name
    typed = {
        "name": found.name,
        "civil_number": found.civil_number.written() if found.civil_number else "",
        "birth_date": _birth_date(found),
        "email": found.email,
        "guardian_name": found.guardian_name,
        "guardian_phone": phone.display(found.guardian_phone) if found.guardian_phone else "",
        "source": found.source or "",
        "channel": found.channel or "",
        "sender_name": found.sender_name,
        "practice_name": own_doctor if found.source == Source.PRACTICE else "",
        "language": found.language,
        "interpreter": "on" if found.interpreter else "",
        "address_protected": "on" if found.address_protected else "",
        "sent": ",".join(at.astimezone(clock.COPENHAGEN).isoformat() for at in found.sent[:2]),
    }
    if found.guardian_consent != GuardianConsent.UNKNOWN:
        typed["guardian_consent"] = found.guardian_consent
    for field, number in zip(("phone", "phone_2", "phone_3"), hers, strict=False):
        typed |= _phone(field, number)
    return {name: str(value) for name, value in typed.items() if value}


def _birth_date(found: Found) -> str:
    """Nothing where the CPR number says the same."""
    told = found.civil_number.born if found.civil_number else None
    born = found.birth_date
    return f"{born:%Y-%m-%d}" if born and born != told else ""


def _phone(field: str, number: Number) -> dict[str, str]:
    return {field: phone.display(number.e164), f"{field}_note": number.note}
