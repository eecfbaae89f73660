"""Who of one's own may be the same person: by number, telephone, name and birth date."""

import contextlib
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from referrals import policies
from referrals.models import Citizen, CivilNumber, Phone, Referral
from referrals.queries.persons import Who, persons_of
from referrals.states import ReferralState
from roegfri.actor import Actor
from roegfri.persons import cpr, phone
from roegfri.refusal import Words
from roegfri.ui.danish import DaSortKey

MOST = 5  # candidates shown: more are no hint
_CPR, _PHONE, _NAME, _BORN = (
    _("samme CPR-nummer"),
    _("samme telefonnummer"),
    _("samme navn og fødselsdato"),
    _("samme fødselsdato"),
)


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


def likely_same(viewer: Actor, who: Who) -> list[Candidate]:
    """Those of one's own with the same CPR number, telephone number, or name and birth date."""
    return _candidates(viewer, _alike(who), who)


def may_be_her(viewer: Actor, citizen: Citizen) -> list[Candidate]:
    """Those of one's own with a CPR number, telephone number or birth date of one citizen's."""
    same = persons_of(viewer, citizen)
    born = Citizen.objects.filter(pk__in=same, birth_date__isnull=False).values("birth_date")
    numbers = CivilNumber.objects.filter(citizen__in=same).values("fingerprint")
    phones = Phone.objects.filter(citizen__in=same).values("number")
    alike: dict[Words, set[UUID]] = {
        _CPR: _whose(CivilNumber.objects.filter(fingerprint__in=numbers)),
        _PHONE: _whose(Phone.objects.filter(number__in=phones)),
        _BORN: set(Citizen.objects.filter(birth_date__in=born).values_list("pk", flat=True)),
    }
    return _candidates(viewer, {words: ids - set(same) for words, ids in alike.items()}, Who())


def _whose(rows: QuerySet[CivilNumber] | QuerySet[Phone]) -> set[UUID]:
    return set(rows.values_list("citizen_id", flat=True))


def _candidates(viewer: Actor, alike: Mapping[Words, set[UUID]], who: Who) -> list[Candidate]:
    """Those who are meant, the likeliest first, and no more than MOST."""
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
