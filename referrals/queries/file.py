"""The citizen's file, and the single things on it that can be changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from referrals.models import Citizen, CivilNumber, Consent, Phone, Referral, Residence
from referrals.queries.filed import (
    cases_of,
    homes_of,
    phones_of,
    rows_of_person,
    sealed_numbers_of,
)
from referrals.queries.history import Happening, happenings
from referrals.queries.one import referral
from referrals.queries.persons import persons_of
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.models import Practice
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
    citizens = rows_of_person(viewer, pk)
    if not citizens:
        raise Http404
    persons = [one.pk for one in citizens]
    cases = cases_of(viewer, persons)
    opened = next(one for one in cases if one.pk == pk)
    opened.citizen = citizens[0]
    return File(
        referral=opened,
        referrals=cases,
        citizen=citizens[0],
        persons=persons,
        phones=phones_of(viewer, persons),
        numbers=[_number(*row) for row in sealed_numbers_of(viewer, persons)],
        homes=[Home(*row) for row in homes_of(viewer, persons, opened.agreement_id)],
        happenings=happenings(viewer, referrals=[one.pk for one in cases], persons=persons),
    )


def _number(pk: UUID, sealed_value: bytes, since: dt.datetime) -> Number:
    value = sealed.unseal(sealed_value, place=CivilNumber.PLACE, row=pk)
    try:
        read = cpr.parse(value, on=clock.today())
    except cpr.CprProblem:
        return Number(pk, cpr.masked(value), since, None, "")
    return Number(pk, read.masked(), since, read.born, read.proposed_sex.value)


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
