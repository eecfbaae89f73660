"""What a sender sees: whom it can refer to, by when they call, and how far its own have come."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from referrals import policies, rules
from referrals.models import SentReferral
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.organisations import lookup
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import (
    Hospital,
    HospitalDepartment,
    Membership,
    Municipality,
    Organisation,
    Pharmacy,
    Practice,
)
from roegfri.ui.lists import SIZE, Column, Page, Sort, page, shown

NEWEST = Sort("nyeste", _("nyeste"), (Column("at", descending=True),))


def sent_page(
    viewer: Actor, *, name: str = "", state: str = "", after: str = "", size: int = SIZE
) -> Page[SentReferral]:
    """What the viewer may follow, the newest first; those whose name holds `name`, in `state`."""
    rows = policies.sent_visible_to(viewer).select_related("receiver")
    if name:
        rows = rows.filter(name__icontains=name)
    if state:
        rows = rows.filter(state=state)
    found = shown(lambda cursor: page(rows, sort=NEWEST, after=cursor, size=size), after)
    looks.noticed(row.citizen_id for row in found.rows)
    return found


def sent_one(viewer: Actor, pk: UUID) -> SentReferral:
    """One of those. Raises Http404 for another's."""
    rows = policies.sent_visible_to(viewer).select_related("receiver")
    row = get_object_or_404(rows, pk=pk)
    looks.noticed([row.citizen_id])
    return row


@dataclass(frozen=True, slots=True)
class Receivers:
    """The municipalities that take referrals today.

    `near` are those of the sender's own region; `usual` is the one to choose unless told: the one
    last written to, else the sender's own. `fixed`: there is no choice.
    """

    near: Sequence[Municipality]
    others: Sequence[Municipality]
    usual: Municipality | None
    fixed: bool = False

    @property
    def every(self) -> list[Municipality]:
        """All of them."""
        return [*self.near, *self.others]


def receivers(viewer: Actor, on: dt.date) -> Receivers:
    """Whom the viewer can refer to on a day; a municipal colleague to her own alone."""
    members = Membership.objects.filter(holds(on), scope=Scope.CESSATION).values("municipality")
    taking = list(Municipality.objects.filter(pk__in=members).select_related("region"))
    sender = get_object_or_404(Organisation, pk=viewer.organisation_id)
    if sender.kind == Kind.MUNICIPALITY:
        own = [one for one in taking if one.pk == sender.pk]
        return Receivers(own, [], next(iter(own), None), fixed=True)
    region, home = _PLACES[sender.kind](sender.pk) if sender.kind in _PLACES else (None, None)
    usual = _last_written_to(viewer) or home
    return Receivers(
        near=[one for one in taking if one.region_id == region],
        others=[one for one in taking if one.region_id != region],
        usual=next((one for one in taking if one.pk == usual), None),
    )


def _last_written_to(viewer: Actor) -> UUID | None:
    mine = policies.sent_visible_to(viewer).filter(user_id=viewer.person)
    return mine.order_by("-at").values_list("receiver_id", flat=True).first()


# A sender's region, and the municipality it lies in.
_Place = tuple[int | None, UUID | None]


def _department(pk: UUID) -> _Place:
    row = HospitalDepartment.objects.filter(pk=pk).values_list("hospital__region").first()
    return (row[0] if row else None), None


def _hospital(pk: UUID) -> _Place:
    return Hospital.objects.filter(pk=pk).values_list("region", flat=True).first(), None


def _practice(pk: UUID) -> _Place:
    named = ("municipality__region", "municipality")
    return Practice.objects.filter(pk=pk).values_list(*named).first() or (None, None)


def _pharmacy(pk: UUID) -> _Place:
    named = ("municipality__region", "municipality")
    return Pharmacy.objects.filter(pk=pk).values_list(*named).first() or (None, None)


_PLACES: dict[str, Callable[[UUID], _Place]] = {
    Kind.DEPARTMENT: _department,
    Kind.HOSPITAL: _hospital,
    Kind.PRACTICE: _practice,
    Kind.PHARMACY: _pharmacy,
}


@dataclass(frozen=True, slots=True)
class Promise:
    """What a municipality's agreement says of a referral that it gets today.

    `contact_by`: the last day on which it calls in time. `guardian_age`: who is younger is called
    through a guardian, unless the parents have agreed. `minimum_age`: who is younger is outside the
    target group, and helped as the municipality finds best; 0 is no lower limit.
    """

    municipality: Municipality
    contact_by: dt.date
    guardian_age: int
    minimum_age: int


def promise(viewer: Actor, municipality: Municipality, on: dt.date) -> Promise | None:
    """What a sender is told before it sends; None when it takes no referrals on that day."""
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    if agreement is None:
        return None
    terms, closed = lookup.terms(agreement, on), lookup.closing_days(municipality)
    return Promise(
        municipality,
        rules.contact_deadline(on, terms=terms.contact, closed=closed),
        terms.target_group.guardian_age,
        terms.target_group.minimum_age,
    )
