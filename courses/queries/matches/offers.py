"""What is read of the courses: three statements, however many there are."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    Field,
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
from roegfri.walls import prepared

# From which day how many participants take two counsellors, the newest in front.
TwoFrom = Sequence[tuple[dt.date, int]]
_1970 = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# One conversion to Danish time for each meeting (weekday and hour apart cost twice that), and one
# byte for each hour of the week, which is found sooner than an hour in a list.
_COMING = """
select c.id,
       (extract(epoch from min(m.starts_at)) * 1000000)::bigint,
       count(*),
       count(*) filter (where get_byte(%(week)s, mod(
           date_part('epoch', m.starts_at at time zone 'Europe/Copenhagen')::bigint / 3600, 168
       )::int) = 1),
       (extract(epoch from min(m.starts_at) filter (
           where m.room_id is not null and m.room_id is distinct from c.room_id
       )) * 1000000)::bigint
  from courses_meeting m
  join courses_course c on c.id = m.course_id
 where c.agreement_id = %(agreement)s and c.state = %(published)s and c.last_at > %(at)s
   and not m.appointment and m.state = %(planned)s and m.starts_at > %(at)s
 group by c.id
"""


class Coming(NamedTuple):
    """A course's meetings that are still to come: the instant of the next (microseconds since 1970:
    as a number it costs nothing to read), how many they are, how many of them are at a time she
    wished for, and the instant of the first that is not in the course's own room."""

    next_us: int
    number: int
    fits: int
    elsewhere_us: int | None

    @property
    def next_at(self) -> dt.datetime:
        """The same instant, UTC."""
        return _1970 + dt.timedelta(microseconds=self.next_us)


class Where(NamedTuple):
    """Where a meeting is."""

    venue: str
    town: str
    postcode: str


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
    return starmap(Row, read)


def coming(viewer: Actor, wishes: Wishes) -> Mapping[UUID, Coming]:
    """Of each of them, the meetings that are still to come; appointments are none."""
    if not viewer.is_system and not viewer.rights:
        return {}
    # No secret of any course: which of them are shown is asked in `rows`.
    asked = {
        "agreement": wishes.agreement_id,
        "at": wishes.at,
        "week": _week(wishes.asked.times),
        "published": CourseState.PUBLISHED.value,
        "planned": MeetingState.PLANNED.value,
    }
    return {one[0]: Coming(*one[1:]) for one in prepared.tuples(_COMING, asked)}


def elsewhere(viewer: Actor, wishes: Wishes, courses: Collection[UUID]) -> Mapping[UUID, Where]:
    """Where the next meeting of each is; asked for those that do not meet in their own room."""
    if not courses or not (viewer.is_system or viewer.rights):
        return {}
    meetings = Meeting.objects.filter(
        _planned(wishes.at), course__in=courses, room__isnull=False
    ).order_by("course", "starts_at", "pk")
    read = meetings.distinct("course").values_list(
        "course_id", "room__venue__name", "room__venue__town", "room__venue__postcode"
    )
    return {course: Where(*rest) for course, *rest in read}


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
    # A field of no kind: a number that is read as it comes, without a call for each row.
    return Case(*asked, default=None, output_field=Field(null=True))


def _week(times: frozenset[str]) -> bytes:
    """The hours of the Danish week, 1 for those she wished for. The first is midnight to a
    Thursday, as 1970 began."""
    return bytes(
        f"{(hour // 24 + 3) % 7 + 1}-{part_of_day(hour % 24)}" in times for hour in range(168)
    )
