"""What the lists and calendars of courses can be narrowed to: municipalities and languages."""

from uuid import UUID

from django.db.models import Q, QuerySet

from courses import policies
from courses.models import Course
from courses.states import CourseState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership, Municipality
from roegfri.ui.danish import DaSortKey


def hosts(viewer: Actor) -> list[tuple[UUID, str]]:
    """The municipalities whose courses one sees today, by name: the members of one's agreement."""
    if viewer.organisation_id is None:
        return []
    today = holds(clock.today())
    own = Membership.objects.filter(
        today, municipality=viewer.organisation_id, scope=Scope.CESSATION
    )
    agreed = Q(agreement__in=own.values("agreement")) | Q(agreement=viewer.organisation_id)
    members = Membership.objects.filter(today, agreed, scope=Scope.CESSATION)
    found = Municipality.objects.filter(pk__in=members.values("municipality"))
    return list(found.order_by(DaSortKey("name")).values_list("pk", "name"))


def languages(viewer: Actor) -> list[str]:
    """The languages that courses one sees are held in."""
    found = shown_courses(viewer).order_by("language").values_list("language", flat=True)
    return list(found.distinct())


def shown_courses(viewer: Actor) -> QuerySet[Course]:
    """The courses of lists and calendars: a draft is its host's alone, also one that was shown."""
    drafts = Q(state=CourseState.DRAFT) & ~Q(host=viewer.organisation_id)
    return policies.courses_visible_to(viewer).exclude(drafts)
