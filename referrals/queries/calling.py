"""What whoever calls has in front of her: the case, what is known of her, who else has it open."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from referrals import policies
from referrals.models import (
    Citizen,
    Consent,
    HandOver,
    Informed,
    Interview,
    Phone,
    Referral,
)
from referrals.queries.filed import phones_of
from referrals.queries.handover import hand_overs
from referrals.queries.one import referral as one_referral
from referrals.queries.persons import persons_of
from referrals.states import ReferralState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm, SmokingTerms, Terms
from roegfri.persons.phone import understood


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as it is called about. `terms` are those of today, `of_receipt` those of the day
    it was received; `others` the same person's other open cases.

    `citizen` is the row that counts for her, `phones` the numbers of all rows that are her, each
    once, in the order to call them; `guardians` are their names and numbers as they were written.
    """

    referral: Referral
    citizen: Citizen
    phones: Sequence[Phone]
    guardians: Sequence[tuple[str, str]]
    interview: Interview | None
    told: Sequence[Informed]
    consents: Sequence[Consent]
    others: Sequence[Referral]
    hand_overs: Sequence[HandOver]
    terms: Terms
    of_receipt: Terms

    @property
    def uses(self) -> dict[str, int]:
        """How many of each product a day."""
        return (
            {use.product: use.amount for use in self.interview.uses.all()} if self.interview else {}
        )

    @property
    def smoking(self) -> SmokingTerms | None:
        """Who is a heavy smoker and what counts as cigarettes; None where nobody has said."""
        try:
            return self.terms.smoking
        except MissingTerm:
            return None


def call_case(viewer: Actor, pk: UUID, *, on: dt.date) -> Case:
    """The case and all that belongs to a call on a day. Raises Http404."""
    found = one_referral(viewer, pk)
    persons = persons_of(viewer, found.citizen)
    rows = _rows_of(viewer, found.citizen, persons)
    citizen = rows[0]
    told = Informed.objects.filter(referral=found).select_related("by")
    return Case(
        referral=found,
        citizen=citizen,
        phones=phones_of(viewer, persons),
        guardians=_guardians(rows),
        interview=Interview.objects.filter(referral=found).prefetch_related("uses").first(),
        told=list(told),
        consents=list(
            Consent.objects.filter(citizen__in=persons, withdrawn_at=None).select_related(
                "taken_by"
            )
        ),
        others=list(
            policies.referrals_visible_to(viewer)
            .filter(citizen__in=persons)
            .exclude(Q(pk=found.pk) | Q(state=ReferralState.CLOSED))
            .order_by("-received_at")
        ),
        hand_overs=hand_overs(viewer, found),
        terms=lookup.terms(found.agreement, on),
        of_receipt=lookup.terms(found.agreement, clock.danish_date(found.received_at)),
    )


def _rows_of(viewer: Actor, own: Citizen, persons: Sequence[UUID]) -> list[Citizen]:
    """The rows that are her, the one that counts in front."""
    if len(persons) == 1:
        return [own]
    rows = policies.citizens_visible_to(viewer).in_bulk(persons)
    return [rows[pk] for pk in persons if pk in rows]


def _guardians(rows: Iterable[Citizen]) -> list[tuple[str, str]]:
    """Who may be called for her, each number once."""
    found: dict[str, tuple[str, str]] = {}
    for one in rows:
        if one.guardian_name or one.guardian_phone:
            known = understood(one.guardian_phone) or one.guardian_phone or one.guardian_name
            found.setdefault(known, (one.guardian_name, one.guardian_phone))
    return list(found.values())
