"""Free seats that are none until a second counsellor comes, said of many courses at once."""

import datetime as dt

from django.db.models import Case, Count, Exists, F, IntegerField, Min, OuterRef, Q, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from courses.models import Meeting, Staffing
from courses.states import CourseKind, MeetingState
from roegfri import clock
from roegfri.organisations.models import Term

_TERM = Term.objects.filter(name="two_counsellors_from")
# The fewest participants that any agreement ever asked two for: below, nothing is looked up.
_FEWEST = (
    _TERM.order_by()
    .values("name")
    .annotate(least=Min(Cast("value", IntegerField())))
    .values("least")
)


def lacks_counsellor(at: dt.datetime, *, course: str = "") -> Combinable:
    """Whether a course has free seats and one more participant would need two counsellors where
    there is one, as seats.lack says of one course. `course` is the way to it from the query's rows
    ("course__"); without, they are courses.
    """
    taken = F(f"{course}seats_taken")
    asked = Q(**{
        f"{course}capacity__gt": taken,
        f"{course}seats_taken__gte": Subquery(_FEWEST) - 1,
    }) & ~Q(**{f"{course}kind": CourseKind.INDIVIDUAL})  # fmt: skip
    return Case(When(asked, then=_short(at, course)), default=False)


def _short(at: dt.datetime, course: str) -> Exists:
    """A coming meeting with fewer than two counsellors, by what the agreement asks for by now."""
    said = _TERM.filter(
        agreement=OuterRef("course__agreement"), from_on__lte=clock.danish_date(at)
    ).order_by("-from_on")
    staff = Staffing.objects.filter(meeting=OuterRef("pk"), live=True).order_by()
    there = staff.values("meeting").annotate(n=Count("*")).values("n")
    coming = Meeting.objects.filter(
        course=OuterRef(f"{course}pk"),
        appointment=False,
        state=MeetingState.PLANNED,
        starts_at__gt=at,
    )
    return Exists(
        coming.annotate(
            there=Coalesce(Subquery(there), 0),
            two_from=Subquery(said.annotate(n=Cast("value", IntegerField())).values("n")[:1]),
        ).filter(there__lt=2, two_from__lte=F("course__seats_taken") + 1)
    )
