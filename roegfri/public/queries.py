"""Where the public can sign up today, in which languages, and who has approved them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from roegfri.actor import Actor
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership, Municipality
from roegfri.organisations.numbers import municipality_code
from roegfri.public.languages import DANISH, FOREIGN, LANGUAGES, Language
from roegfri.public.models import Approval
from roegfri.public.places import Place


def _members(on: dt.date) -> QuerySet[Municipality]:
    """Those that take referrals on a day: members of an agreement on help to stop smoking."""
    live = Membership.objects.filter(holds(on), scope=Scope.CESSATION)
    return Municipality.objects.filter(pk__in=live.values("municipality"))


def _shown(municipalities: Sequence[UUID]) -> dict[UUID, list[Language]]:
    """The languages each of them shows: Danish, and those whose very words are approved."""
    approved = Approval.objects.filter(municipality__in=municipalities, withdrawn_at=None)
    found: dict[UUID, set[str]] = defaultdict(set)
    for one in approved:
        language = LANGUAGES.get(one.language)
        if language and bytes(one.digest) == language.digest:
            found[one.municipality_id].add(language.code)
    return {
        pk: [DANISH, *(one for one in FOREIGN if one.code in found[pk])] for pk in municipalities
    }


def places(viewer: Actor, *, on: dt.date) -> list[Place]:
    """Where one can sign up on a day, by name."""
    found = list(_members(on).order_by("name"))
    shown = _shown([one.pk for one in found])
    return [Place(one, shown[one.pk]) for one in found]


def place(viewer: Actor, code: str, *, on: dt.date) -> Place:
    """The municipality with that code; Http404 where nobody can sign up there that day."""
    found = _members(on).filter(code=municipality_code(code)).first()
    if found is None:
        raise Http404
    return Place(found, _shown([found.pk])[found.pk])


def place_of(viewer: Actor, municipality: UUID) -> Place:
    """A municipality by its id, whether one can sign up there or not: what it has begun with
    somebody is finished all the same. Raises Http404."""
    found = get_object_or_404(Municipality, pk=municipality)
    return Place(found, _shown([found.pk])[found.pk])


class Standing(Enum):
    """How a language stands with a municipality."""

    SHOWN = auto()  # always (Danish), or approved
    CHANGED = auto()  # approved, but the words have changed since
    WITHDRAWN = auto()
    WAITING = auto()


@dataclass(frozen=True, slots=True)
class Standings:
    """One language of one's own municipality, and who last said something about it."""

    language: Language
    standing: Standing
    last: Approval | None = None


def own_municipality(viewer: Actor) -> Municipality:
    """The municipality one acts for; Http404 without one."""
    return get_object_or_404(Municipality, pk=viewer.organisation_id)


def standings(viewer: Actor) -> Sequence[Standings]:
    """Every language as it stands with one's own municipality."""
    rows = Approval.objects.filter(municipality=viewer.organisation_id)
    last: dict[str, Approval] = {}
    # The one that holds comes last (PostgreSQL puts null there), also of two in the same instant.
    in_turn = rows.order_by("approved_at", "withdrawn_at")
    for row in in_turn.select_related("approved_by", "withdrawn_by"):
        last[row.language] = row
    foreign = (_standing(one, last.get(one.code)) for one in FOREIGN)
    return [Standings(DANISH, Standing.SHOWN), *foreign]


def _standing(language: Language, last: Approval | None) -> Standings:
    if last is None:
        return Standings(language, Standing.WAITING)
    if last.withdrawn_at:
        return Standings(language, Standing.WITHDRAWN, last)
    same = bytes(last.digest) == language.digest
    return Standings(language, Standing.SHOWN if same else Standing.CHANGED, last)


def standing(viewer: Actor, code: str) -> Standings:
    """One foreign language as it stands; Http404 for any other."""
    for one in standings(viewer):
        if one.language.code == code and one.language is not DANISH:
            return one
    raise Http404
