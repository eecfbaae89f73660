"""One's own organisation: what everybody may know of the organisation she acts for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import (
    Agreement,
    ClosingDay,
    ClusterMembership,
    HospitalDepartment,
    Membership,
    Municipality,
    Organisation,
    Pharmacy,
    PharmacyAgreement,
    Practice,
    Rate,
    Term,
)
from roegfri.organisations.queries.agreements import (
    Line,
    municipality_names,
    rate_line,
    term_line,
)
from roegfri.organisations.terms import RATES, Caller
from roegfri.refusal import Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is known; an empty text is shown as missing."""

    label: Words
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """How an organisation takes part, and from and until when, where that is agreed."""

    how: str
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    scope: str = Scope.CESSATION

    def is_over(self, on: dt.date) -> bool:
        """Whether it has ended on a day."""
        return self.until_on is not None and self.until_on < on


@dataclass(frozen=True, slots=True)
class Participation:
    """An agreement that an organisation has a part in, how, and what of it concerns it."""

    agreement: Agreement
    parts: list[Part]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class OwnOrganisation:
    """What everybody may know of the organisation she acts for."""

    organisation: Organisation
    kind: str
    facts: list[Fact]
    participations: list[Participation]
    closing_days: list[ClosingDay]
    departments: list[HospitalDepartment]


# Which terms and rates concern an organisation of a kind; the young's programme has a fee alone.
YOUTH_ALONE = ("membership_fee",)
CONCERNS: dict[str, tuple[str, ...]] = {
    Kind.MUNICIPALITY: (
        "contact_deadline_count",
        "contact_deadline_unit",
        "minimum_age",
        "participant",
        "membership_fee",
    ),
    Kind.DEPARTMENT: ("contact_deadline_count", "contact_deadline_unit", "minimum_age"),
    Kind.PRACTICE: ("contact_deadline_count", "contact_deadline_unit", "minimum_age"),
    Kind.PHARMACY: ("voucher_count", "voucher_period_months", "voucher_payer", "voucher"),
    Kind.QUITLINE: (
        "follow_up_caller",
        "follow_up_months",
        "follow_up_anchor",
        "follow_up_scope",
    ),
}


def own_organisation(viewer: Actor, *, on: dt.date) -> OwnOrganisation:
    """The organisation of the viewer's grant; Http404 without one."""
    found = get_object_or_404(Organisation, pk=viewer.organisation_id)
    facts = _FACTS[found.kind](found, on) if found.kind in _FACTS else []
    departments = HospitalDepartment.objects.filter(hospital=_hospital_of(found))
    return OwnOrganisation(
        organisation=found,
        kind=str(Kind(found.kind).label),
        facts=facts,
        participations=[
            Participation(agreement, parts, _lines(found, agreement, parts, on))
            for agreement, parts in _parts(found, on).items()
        ],
        closing_days=list(ClosingDay.objects.filter(municipality=found.pk, on__gte=on)[:10]),
        departments=list(departments.exclude(pk=found.pk)) if departments else [],
    )


def _hospital_of(found: Organisation) -> UUID | None:
    if found.kind == Kind.DEPARTMENT:
        return HospitalDepartment.objects.get(pk=found.pk).hospital.id
    return found.id if found.kind == Kind.HOSPITAL else None


def _municipality_facts(found: Organisation, on: dt.date) -> list[Fact]:
    row = Municipality.objects.select_related("region").get(pk=found.pk)
    clusters = ClusterMembership.objects.filter(holds(on), municipality=row)
    cluster = clusters.values_list("cluster__name", flat=True).first()
    facts = [
        Fact(_("Kommunekode"), row.code),
        Fact(_("CVR"), row.cvr),
        Fact(_("EAN"), row.ean),
        Fact(_("Region"), row.region.name),
    ]
    return [*facts, Fact(_("Klynge"), cluster)] if cluster else facts


def _department_facts(found: Organisation, _on: dt.date) -> list[Fact]:
    row = HospitalDepartment.objects.select_related("hospital__region").get(pk=found.pk)
    return [
        Fact(_("Hospital"), row.hospital.name),
        Fact(_("Region"), row.hospital.region.name),
        Fact(_("Sygehusafdelingsnummer"), row.number),
        Fact(_("SOR-kode"), row.sor),
    ]


def _practice_facts(found: Organisation, _on: dt.date) -> list[Fact]:
    row = Practice.objects.select_related("municipality").get(pk=found.pk)
    return [
        Fact(_("Ydernummer"), row.provider_number),
        Fact(_("Kommune"), row.municipality.name if row.municipality else ""),
        Fact(_("Antal læger"), str(row.general_practitioners or "")),
    ]


