"""Whom one can enrol, and where one can move somebody to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from courses import policies
from courses.models import Course, Enrolment
from courses.queries.moving import open_courses
from courses.states import LIVE
from referrals.models import Citizen, Phone, Referral
from referrals.policies import citizens_visible_to, referrals_visible_to
from referrals.queries import found
from referrals.queries.wanted import Wanted
from referrals.states import ReferralState
from roegfri.actor import Actor

MOST = 20


@dataclass(frozen=True, slots=True)
class Enrollable:
    """Somebody with an open case that one handles. `on_it`: she takes part already, or waits;
    `elsewhere`: the names of the other courses where she does."""

    referral: Referral
    citizen: Citizen
    phones: Sequence[str]
    on_it: bool
    mine: bool
    elsewhere: Sequence[str]


def enrollable(viewer: Actor, course: Course, wanted: Wanted | None = None) -> list[Enrollable]:
    """Whom a search finds among one's own open cases; without one, those reached last, one's own
    in front. At most 20."""
    rows = _open_cases(viewer, course)
    if wanted is not None:
        hits = found(viewer, wanted).hits
        rows = rows.filter(pk__in=[pk for hit in hits for pk in hit.open_cases])
    else:
        rows = rows.filter(state=ReferralState.REACHED)
    recent = rows.order_by(F("mine").desc(), F("reached_at").desc(nulls_last=True), "pk")
    shown = list(recent[:MOST])
    others = _elsewhere(viewer, course, shown)
    return [_enrollable(row, others) for row in shown]


def enrollable_case(viewer: Actor, course: Course, pk: UUID) -> Enrollable:
    """The one whose case it is. Raises Http404 when it is not one's own, or is closed."""
    row = _open_cases(viewer, course).filter(pk=pk).first()
    if row is None:
        raise Http404
    return _enrollable(row, _elsewhere(viewer, course, [row]))


@dataclass(frozen=True, slots=True)
class Where:
    """What kind of course is looked for, and whose; empty is any."""

    kind: str = ""
    host: UUID | None = None


def destinations(
    viewer: Actor, enrolment: Enrolment, where: Where, at: dt.datetime
) -> QuerySet[Course, Any]:
    """Courses somebody can move on to, that which meets next in front; `next_at` is when. At most
    20; one's own municipality's drafts are none."""
    rows = open_courses(viewer, at).exclude(pk=enrolment.course_id)
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.host:
        rows = rows.filter(host=where.host)
    shown = rows.select_related("host", "room__venue")
    return shown.order_by(F("next_at").asc(nulls_last=True), "name", "pk")[:MOST]


def _open_cases(viewer: Actor, course: Course) -> QuerySet[Referral, Any]:
    there = policies.enrolments_visible_to(viewer).filter(course=course, state__in=LIVE)
    of_her = Q(citizen=OuterRef("citizen")) | Q(citizen=OuterRef("citizen__merged_into"))
    works = Phone.objects.filter(of_her, wrong_since=None).order_by("rank", "number")
    return (
        referrals_visible_to(viewer)
        .filter(handler=viewer.organisation_id)
        .exclude(state=ReferralState.CLOSED)
        .select_related("citizen__merged_into", "caseworker")
        .annotate(
            mine=Q(caseworker=viewer.user_id),
            working=ArraySubquery(works.values("number")),
            on_it=Exists(there.filter(of_her)),
        )
    )


def _elsewhere(viewer: Actor, course: Course, rows: Sequence[Any]) -> Mapping[UUID, list[str]]:
    """By citizen, the rows merged into her too: what else she is on, or waits for. One statement
    for all."""
    if not rows:
        return {}
    whose = [_whose(row.citizen).pk for row in rows]
    hers = citizens_visible_to(viewer).filter(Q(pk__in=whose) | Q(merged_into__in=whose))
    live = policies.enrolments_visible_to(viewer).filter(
        citizen__in=hers.values("pk"), state__in=LIVE
    )
    names = (
        live.exclude(course=course)
        .order_by("course__name")
        .values_list("citizen", "citizen__merged_into", "course__name")
    )
    found = defaultdict[UUID, list[str]](list)
    for citizen, kept, name in names:
        found[kept or citizen].append(name)
    return found


def _whose(citizen: Citizen) -> Citizen:
    return citizen.merged_into or citizen


def _enrollable(row: Any, elsewhere: Mapping[UUID, list[str]]) -> Enrollable:
    citizen = _whose(row.citizen)
    return Enrollable(
        referral=row,
        citizen=citizen,
        phones=list(dict.fromkeys(row.working)),
        on_it=row.on_it,
        mine=bool(row.mine),
        elsewhere=elsewhere.get(citizen.pk, ()),
    )
