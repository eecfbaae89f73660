"""From what was sent as JSON to what a command takes: the parts that concern several fields."""

import datetime as dt
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from referrals.api.schemas import Address, NewReferral
from referrals.commands.details import Details
from referrals.states import Channel, GuardianConsent, Source
from roegfri.accounts.models import Token
from roegfri.api.problems import FieldFault, Problem
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Municipality
from roegfri.organisations.numbers import municipality_code
from roegfri.persons import cpr, phone

_AS_SENT = ("given_names", "surname", "email", "language", "interpreter", "guardian_name", "text")


def details_of(sent: NewReferral, *, at: dt.datetime) -> Details:
    """All that it says. Raises Problem for what does not go together."""
    _check_together(sent)
    number, guardian, address = _value(sent.cpr), _value(sent.guardian_phone), sent.address
    where = address or Address()
    return Details(
        source=Source.OTHER,
        channel=Channel.API,
        received_at=at,
        phones=_numbers(sent),
        civil_number=number,
        birth_date=_value(sent.birth_date),
        address=where.street,
        postcode=where.postcode,
        town=where.town,
        address_protected=where.protected,
        guardian_phone=guardian.e164 if guardian else "",
        guardian_consent=GuardianConsent(sent.guardian_consent),
        sender_name=sent.department,
        sent_at=_value(sent.sent_at),
        **{name: getattr(sent, name) for name in _AS_SENT},
    )


def receiver_of(sent: NewReferral, token: Token, *, on: dt.date) -> Municipality:
    """The municipality it is for; a municipality's own key is for itself. Raises Problem."""
    own = token.organisation
    if own.kind == Kind.MUNICIPALITY:
        municipality = Municipality.objects.get(pk=own.pk)
        if sent.municipality and municipality_code(sent.municipality) != municipality.code:
            words = _("Jeres nøgle kan kun henvise til %(name)s (%(code)s).")
            _refuse("municipality", words % {"name": own.name, "code": municipality.code})
        return municipality
    if not sent.municipality:
        _refuse("municipality", _("Skriv nummeret på den kommune, der skal ringe."))
    found = lookup.receiver_by_code(sent.municipality, on)
    if found is None:
        _refuse("municipality", _("Der er ingen kommune med det nummer."))
    return found.municipality


def _check_together(sent: NewReferral) -> None:
    faults = []
    number: cpr.CivilNumber | None = _value(sent.cpr)
    born: dt.date | None = _value(sent.birth_date)
    if not (sent.phone or sent.phones or sent.text):
        faults.append(FieldFault("phone", _("Send et telefonnummer, eller en tekst.")))
    real = number is not None and number.kind is cpr.Kind.REAL
    if real and number and born and born != number.born:
        words = _("Fødselsdatoen passer ikke med CPR-nummeret.")
        faults.append(FieldFault("birth_date", words))
    if faults:
        raise Problem("invalid", errors=faults)


def _numbers(sent: NewReferral) -> list[tuple[str, str]]:
    """The telephone numbers (E.164) with what is said of each, in order and once."""
    given: list[phone.Phone | None] = [_value(sent.phone), *map(_value, sent.phones)]
    found: dict[str, str] = {}
    for number in given:
        if number:
            found.setdefault(number.e164, number.note[:40])
    return list(found.items())


def _value(read: object) -> Any:
    """What a validator made of a text; a field that was left out has none."""
    return read or None


def _refuse(name: str, words: str) -> NoReturn:
    raise Problem("invalid", errors=[FieldFault(name, words)])
