"""What a course can be planned with: who holds it, where, by whom, on which days."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from courses import policies
from courses.models import Course, Qualification, Room, Staffing
from courses.states import CourseKind, Target
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import (
    Agreement,
    ClosingDay,
    Municipality,
    Organisation,
    PharmacyAgreement,
)
from roegfri.organisations.terms import CourseTerms, MissingTerm
from roegfri.ui.danish import DaSortKey

# What the form proposes, and nobody asks for. S2: «Typisk 5-6 mødegange».
USUAL_MEETINGS, USUAL_SEATS = 6, 12


def planned_for(viewer: Actor, on: dt.date) -> tuple[Municipality, Agreement | None]:
    """The municipality one plans for, and its agreement on a day. Raises Http404 for others."""
    own = Municipality.objects.filter(pk__in=[viewer.organisation_id]).first()
    if own is None:
        raise Http404
    return own, lookup.agreement_of(own, on, Scope.CESSATION)


def usual(viewer: Actor, today: dt.date) -> dict[str, Any]:
    """What a new course begins with: held by one's own municipality, with as many meetings as the
    agreement asks of a group, or as is usual where it asks for none."""
    _own, agreement = planned_for(viewer, today)
    terms = course_terms(viewer, agreement, today)
    minimum = terms.group_minimum_meetings if terms else 0
    return {
        "kind": CourseKind.GROUP,
        "target": Target.ALL,
        "language": "Dansk",
        "capacity": USUAL_SEATS,
        "count": minimum or USUAL_MEETINGS,
        "provider": viewer.organisation_id,
        "listed": True,
        "listed_for": Target.ALL,
    }


def providers(
    viewer: Actor, agreement: Agreement | None, on: dt.date, *, besides: Course | None = None
) -> QuerySet[Organisation]:
    """Who may hold one's courses: the municipality itself, and pharmacies under contract that day;
    and who holds a course already."""
    contracted = PharmacyAgreement.objects.filter(holds(on), agreement=agreement)
    allowed = Q(pk=viewer.organisation_id) | Q(pk__in=contracted.values("pharmacy"))
    if besides:
        allowed |= Q(pk=besides.provider_id)
    return Organisation.objects.filter(allowed).order_by("kind", DaSortKey("name"))


def rooms(viewer: Actor, *, besides: UUID | None = None) -> QuerySet[Room]:
    """One's own rooms that are in use, and the one that a course or a meeting is in already."""
    usable = Q(venue__municipality=viewer.organisation_id, venue__closed_at=None)
    rows = Room.objects.filter(usable | Q(pk=besides)).select_related("venue")
    return rows.order_by(DaSortKey("venue__name"), DaSortKey("name"))


def closed_days(viewer: Actor) -> dict[dt.date, str]:
    """One's own municipality's closing days, each with its reason."""
    days = ClosingDay.objects.filter(municipality=viewer.organisation_id)
    return dict(days.values_list("on", "reason"))


def qualified(viewer: Actor) -> set[UUID]:
    """Everybody who has the basic course, or an education at its level; nobody to outsiders."""
    if not viewer.is_system and not viewer.rights:
        return set()
    return set(Qualification.objects.values_list("user_id", flat=True))


def counsellors_of(viewer: Actor, course: Course) -> list[User]:
    """Who is at any of its meetings that are not cancelled, by name."""
    rows = policies.courses_visible_to(viewer).filter(pk=course.pk)
    there = Staffing.objects.filter(meeting__course__in=rows, meeting__appointment=False, live=True)
    people = User.objects.filter(pk__in=there.values("counsellor"))
    return list(people.order_by(DaSortKey("name"), "pk"))


def course_terms(viewer: Actor, agreement: Agreement | None, on: dt.date) -> CourseTerms | None:
    """What the agreement says of courses on a day; None where it says nothing: that is no reason
    not to show a page."""
    if agreement is None or not (viewer.is_system or viewer.rights):
        return None
    try:
        return lookup.terms(agreement, on).courses
    except MissingTerm:
        return None
