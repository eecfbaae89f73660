"""What participants agreed to: the consents that hold, of those that a course needs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from courses import policies
from courses.models import Enrolment
from referrals import rules
from referrals.models import Consent
from referrals.queries.consent_texts import text_of
from referrals.states import ConsentForm, ConsentKind
from roegfri.actor import Actor
from roegfri.organisations import lookup

# What whoever holds a course takes as well as whoever handles the case.
OF_A_COURSE = (ConsentKind.STOPBASE, ConsentKind.SMS, ConsentKind.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One consent that holds: when and how it was given, to whom, and to which words."""

    kind: ConsentKind
    form: str
    given_at: dt.datetime
    taken_by: str
    version: str
    text: str


def agreed(viewer: Actor, enrolments: Collection[UUID]) -> Mapping[UUID, frozenset[ConsentKind]]:
    """What holds for each of these participants, as far as one may see it; two statements.

    A host sees those of a course alone; whoever handles the case sees all.
    """
    roots = _roots(viewer, enrolments)
    held: dict[UUID, set[ConsentKind]] = defaultdict(set)
    for one in _live(viewer, set(roots.values())):
        held[one.root].add(ConsentKind(one.kind))
    return {pk: frozenset(held[root]) for pk, root in roots.items()}


def agreements(viewer: Actor, enrolment: Enrolment) -> Sequence[Agreement]:
    """Those of a course that hold for a participant, each kind once, with the words."""
    roots = set(_roots(viewer, [enrolment.pk]).values())
    rows = _live(viewer, roots).filter(kind__in=OF_A_COURSE).select_related("taken_by")
    newest = {one.kind: one for one in rows.order_by("given_at", "pk")}
    return [_agreement(viewer, newest[kind]) for kind in OF_A_COURSE if kind in newest]


def own_consent_age(viewer: Actor, enrolment: Enrolment, on: dt.date) -> int:
    """From which age a participant agrees herself, by the agreement of the course."""
    return lookup.terms(enrolment.course.agreement, on).target_group.own_consent_age


def may_agree_alone(viewer: Actor, enrolment: Enrolment, on: dt.date) -> bool:
    """Whether a participant is old enough for that; of an unknown age she is."""
    citizen = enrolment.citizen.merged_into or enrolment.citizen
    age = own_consent_age(viewer, enrolment, on)
    return rules.consents_alone(citizen.birth_date, on, own_consent_age=age)


def _agreement(viewer: Actor, row: Any) -> Agreement:
    return Agreement(
        kind=ConsentKind(row.kind),
        form=str(ConsentForm(row.form).label).lower(),
        given_at=row.given_at,
        taken_by=row.taken_by.name,
        version=row.text_version,
        text=text_of(row.kind, row.text_version, viewer.organisation_name),
    )


def _roots(viewer: Actor, enrolments: Collection[UUID]) -> dict[UUID, UUID]:
    """Who each of them is: the row that counts."""
    own = policies.enrolments_worked_with_by(viewer).filter(pk__in=enrolments)
    return dict(own.values_list("pk", Coalesce("citizen__merged_into", "citizen")))


def _live(viewer: Actor, roots: Collection[UUID]) -> QuerySet[Any]:
    """The walls let a viewer see those that are hers to see, and no other."""
    hers = Q(citizen__in=roots) | Q(citizen__merged_into__in=roots)
    rows: QuerySet[Any] = Consent.objects.filter(hers, withdrawn_at=None).annotate(
        root=Coalesce("citizen__merged_into", F("citizen_id"))
    )
    return rows
