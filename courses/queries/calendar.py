"""The calendar: the meetings of some days, and on which of them one is closed.

An appointment with one participant stands in the calendar of the municipality that holds the
course, as a stretch of time: nobody's name is asked for.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate

from courses.models import Meeting, Staffing
from courses.queries.around import shown_courses
from courses.queries.numbered import NUMBER
from courses.states import CourseKind, CourseState, MeetingForm, MeetingState
from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.organisations.models import ClosingDay
from roegfri.refusal import Words

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFilters:
    """Whose: one municipality's meetings, or everybody's; `mine`: those one is at oneself."""

    host_id: UUID | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting or an appointment. Instants are UTC; `number` says which of `meetings` it is, and
    is 0 for an appointment and for a meeting that is cancelled. `staff` are the counsellors, of
    one's own courses alone; `mine`: one is among them."""

    id: UUID
    course_id: UUID
    name: str
    kind: str
    course_state: str
    host_id: UUID
    host_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    state: str
    form: str
    appointment: bool
    extra: bool
    intake: bool
    number: int
    meetings: int
    place: str | None
    town: str | None
    capacity: int
    seats_taken: int
    waiting: int
    staff: list[str]
    mine: bool

    @property
    def is_cancelled(self) -> bool:
        """It does not take place."""
        return self.state == MeetingState.CANCELLED

    @property
    def is_draft(self) -> bool:
        """Nobody else sees it yet."""
        return self.course_state == CourseState.DRAFT

    @property
    def form_label(self) -> Words:
        """How one meets, in words."""
        return MeetingForm(self.form).label

    @property
    def host(self) -> str:
        """The municipality, shortly."""
        return self.host_name.removesuffix(" Kommune")

    @property
    def seats_left(self) -> int:
        """How many can be enrolled on the course."""
        return self.capacity - self.seats_taken

    @property
    def counts(self) -> bool:
        """Whether it is one of so many: a rolling course has no last meeting."""
        return self.number > 0 and self.kind != CourseKind.OPEN

    @property
    def takes_enrolments(self) -> bool:
        """Whether the seats that are left are to be had."""
        return (
            self.course_state == CourseState.PUBLISHED
            and self.state == MeetingState.PLANNED
            and not self.appointment
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A Danish date; `more` is how many meetings it has that are not among the entries, `closed`
    why it is no workday (empty for a weekend)."""

    on: dt.date
    entries: list[Entry]
    more: int
    closed: str
    is_closing_day: bool

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.on.isoweekday() > 5


_FIELDS = [one.name for one in fields(Entry)]


def calendar(
    viewer: Actor, first: dt.date, last: dt.date, filters: CalendarFilters, *, most: int
) -> list[Day]:
    """The days from one date to another, both included, each with at most so many meetings.

    Three statements: which meetings, what they are, and the closing days of one's municipality.
    """
    found, of_day = _which(viewer, first, last, filters, most)
    by_day: dict[dt.date, list[Entry]] = defaultdict(list)
    for entry in _entries(viewer, found):
        by_day[clock.danish_date(entry.starts_at)].append(entry)
    closing = _closing_days(viewer, first, last)
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return [
        Day(
            on=day,
            entries=by_day[day],
            more=of_day.get(day, 0) - len(by_day[day]),
            closed=clock.holiday_names(day.year).get(day) or closing.get(day, ""),
            is_closing_day=day in closing,
        )
        for day in days
    ]


def _which(
    viewer: Actor, first: dt.date, last: dt.date, filters: CalendarFilters, most: int
) -> tuple[list[UUID], Mapping[dt.date, int]]:
    """The first meetings of each day, and how many each day has."""
    day = TruncDate("starts_at", tzinfo=clock.COPENHAGEN)
    rows = (
        _shown(viewer, filters)
        .filter(starts_at__gte=clock.start_of_day(first), starts_at__lt=clock.end_of_day(last))
        .order_by()
        .annotate(
            day=day,
            place_in_day=Window(RowNumber(), partition_by=day, order_by=["starts_at", "id"]),
            of_day=Window(Count("*"), partition_by=day),
        )
        .filter(place_in_day__lte=most)
        .values_list("pk", "day", "of_day")
    )
    found = list(rows)
    return [pk for pk, _day, _n in found], {on: n for _pk, on, n in found}


def _shown(viewer: Actor, filters: CalendarFilters) -> QuerySet[Meeting]:
    """Meetings of courses one sees; appointments are of the municipality that runs the course."""
    rows = Meeting.objects.filter(course__in=shown_courses(viewer))
    whole = Q(appointment=False)
    if viewer.may(Right.COURSES_RUN):
        whole |= Q(course__host=viewer.organisation_id)
    rows = rows.filter(whole)
    if filters.host_id:
        rows = rows.filter(course__host=filters.host_id)
    return rows.filter(_at_it_oneself(viewer)) if filters.mine else rows


def _at_it_oneself(viewer: Actor) -> Exists:
    return Exists(Staffing.objects.filter(meeting=OuterRef("pk"), counsellor=viewer.user_id))


# Entry's fields that are no columns of a meeting, and where they stand.
_FROM_COURSE = {
    "name": F("course__name"),
    "kind": F("course__kind"),
    "course_state": F("course__state"),
    "host_id": F("course__host"),
    "host_name": F("course__host__name"),
    "meetings": F("course__meetings"),
    "place": F("room__venue__name"),
    "town": F("room__venue__town"),
    "capacity": F("course__capacity"),
    "seats_taken": F("course__seats_taken"),
    "waiting": F("course__waiting"),
    "number": NUMBER,
}
_NAMES = ["staff_names" if one == "staff" else one for one in _FIELDS]


def _entries(viewer: Actor, found: Iterable[UUID]) -> list[Entry]:
    ids = list(found)
    if not ids:
        return []
    staff = Staffing.objects.filter(
        meeting=OuterRef("pk"), meeting__course__host=viewer.organisation_id
    )
    rows = Meeting.objects.filter(pk__in=ids).annotate(
        **_FROM_COURSE,
        staff_names=ArraySubquery(staff.order_by("counsellor__name").values("counsellor__name")),
        mine=_at_it_oneself(viewer),
    )
    return [Entry(*one) for one in rows.order_by("starts_at", "id").values_list(*_NAMES)]


def _closing_days(viewer: Actor, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The days on which one's own municipality is closed, and why where that is said."""
    rows = ClosingDay.objects.filter(
        municipality=viewer.organisation_id, on__gte=first, on__lte=last
    )
    return dict(rows.values_list("on", "reason"))