def _pharmacy_facts(found: Organisation, _on: dt.date) -> list[Fact]:
    row = Pharmacy.objects.select_related("municipality").get(pk=found.pk)
    return [
        Fact(_("CVR"), row.cvr),
        Fact(_("P-nummer"), row.p_number),
        Fact(_("GLN"), row.gln),
        Fact(_("Kommune"), row.municipality.name),
    ]


def _agreement_facts(found: Organisation, on: dt.date) -> list[Fact]:
    row = Agreement.objects.get(pk=found.pk)
    return [
        Fact(str(scope.label), ", ".join(m.name for m in lookup.members(row, on, scope)))
        for scope in Scope
        if Membership.objects.filter(agreement=row, scope=scope).exists()
    ]


_FACTS: dict[str, Callable[[Organisation, dt.date], list[Fact]]] = {
    Kind.MUNICIPALITY: _municipality_facts,
    Kind.DEPARTMENT: _department_facts,
    Kind.PRACTICE: _practice_facts,
    Kind.PHARMACY: _pharmacy_facts,
    Kind.AGREEMENT: _agreement_facts,
}


def _parts(found: Organisation, on: dt.date) -> dict[Agreement, list[Part]]:
    """Memberships and pharmacy agreements with their dates, or the agreement one works under."""
    if found.kind == Kind.MUNICIPALITY:
        rows = Membership.objects.filter(municipality=found.pk).select_related("agreement")
        pairs: Iterable[tuple[Agreement, Part]] = (
            (r.agreement, Part(str(r.get_scope_display()), r.from_on, r.until_on, r.scope))
            for r in rows
        )
    elif found.kind == Kind.PHARMACY:
        deals = PharmacyAgreement.objects.filter(pharmacy=found.pk).select_related("agreement")
        how = _("Indløser værdikuponer")
        pairs = ((d.agreement, Part(how, d.from_on, d.until_on)) for d in deals)
    else:
        pairs = ((agreement, Part(how)) for agreement, how in _indirect(found, on))
    parts: dict[Agreement, list[Part]] = defaultdict(list)
    for agreement, part in pairs:
        parts[agreement].append(part)
    return parts


def _indirect(found: Organisation, on: dt.date) -> Iterable[tuple[Agreement, str]]:
    """The agreements that somebody without a membership works under."""
    current = Membership.objects.filter(holds(on), scope=Scope.CESSATION)
    if found.kind == Kind.PRACTICE:
        near = current.filter(municipality__practice=found.pk)
        how = _("Henviser til kommunerne i aftalen")
    elif found.kind in {Kind.DEPARTMENT, Kind.HOSPITAL}:
        near = current.filter(municipality__region__hospital=_hospital_of(found))
        how = _("Henviser til kommunerne i aftalen")
    elif found.kind == Kind.QUITLINE:
        near = current
        how = _("Ringer op ved opfølgning")
    else:
        return []
    rows = Agreement.objects.filter(pk__in=near.values("agreement"))
    if found.kind == Kind.QUITLINE:
        rows = rows.filter(pk__in=_called_by_the_quitline(on))
    return [(row, how) for row in rows]


def _called_by_the_quitline(on: dt.date) -> list[UUID]:
    terms = Term.objects.filter(name="follow_up_caller", from_on__lte=on)
    latest = terms.order_by("agreement_id", "-from_on").distinct("agreement_id")
    return [term.agreement_id for term in latest if term.value == Caller.QUITLINE]


def _lines(
    found: Organisation, agreement: Agreement, parts: Iterable[Part], on: dt.date
) -> list[Line]:
    """Only what concerns this organisation; nothing of a part that has ended."""
    scopes = {part.scope for part in parts if not part.is_over(on)}
    if not scopes:
        return []
    whole = CONCERNS.get(found.kind, ())
    wanted = whole if Scope.CESSATION in scopes else YOUTH_ALONE
    rows: dict[str, list[Term]] = defaultdict(list)
    for term in Term.objects.filter(agreement=agreement, name__in=wanted).order_by("from_on"):
        rows[term.name].append(term)
    names = municipality_names()
    terms = [term_line(name, rows[name], on, names) for name in wanted if name in rows]
    return [*terms, *_own_rates(found, agreement, wanted, on)]


def _own_rates(
    found: Organisation, agreement: Agreement, wanted: Iterable[str], on: dt.date
) -> list[Line]:
    names = [name for name in wanted if name in RATES]
    mine = Q(municipality=None) | Q(municipality=found.pk)
    rows: dict[str, list[Rate]] = defaultdict(list)
    kept = Rate.objects.filter(mine, agreement=agreement, name__in=names)
    for rate in kept.order_by("from_on"):
        rows[rate.name].append(rate)
    return [rate_line(name, None, rows[name], on) for name in names if name in rows]
