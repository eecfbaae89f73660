"""What was given on: to whom one may give, what Stoplinien was given, the old deadlines."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from referrals import policies
from referrals.models import HandOver, Phone, Referral
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership, Municipality


def may_receive(viewer: Actor, on: dt.date) -> QuerySet[Municipality]:
    """The other municipalities that take referrals on a day, by name."""
    current = Membership.objects.filter(holds(on), scope=Scope.CESSATION)
    return (
        Municipality.objects.filter(memberships__in=current)
        .exclude(pk__in=[viewer.organisation_id] if viewer.organisation_id else [])
        .distinct()
        .order_by("name")
    )


def hand_overs(viewer: Actor, referral: Referral) -> Sequence[HandOver]:
    """The hand-overs of one case, in order; each with the deadline the giver had."""
    visible = policies.referrals_visible_to(viewer).filter(pk=referral.pk)
    return list(
        HandOver.objects.filter(referral__in=visible)
        .select_related("giver", "receiver", "by", "ended_by")
        .order_by("at")
    )


def _for_quitline(viewer: Actor) -> QuerySet[HandOver]:
    numbers = Phone.objects.filter(wrong_since=None).order_by("rank")
    return (
        policies.hand_overs_to(viewer)
        .filter(citizen__in=policies.citizens_visible_to(viewer))
        .select_related("citizen", "giver")
        .prefetch_related(Prefetch("citizen__phones", numbers))
    )


def given_to_quitline(viewer: Actor) -> Sequence[HandOver]:
    """Whom Stoplinien is to call, the longest waiting first; at most 200."""
    return list(_for_quitline(viewer).filter(ended_at=None).order_by("at", "pk")[:200])


def done_today(viewer: Actor) -> Sequence[HandOver]:
    """Whom Stoplinien has answered about today."""
    since = clock.danish_time(clock.today(), dt.time())
    return list(_for_quitline(viewer).filter(ended_at__gte=since).order_by("-ended_at", "pk"))


def given_one(viewer: Actor, pk: UUID) -> HandOver:
    """One person given to Stoplinien. Raises Http404."""
    found = _for_quitline(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
