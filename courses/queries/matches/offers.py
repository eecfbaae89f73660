"""What is read of the courses: three statements, however many there are."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from courses import policies
from courses.models import Course, Meeting
from courses.queries.matches.wishes import Wishes
from courses.rules.matching import part_of_day
from courses.states import CourseKind, CourseState, MeetingState
from roegfri.actor import Actor
from roegfri.organisations.models import Term

# From which day how many participants take two counsellors, the newest in front.
TwoFrom = Sequence[tuple[dt.date, int]]


class Coming(NamedTuple):
    """A course's meetings that are still to come: when the next is, how many they are, and how many
    of them are at a time she wished for."""

    next_at: dt.datetime
    number: int
    fits: int


class Row(NamedTuple):
    """A course as it is read. `fewest`: counsellors at a coming meeting, where that is asked."""

    id: UUID
    name: str
    kind: str
    language: str
    target: str
    capacity: int
    taken: int
    waiting: int
    meetings: int
    host: str
    venue: str
    town: str
    postcode: str
    fewest: int | None


def rows(viewer: Actor, wishes: Wishes, two_from: TwoFrom) -> Iterator[Row]:
    """The courses that take participants, those she is on already left out."""
    open_courses = _open_courses(viewer, wishes).exclude(pk__in=wishes.besides)
    many = min((number for _since, number in two_from), default=None)
    read = open_courses.annotate(fewest=_fewest(wishes.at, many)).values_list(
        "id",
        "name",
        "kind",
        "language",
        "target",
        "capacity",
        "seats_taken",
        "waiting",
        "meetings",
        "host__name",
        Coalesce("room__venue__name", Value("")),
        Coalesce("room__venue__town", Value("")),
        Coalesce("room__venue__postcode", Value("")),
        "fewest",
    )
    return (Row(*one) for one in read)


def coming(viewer: Actor, wishes: Wishes) -> Mapping[UUID, Coming]:
    """Of each of them, the meetings that are still to come; appointments are none."""
    if not viewer.is_system and not viewer.rights:
        return {}
    # No secret of any course: which of them are shown is asked in `rows`.
    meetings = Meeting.objects.filter(
        _planned(wishes.at),
        course__agreement=wishes.agreement_id,
        course__state=CourseState.PUBLISHED,
        course__last_at__gt=wishes.at,
    )
    fits: Any = Value(0)
    if wishes.asked.times:
        meetings, fits = _at_times(meetings, wishes.asked.times)
    counted = meetings.order_by().values("course_id")
    read = counted.annotate(next_at=Min("starts_at"), number=Count("pk"), fits=fits).values_list(
        "course_id", "next_at", "number", "fits"
    )
    return {course: Coming(*rest) for course, *rest in read}


def two_from(viewer: Actor, agreement: UUID) -> TwoFrom:
    """The agreement's term two_counsellors_from through time; nothing to outsiders."""
    if not viewer.is_system and not viewer.rights:
        return []
    terms = Term.objects.filter(agreement=agreement, name="two_counsellors_from")
    read = terms.order_by("-from_on").values_list("from_on", "value")
    return [(from_on, int(value)) for from_on, value in read]


def _open_courses(viewer: Actor, wishes: Wishes) -> QuerySet[Course]:
    """As `standing.takes_participants` says of one."""
    to_come = Q(last_at=None) | Q(last_at__gt=wishes.at) | ~Q(kind=CourseKind.GROUP)
    found = policies.courses_visible_to(viewer).filter(
        to_come, agreement=wishes.agreement_id, state=CourseState.PUBLISHED
    )
    narrow = wishes.narrow
    wanted = {"kind": narrow.kind, "language__iexact": narrow.language, "host": narrow.host_id}
    return found.filter(**{name: value for name, value in wanted.items() if value})


def _planned(at: dt.datetime) -> Q:
    return Q(appointment=False, state=MeetingState.PLANNED, starts_at__gt=at)


def _fewest(at: dt.datetime, many: int | None) -> Case:
    """The fewest counsellors at a coming meeting, asked where so many take part that it matters."""
    meetings = Meeting.objects.filter(_planned(at), course=OuterRef("pk"))
    staffed = meetings.annotate(n=Count("staff", filter=Q(staff__live=True))).order_by("n")
    asked = (
        []
        if many is None
        else [
            When(
                seats_taken__gte=many - 1,
                capacity__gt=F("seats_taken"),
                then=Subquery(staffed.values("n")[:1]),
            )
        ]
    )
    return Case(*asked, default=None, output_field=IntegerField(null=True))


class _HourOfWeek(Func):
    """Which hour of the Danish week an instant is in: 0 is midnight to a Thursday, as 1970 began.
    One conversion for each meeting; weekday and hour apart cost twice that."""

    template = (
        "mod(extract(epoch from %(expressions)s at time zone 'Europe/Copenhagen')::bigint / 3600,"
        " 168)"
    )
    output_field = IntegerField()


def _at_times(
    meetings: QuerySet[Meeting], times: frozenset[str]
) -> tuple[QuerySet[Meeting], Count]:
    """The meetings with the hour of the week they begin in, and the count of those wished for."""
    wished = [
        (int(one[0]) - 4) % 7 * 24 + hour
        for one in times
        for hour in range(24)
        if part_of_day(hour) == one[2:]
    ]
    hours = meetings.alias(hour=_HourOfWeek("starts_at"))
    return hours, Count("pk", filter=Q(hour__in=wished))
