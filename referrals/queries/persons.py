"""Who is who: one person under several rows, likely duplicates, and who may be known elsewhere."""

import contextlib
import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, Value
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from referrals import policies
from referrals.models import Citizen, CivilNumber, Merge, Phone, Referral
from referrals.states import ReferralState
from roegfri import sealed
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr, phone
from roegfri.refusal import Words
from roegfri.ui.danish import DaSortKey

MOST = 5  # candidates shown: more are no hint


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of one's own who may be the same person. `case` opens her newest referral."""

    citizen: UUID
    name: str
    born: int | None
    masked_number: str
    case: UUID | None
    state: Words
    is_open: bool
    alike: tuple[Words, ...]
    certain: bool
    another: bool

    @property
    def undecided(self) -> bool:
        """Whether a person has to say if it is her: no number that settles it either way."""
        return not self.certain and not self.another


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


def likely_same(viewer: Actor, who: Who) -> list[Candidate]:
    """Those of one's own with the same CPR number, telephone number, or name and birth date."""
    alike = _alike(who)
    if not any(alike.values()):
        return []
    roots = _roots(viewer, set().union(*alike.values()))
    found = [
        (citizen, tuple(words for words, ids in alike.items() if ids & same))
        for citizen, same in roots
    ]
    # Cut before the cases are read: an institution's number may stand on hundreds.
    found.sort(key=lambda one: (_CPR not in one[1], -len(one[1]), one[0].name))
    return [_candidate(viewer, citizen, who, words) for citizen, words in found[:MOST]]


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


_CPR, _PHONE, _NAME = (
    _("samme CPR-nummer"),
    _("samme telefonnummer"),
    _("samme navn og fødselsdato"),
)


def _alike(who: Who) -> dict[Words, set[UUID]]:
    """Rows with that number, those telephones, that name and birth date: three look-ups by index.

    Ids alone: whose they are is asked next.
    """
    marks = CivilNumber.objects.filter(fingerprint=who.mark).values_list("citizen_id", flat=True)
    phones = Phone.objects.filter(number__in=list(who.phones)).values_list("citizen_id", flat=True)
    key = DaSortKey(Value(who.sorted_name))
    named = Citizen.objects.filter(birth_date=who.born, sort_key=key).values_list("pk", flat=True)
    return {
        _CPR: set(marks) if who.mark else set(),
        _PHONE: set(phones) if who.phones else set(),
        _NAME: set(named) if who.born and who.sorted_name else set(),
    }


def _roots(viewer: Actor, ids: Collection[UUID]) -> list[tuple[Citizen, set[UUID]]]:
    """The rows that count, of those of the ids that are one's own, and what each counts for."""
    own = policies.citizens_handled_by(viewer)
    into = dict(own.filter(pk__in=ids).values_list("pk", "merged_into"))
    citizens = {
        one.pk: one
        for one in own.filter(pk__in={*into, *filter(None, into.values())}).prefetch_related(
            "civil_numbers"
        )
    }
    same: dict[UUID, set[UUID]] = {}
    for pk, root in into.items():
        same.setdefault(root if root in citizens else pk, set()).add(pk)
    return [(citizens[root], rows) for root, rows in same.items()]


def _candidate(viewer: Actor, row: Citizen, who: Who, alike: tuple[Words, ...]) -> Candidate:
    cases = list(
        policies.referrals_visible_to(viewer)
        .filter(Q(citizen=row) | Q(citizen__merged_into=row), handler_id=viewer.organisation_id)
        .order_by("-received_at", "pk")
    )
    open_ones = [one for one in cases if one.state != ReferralState.CLOSED]
    case: Referral | None = next(iter(open_ones or cases), None)
    numbers = sorted(row.civil_numbers.all(), key=lambda one: one.since, reverse=True)
    return Candidate(
        citizen=row.pk,
        name=row.name,
        born=row.birth_date.year if row.birth_date else None,
        masked_number=cpr.masked(numbers[0].value) if numbers else "",
        case=case.pk if case else None,
        state=case.get_state_display() if case else "",
        is_open=bool(open_ones),
        alike=alike,
        certain=_CPR in alike,
        another=bool(who.mark and numbers and _CPR not in alike),
    )


def found_by(viewer: Actor, written: str, *, on: dt.date) -> list[Candidate]:
    """Those of one's own with a case id, CPR number or telephone number, as somebody wrote it."""
    try:
        case = UUID(written.strip())
    except ValueError:
        return likely_same(viewer, _who(written, on))
    of_whom = policies.referrals_visible_to(viewer).filter(pk=case).values_list("citizen_id")
    roots = _roots(viewer, {pk for (pk,) in of_whom})
    return [_candidate(viewer, citizen, Who(), ()) for citizen, _rows in roots]


def _who(written: str, on: dt.date) -> Who:
    with contextlib.suppress(cpr.CprProblem):
        return Who(civil_number=cpr.parse(written, on=on))
    with contextlib.suppress(phone.PhoneProblem):
        return Who(phones=[phone.parse(written).e164])
    # A number is found as it is kept, whether or not the numbering plan gives it out today.
    digits = "".join(filter(str.isdecimal, written))
    return Who(phones=[f"+45{digits}"]) if len(digits) == 8 else Who()


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
