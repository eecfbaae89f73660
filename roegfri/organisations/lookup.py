"""What commands and rules ask about organisations: by date, by number, never by person.

Nothing here is about a citizen and nothing is hidden from anybody, so no `viewer` is asked for;
what a *screen* shows goes through queries.py. Every look-up takes the date of the event, so that
last year's report recomputes after a rate, a member or a term has changed.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import (
    Agreement,
    ClosingDay,
    Hospital,
    HospitalDepartment,
    Membership,
    Municipality,
    Organisation,
    Pharmacy,
    Practice,
    Rate,
    Term,
)
from roegfri.organisations.numbers import municipality_code
from roegfri.organisations.terms import RATES, MissingTerm, Terms


def terms(agreement: Agreement, on: dt.date) -> Terms:
    """All terms as they stand on a day. One statement."""
    rows = (
        Term.objects.filter(agreement=agreement, from_on__lte=on)
        .order_by("name", "-from_on")
        .distinct("name")
        .values_list("name", "value")
    )
    return Terms(agreement.name, on, dict(rows))


def rate(
    agreement: Agreement, name: str, on: dt.date, municipality: Municipality | None = None
) -> int:
    """An amount in øre on a day; raises MissingTerm when none is set.

    A rate that each municipality has its own of is asked for with the municipality.
    """
    found = (
        Rate.objects.filter(
            agreement=agreement, name=name, municipality=municipality, from_on__lte=on
        )
        .order_by("-from_on")
        .values_list("amount_ore", flat=True)
        .first()
    )
    if found is None:
        raise MissingTerm(agreement.name, RATES[name].label, on)
    return found


def agreement_of(municipality: Municipality, on: dt.date, scope: Scope) -> Agreement | None:
    """The agreement a municipality is a member of on a day, in that scope."""
    return (
        Agreement.objects.filter(
            memberships__in=Membership.objects.filter(
                holds(on), municipality=municipality, scope=scope
            )
        )
        .order_by("name")
        .first()
    )


def members(agreement: Agreement, on: dt.date, scope: Scope) -> list[Municipality]:
    """The municipalities that take part on a day, in that scope, by name."""
    current = Membership.objects.filter(holds(on), agreement=agreement, scope=scope)
    return list(Municipality.objects.filter(memberships__in=current))


def closing_days(municipality: Municipality) -> frozenset[dt.date]:
    """The days a municipality is closed beside the public holidays; for clock.add_workdays."""
    days = ClosingDay.objects.filter(municipality=municipality)
    return frozenset(days.values_list("on", flat=True))


@dataclass(frozen=True, slots=True)
class Receiver:
    """The municipality a message is addressed to; without an agreement it may not receive it."""

    municipality: Municipality
    agreement: Agreement | None


def receiver_by_ean(ean: str, on: dt.date) -> Receiver | None:
    """Whom an EAN location number belongs to, and its cessation agreement on that day."""
    municipality = Municipality.objects.filter(ean=ean.strip()).exclude(ean="").first()
    if municipality is None:
        return None
    return Receiver(municipality, agreement_of(municipality, on, Scope.CESSATION))


def receiver_by_code(code: str, on: dt.date) -> Receiver | None:
    """The same by municipality code, for a municipality whose EAN nobody has entered."""
    municipality = Municipality.objects.filter(code=municipality_code(code)).first()
    if municipality is None:
        return None
    return Receiver(municipality, agreement_of(municipality, on, Scope.CESSATION))


def _practice(number: str) -> Organisation | None:
    """Written with and without leading zeros."""
    spellings = {number, number.lstrip("0"), number.zfill(6)}
    return Practice.objects.filter(provider_number__in=spellings).first()


def _department(number: str) -> Organisation | None:
    return HospitalDepartment.objects.filter(number=number).first()


def _by_sor(code: str) -> Organisation | None:
    return (
        HospitalDepartment.objects.filter(sor=code).first()
        or Hospital.objects.filter(sor=code).first()
    )


def _municipality(code: str) -> Organisation | None:
    return Municipality.objects.filter(code=municipality_code(code)).first()


def _by_location(gln: str) -> Organisation | None:
    return Municipality.objects.filter(ean=gln).first() or Pharmacy.objects.filter(gln=gln).first()


_SENDERS: dict[str, Callable[[str], Organisation | None]] = {
    "ydernummer": _practice,
    "sygehusafdelingsnummer": _department,
    "sorkode": _by_sor,
    "kommunenummer": _municipality,
    "lokationsnummer": _by_location,
}


def sender(identifier_code: str, identifier: str) -> Organisation | None:
    """Who sent a MedCom message, by its IdentifierCode and Identifier; None when not known here.

    A Practice, HospitalDepartment, Hospital, Municipality or Pharmacy; `kind` says which.
    """
    find = _SENDERS.get(identifier_code.strip().lower())
    number = identifier.strip()
    return find(number) if find and number else None


def practice(written: str) -> Organisation | None:
    """The practice whose ydernummer or very name somebody wrote; None when it is not known here."""
    number = re.search(r"(?<!\d)\d{5,6}(?!\d)", written, re.ASCII)
    if number:
        return _practice(number[0])
    return Practice.objects.filter(name__iexact=written.strip()).first() if written else None


_SENDING = (Kind.DEPARTMENT, Kind.HOSPITAL, Kind.PRACTICE, Kind.PHARMACY)


def sender_named(written: str) -> Organisation | None:
    """The one sender of that name: "Lungemedicinsk Afdeling" where there is one, else with its
    hospital behind a comma. None when it is not known here, or could be several."""
    written = written.strip()
    if not written:
        return None
    senders = Organisation.objects.filter(kind__in=_SENDING)
    first, _comma, rest = (part.strip() for part in written.partition(","))
    for found in (
        senders.filter(name__iexact=written),
        HospitalDepartment.objects.filter(name__iexact=first, hospital__name__iexact=rest),
        senders.filter(name__iexact=first),
    ):
        some = list(found[:2])
        if len(some) == 1:
            return some[0]
    return None


def known_as(written: str) -> list[Organisation]:
    """Everybody whom a municipality code, ydernummer, department number, SOR code, P-number, EAN,
    id or name may mean; a department also with its hospital behind a comma. More than one: ask."""
    written = written.strip()
    first, _comma, hospital = (part.strip() for part in written.partition(","))
    department = Q(
        as_hospitaldepartment__isnull=False,
        name__iexact=first,
        as_hospitaldepartment__hospital__name__iexact=hospital,
    )
    wanted = Q(name__iexact=written) | Q(name__iexact=f"{written} kommune") | department
    if re.fullmatch(r"[\w-]{1,40}", written, re.ASCII):
        wanted |= _numbered(written)
    return list(Organisation.objects.filter(wanted).order_by("name", "pk").distinct()[:10])


def _numbered(number: str) -> Q:
    paths = {
        "as_municipality__code": municipality_code(number),
        "as_municipality__ean": number,
        "as_hospital__sor": number,
        "as_hospitaldepartment__number": number,
        "as_hospitaldepartment__sor": number,
        "as_pharmacy__p_number": number,
        "as_pharmacy__gln": number,
    }
    spellings = {number, number.lstrip("0"), number.zfill(6)}
    wanted = Q(as_practice__provider_number__in=spellings)
    for path, value in paths.items():
        wanted |= Q((path, value))
    try:
        return wanted | Q(pk=UUID(number))
    except ValueError:
        return wanted


def quitline() -> Organisation | None:
    """Stoplinien; None when an administrator has not entered it."""
    return Organisation.objects.filter(kind=Kind.QUITLINE).first()
