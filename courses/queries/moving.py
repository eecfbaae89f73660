"""Where the participants of a course can go when it is not held."""

import datetime as dt
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from courses import policies
from courses.models import Course, Meeting
from courses.states import CourseKind, CourseState, MeetingState
from roegfri.actor import Actor


def other_courses(viewer: Actor, course: Course, at: dt.datetime) -> QuerySet[Course, Any]:
    """All that take participants, one's own municipality's first, and of those what meets next in
    front; `next_at` is when."""
    coming = Meeting.objects.filter(
        course=OuterRef("pk"), appointment=False, state=MeetingState.PLANNED, starts_at__gt=at
    )
    rows = (
        policies.courses_visible_to(viewer)
        .filter(state=CourseState.PUBLISHED, agreement=course.agreement_id)
        .exclude(pk=course.pk)
        .annotate(
            next_at=Subquery(coming.order_by("starts_at").values("starts_at")[:1]),
            elsewhere=~Q(host=course.host_id),
        )
        .filter(Q(next_at__isnull=False) | Q(kind=CourseKind.INDIVIDUAL))
    )
    in_order = rows.order_by("elsewhere", F("next_at").asc(nulls_last=True), "name", "pk")
    return in_order.select_related("host")
