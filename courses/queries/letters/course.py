"""The letters of a whole course: one's own participants', and who sends the others'."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Func, Q, UUIDField

from courses import policies
from courses.models import Course
from courses.queries.letters.draft import Draft
from courses.queries.letters.reading import counting_row, drafts
from courses.states import EnrolmentState
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A participant whose letter another municipality sends; "" where one may not know which."""

    name: str
    handler: str


@dataclass(frozen=True, slots=True)
class CourseLetters:
    """Everybody of a course whom one sees: those whose letter one sends, and the others."""

    course: Course
    drafts: Sequence[Draft]
    elsewhere: Sequence[Elsewhere]

    @property
    def ready(self) -> Sequence[Draft]:
        """Those that can go at one press."""
        return [one for one in self.drafts if one.is_ready]


def course_letters(viewer: Actor, course: Course, *, at: dt.datetime) -> CourseLetters:
    """Everybody who takes or took part; who never came has no letter to be sent."""
    took_part = Q(course=course) & ~Q(state__in=[EnrolmentState.WAITING, EnrolmentState.MOVED])
    found = drafts(viewer, took_part, at)
    mine = {one.enrolment.pk for one in found}
    rows = policies.enrolments_visible_to(viewer).filter(took_part).exclude(pk__in=mine)
    handler = Func(F("pk"), function="enrolment_handler", output_field=UUIDField())
    others = rows.select_related("citizen__merged_into").annotate(handler=handler)
    ordered = list(others.order_by("citizen__sort_key", "pk"))
    towns = Municipality.objects.in_bulk({one.handler for one in ordered if one.handler})
    elsewhere = [
        Elsewhere(counting_row(one).name, towns[one.handler].name if one.handler in towns else "")
        for one in ordered
    ]
    return CourseLetters(course, found, elsewhere)
