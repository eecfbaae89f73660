"""One course, as its page shows it; and what is needed to plan one."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from courses import policies
from courses.models import Course, Flagged, Qualification
from roegfri.actor import Actor

_WITH = ("host", "provider", "agreement", "room__venue", "created_by", "copied_from")


def course(viewer: Actor, pk: UUID) -> Course:
    """A course that one may look at, with what its page says of it. Raises Http404."""
    return _one(policies.courses_visible_to(viewer), pk)


def hosted_course(viewer: Actor, pk: UUID) -> Course:
    """A course that one may change: one's own municipality's. Raises Http404."""
    return _one(policies.courses_hosted_by(viewer), pk)


def flags_of(viewer: Actor, course: Course) -> list[Flagged]:
    """Where else it has been created, with who noted it and when."""
    rows = policies.courses_visible_to(viewer).filter(pk=course.pk)
    return list(Flagged.objects.filter(course__in=rows).select_related("by").order_by("at"))


def unqualified(viewer: Actor, counsellors: QuerySet[UUID] | set[UUID]) -> set[UUID]:
    """Those of some people who have no basic course noted; nobody to outsiders."""
    if not viewer.is_system and not viewer.rights:
        return set()
    asked = set(counsellors)
    return asked - set(
        Qualification.objects.filter(user__in=asked).values_list("user_id", flat=True)
    )


def _one(rows: QuerySet[Course], pk: UUID) -> Course:
    found = rows.select_related(*_WITH).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
