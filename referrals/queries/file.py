"""The citizen's file, and the single things on it that can be changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from referrals import policies
from referrals.models import Citizen, CivilNumber, Consent, Phone, Referral, Residence
from referrals.queries.history import Happening, happenings
from referrals.queries.one import referral
from referrals.queries.persons import persons_of
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership, Practice
from roegfri.persons import cpr

_PRACTICES = 300


@dataclass(frozen=True, slots=True)
class Number:
    """A CPR or substitute number as screens show it."""

    id: UUID
    masked: str
    since: dt.datetime
    born: dt.date | None
    proposed_sex: str


@dataclass(frozen=True, slots=True)
class Home:
    """Where the citizen lives or lived, from a day on; `member` of the referral's agreement."""

    id: UUID
    name: str
    from_on: dt.date
    member: bool


@dataclass(frozen=True, slots=True)
class File:
    """Everything about one citizen that the viewer may see, opened at one referral.

    `citizen` is the row that counts; `persons` are it and those that were merged into it. The
    newest number, and the home of today, stand in front.
    """

    referral: Referral
    referrals: Sequence[Referral]
    citizen: Citizen
    persons: Sequence[UUID]
    phones: Sequence[Phone]
    numbers: Sequence[Number]
    homes: Sequence[Home]
    happenings: Sequence[Happening]

    @property
    def number(self) -> Number | None:
        """The one that counts."""
        return next(iter(self.numbers), None)

    def home_on(self, day: dt.date) -> Home | None:
        """Where she lives on a Danish date; None is unknown."""
        return next((home for home in self.homes if home.from_on <= day), None)


def citizen_file(viewer: Actor, pk: UUID) -> File:
    """The file, opened at one referral. Raises Http404."""
    visible = policies.referrals_visible_to(viewer)
    of_whom = visible.filter(pk=pk).values_list("citizen_id", "citizen__merged_into_id").first()
    if of_whom is None:
        raise Http404
    own, into = of_whom
    root = into or own
    citizens = {
        one.pk: one
        for one in policies.citizens_visible_to(viewer)
        .filter(Q(pk__in={own, root}) | Q(merged_into=root))
        .select_related("practice__as_practice")
    }
    persons = sorted(citizens, key=lambda one: (one != root, one))
    cases = list(
        visible.filter(citizen_id__in=persons)
        .select_related(
            "handler", "received_by", "agreement", "sender", "caseworker", "interview__by"
        )
        .order_by("-received_at", "pk")
    )
    opened = next(one for one in cases if one.pk == pk)
    opened.citizen = citizens.get(root) or citizens[own]
    return File(
        referral=opened,
        referrals=cases,
        citizen=opened.citizen,
        persons=persons,
        phones=list(Phone.objects.filter(citizen_id__in=persons).order_by("rank", "pk")),
        numbers=_numbers(viewer, persons),
        homes=_homes(viewer, persons, opened),
        happenings=happenings(viewer, referrals=[one.pk for one in cases], persons=persons),
    )


def _numbers(viewer: Actor, persons: Sequence[UUID]) -> list[Number]:
    rows = CivilNumber.objects.filter(citizen_id__in=persons).order_by("-since", "pk")
    return [_number(row) for row in rows]


def _number(row: CivilNumber) -> Number:
    value = row.value
    try:
        read = cpr.parse(value, on=clock.today())
    except cpr.CprProblem:
        return Number(row.pk, cpr.masked(value), row.since, None, "")
    return Number(row.pk, read.masked(), row.since, read.born, read.proposed_sex.value)


def _homes(viewer: Actor, persons: Sequence[UUID], opened: Referral) -> list[Home]:
    members = Membership.objects.filter(
        holds(clock.today()),
        agreement=opened.agreement_id,
        scope=Scope.CESSATION,
        municipality=OuterRef("municipality"),
    )
    rows = (
        Residence.objects.filter(citizen_id__in=persons)
        .annotate(member=Exists(members))
        .order_by("-from_on", "pk")
        .values_list("pk", "municipality__name", "from_on", "member")
    )
    return [Home(*row) for row in rows]


M = TypeVar("M", Phone, CivilNumber, Residence, Consent)


def _hers(viewer: Actor, referral_pk: UUID, rows: "QuerySet[M]") -> M:
    """The one of these rows that is of the citizen of a referral. Raises Http404 for another's."""
    persons = persons_of(viewer, referral(viewer, referral_pk).citizen)
    row = rows.filter(citizen_id__in=persons).select_related("citizen").first()
    if row is None:
        raise Http404
    return row


def phone(viewer: Actor, referral_pk: UUID, pk: UUID) -> Phone:
    """One number of the citizen of one referral. Raises Http404."""
    return _hers(viewer, referral_pk, Phone.objects.filter(pk=pk))


def civil_number(viewer: Actor, referral_pk: UUID, pk: UUID) -> CivilNumber:
    """One CPR or substitute number of the citizen of one referral. Raises Http404."""
    return _hers(viewer, referral_pk, CivilNumber.objects.filter(pk=pk))


def residence(viewer: Actor, referral_pk: UUID, pk: UUID) -> Residence:
    """One line of where the citizen of one referral lives. Raises Http404."""
    return _hers(viewer, referral_pk, Residence.objects.filter(pk=pk))


def consent(viewer: Actor, referral_pk: UUID, pk: UUID) -> Consent:
    """One consent of the citizen of one referral. Raises Http404."""
    return _hers(viewer, referral_pk, Consent.objects.filter(pk=pk))


def practices_near(viewer: Actor) -> list[str]:
    """Practices to choose from, with their provider numbers: those of one's own municipality, or
    all, at most 300, where none is known there."""
    own = Practice.objects.filter(municipality=viewer.organisation_id)
    every = own if own.exists() else Practice.objects.all()
    rows = every.order_by("name").values_list("name", "provider_number")[:_PRACTICES]
    return [f"{name} ({number})" for name, number in rows]


def smokes_much_from(viewer: Actor, viewed: Referral, on: dt.date) -> int:
    """From how many cigarettes a day the referral's agreement spoke of a heavy smoker then."""
    return lookup.terms(viewed.agreement, on).smoking.heavy_smoker_from


def practice_name(viewer: Actor, pk: UUID | str) -> str:
    """What a practice is called; empty when it is not known here."""
    return Practice.objects.filter(pk=pk).values_list("name", flat=True).first() or ""


def whole_number(viewer: Actor, found: File) -> str:
    """The number that counts, as Danes write it; empty when there is none. Whoever asks writes a
    line in the log."""
    row = CivilNumber.objects.filter(citizen_id__in=found.persons).order_by("-since", "pk").first()
    return f"{row.value[:6]}-{row.value[6:]}" if row else ""
