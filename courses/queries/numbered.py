"""Which meeting of its course a meeting is: counted when it is asked, never stored."""

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from courses.models import Meeting
from courses.states import MeetingState

_BEFORE = Meeting.objects.filter(
    Q(starts_at__lt=OuterRef("starts_at"))
    | Q(starts_at=OuterRef("starts_at"), id__lte=OuterRef("id")),
    course=OuterRef("course"),
    appointment=False,
).exclude(state=MeetingState.CANCELLED)
_COUNTS = Q(appointment=False) & ~Q(state=MeetingState.CANCELLED)

# For a queryset of meetings; 0 for an appointment, and for a meeting that is cancelled.
NUMBER = Coalesce(
    Case(
        When(
            _COUNTS,
            then=Subquery(_BEFORE.order_by().values("course").annotate(n=Count("*")).values("n")),
        ),
        default=Value(0),
        output_field=IntegerField(),
    ),
    0,
)
