"""Who does casework in one's own municipality, how much each has, and who covers for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from referrals import policies
from referrals.models import Cover
from referrals.queries.deadlines import open_cases
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import STAFF
from roegfri.actor import Actor
from roegfri.ui.danish import DaSortKey


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be given cases, and how many open ones she has."""

    id: UUID
    name: str
    cases: int


def colleagues(viewer: Actor) -> QuerySet[User]:
    """Those with a live grant for casework in the organisation one acts for, in Danish order."""
    if viewer.organisation_id is None:
        return User.objects.none()
    live = Grant.objects.valid_on(clock.today()).filter(
        organisation_id=viewer.organisation_id, role__in=STAFF
    )
    people = User.objects.filter(is_active=True, pk__in=live.values("user_id"))
    return people.order_by(DaSortKey("name"), "pk")


def workloads(viewer: Actor) -> Sequence[Colleague]:
    """The same with the number of open cases each has; two statements."""
    cases = open_cases(viewer)
    return [Colleague(one.pk, one.name, cases.get(one.pk, 0)) for one in colleagues(viewer)]


def covers(viewer: Actor) -> QuerySet[Cover]:
    """Who covers for whom in one's own municipality, what is past among it, the newest first."""
    rows = policies.covers_visible_to(viewer).select_related("absent", "substitute")
    return rows.order_by("-until_on", "-from_on", "pk")


def cover(viewer: Actor, pk: UUID) -> Cover:
    """One of them. Raises Http404."""
    found = covers(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def covers_for(viewer: Actor, person: UUID | None) -> bool:
    """Whether one looks after somebody's cases today."""
    today = clock.today()
    running = policies.covers_visible_to(viewer).filter(from_on__lte=today, until_on__gte=today)
    return running.filter(substitute_id=viewer.user_id, absent_id=person).exists()
