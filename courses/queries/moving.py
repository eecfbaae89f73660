"""Where participants can go: the courses that take somebody."""

import datetime as dt
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from courses import policies
from courses.models import Course, Meeting
from courses.queries.second import lacks_counsellor
from courses.states import CourseKind, CourseState, MeetingState
from roegfri.actor import Actor


def open_courses(viewer: Actor, at: dt.datetime) -> QuerySet[Course, Any]:
    """All that take participants, as standing.takes_participants says of one; `next_at` is when
    they meet next, `lacks_counsellor` whether their free seats wait for one more counsellor."""
    coming = Meeting.objects.filter(
        course=OuterRef("pk"), appointment=False, state=MeetingState.PLANNED, starts_at__gt=at
    )
    return (
        policies.courses_visible_to(viewer)
        .filter(state=CourseState.PUBLISHED)
        .annotate(
            next_at=Subquery(coming.order_by("starts_at").values("starts_at")[:1]),
            lacks_counsellor=lacks_counsellor(at),
        )
        .filter(Q(next_at__isnull=False) | ~Q(kind=CourseKind.GROUP))
    )


def other_courses(viewer: Actor, course: Course, at: dt.datetime) -> QuerySet[Course, Any]:
    """Those for the participants of one that is not held: one's own municipality's first, and of
    those what meets next in front."""
    rows = (
        open_courses(viewer, at)
        .filter(agreement=course.agreement_id)
        .exclude(pk=course.pk)
        .annotate(elsewhere=~Q(host=course.host_id))
    )
    in_order = rows.order_by("elsewhere", F("next_at").asc(nulls_last=True), "name", "pk")
    return in_order.select_related("host")
