"""Who is who: one person under several rows, and who may be known elsewhere."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import Http404

from referrals import policies
from referrals.models import Citizen, Merge, Referral
from roegfri import sealed
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What is known of a person when she is entered; empty is unknown. Phones in E.164."""

    given_names: str = ""
    surname: str = ""
    birth_date: dt.date | None = None
    phones: Sequence[str] = ()
    civil_number: cpr.CivilNumber | None = None

    @property
    def mark(self) -> bytes | None:
        """The CPR number's fingerprint."""
        return sealed.fingerprint(self.civil_number.value, of="cpr") if self.civil_number else None

    @property
    def born(self) -> dt.date | None:
        """The birth date, or what the number says of it."""
        return self.birth_date or (self.civil_number.born if self.civil_number else None)

    @property
    def second_born(self) -> dt.date | None:
        """The birth date as a field of its own: beside a CPR number it says nothing more."""
        return None if self.civil_number else self.birth_date

    @property
    def sorted_name(self) -> str:
        """As the citizen's sort key is made; empty without a surname, which tells too little."""
        return f"{self.surname} {self.given_names}" if self.surname and self.given_names else ""

    def facts(self) -> list[str]:
        """Which of the four identifying fields are filled in, by name; never their values."""
        given = {
            "civil_number": self.civil_number,
            "phone": self.phones,
            "name": self.sorted_name,
            "birth_date": self.second_born,
        }
        return [name for name, value in given.items() if value]


def kept(viewer: Actor, citizen: Citizen) -> Citizen:
    """The row that counts for her: herself, or whom she was merged into if one may see that."""
    if citizen.merged_into_id is None:
        return citizen
    into = policies.citizens_visible_to(viewer).filter(pk=citizen.merged_into_id).first()
    return into or citizen


def persons_of(viewer: Actor, citizen: Citizen) -> list[UUID]:
    """Every row that is this person and that one may see, the one that counts in front."""
    root = citizen.merged_into_id or citizen.pk
    same = policies.citizens_visible_to(viewer).filter(Q(pk=root) | Q(merged_into=root))
    found = set(same.values_list("pk", flat=True)) | {citizen.pk}
    return sorted(found, key=lambda pk: (pk != root, pk))


def known_elsewhere(viewer: Actor, who: Who) -> bool:
    """Whether somebody of whom another organisation knows at least two of these is not one's own.

    The database answers yes or no; with fewer than two of the four it is not asked.
    """
    if len(who.facts()) < 2:
        return False
    phones: Iterable[str] = who.phones or ("",)
    with connection.cursor() as cursor:
        for number in phones:
            cursor.execute(
                "select citizen_known_elsewhere(%s, %s, %s, %s)",
                [who.mark, number or None, who.sorted_name, who.second_born],
            )
            if cursor.fetchone()[0]:
                return True
    return False


def guardian_age(viewer: Actor, on: dt.date) -> int | None:
    """Below which age the first call goes to a parent; None where one's own has no agreement."""
    own = viewer.organisation_id
    works = Municipality.objects.filter(pk=own).first() if own else None
    agreement = lookup.agreement_of(works, on, Scope.CESSATION) if works else None
    return lookup.terms(agreement, on).target_group.guardian_age if agreement else None


def merges(viewer: Actor, citizen: Citizen) -> list[Merge]:
    """The merges of a person that hold, the newest first."""
    root = citizen.merged_into_id or citizen.pk
    holding = Merge.objects.filter(kept=root, undone_at=None).select_related("merged", "by")
    visible = policies.citizens_visible_to(viewer).filter(pk=root)
    return list(holding.filter(kept__in=visible).order_by("-at", "pk"))


def merge(viewer: Actor, referral: Referral, pk: UUID) -> Merge:
    """One merge of the person whose case is open. Raises Http404."""
    found = next((one for one in merges(viewer, referral.citizen) if one.pk == pk), None)
    if found is None:
        raise Http404
    return found
