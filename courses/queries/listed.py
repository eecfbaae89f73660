"""The list of courses: who holds which, when they meet next, and how many seats are left."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractIsoWeekDay
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Flagged, Meeting, Staffing
from courses.queries.around import shown_courses
from courses.queries.registers import flags_wanted
from courses.queries.second import lacks_counsellor
from courses.states import CourseKind, CourseState, Flag, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Agreement
from roegfri.refusal import Words
from roegfri.ui.danish import DaSortKey
from roegfri.ui.lists import BATCH, SIZE, Column, Page, Slice, Sort, count_up_to, page_of
from roegfri.ui.lists import Count as Counted

SORTS = (
    Sort("naeste", _("Næste mødegang"), (Column("meets_at", nullable=True),)),
    Sort("start", _("Start"), (Column("first_at", nullable=True),)),
    Sort("navn", _("Navn"), (Column("name_key"),)),
    Sort("kommune", _("Kommune"), (Column("host_key"), Column("meets_at", nullable=True))),
)
# What is not over: to be published, and to be enrolled on.
CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFilters:
    """What narrows the list; whatever is empty narrows nothing.

    `state` is a CourseState or CURRENT; `weekday` is 1 for Monday; `text` is part of a name, a
    concept or a place.
    """

    host_id: UUID | None = None
    state: str = ""
    kind: str = ""
    language: str = ""
    weekday: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListedCourse:
    """One line. Instants are UTC; `meets_at` is the next meeting, or the one going on.

    `number` says which of the course's `meetings` that is. `counsellors` are those of its coming
    meetings, of one's own courses alone; `flagged` where else it has been created.
    """

    id: UUID
    name: str
    kind: str
    state: str
    language: str
    target: str
    host_id: UUID
    host_name: str
    capacity: int
    seats_taken: int
    waiting: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    meetings: int
    meets_at: dt.datetime | None
    number: int
    place: str | None
    town: str | None
    counsellors: list[str]
    flagged: list[str]
    agreement_slug: str
    name_key: str
    host_key: str
    # The seats that are left are none until there is a second counsellor.
    lacks_counsellor: bool
    # Where one's own open course is to be created besides here, and is not.
    missing: list[str] = field(default_factory=list)

    @property
    def seats_left(self) -> int:
        """How many can be enrolled."""
        return self.capacity - self.seats_taken

    @property
    def kind_label(self) -> Words:
        """In words."""
        return CourseKind(self.kind).label

    @property
    def is_placed(self) -> bool:
        """Whether the place's name says where in the country it is."""
        return bool(self.place and self.town and self.town in self.place)

    @property
    def meets_on(self) -> dt.date | None:
        """The Danish date of the next meeting."""
        return clock.danish_date(self.meets_at) if self.meets_at else None

    @property
    def last_on(self) -> dt.date | None:
        """The Danish date of the last one."""
        return clock.danish_date(self.last_at) if self.last_at else None

    @property
    def is_over(self) -> bool:
        """Whether all its meetings have been, and nobody has said that it is finished."""
        return bool(self.state == CourseState.PUBLISHED and self.last_at and not self.meets_at)

    @property
    def usual_at(self) -> dt.datetime | None:
        """What its weekday and time are read from."""
        return self.meets_at or self.first_at


# What they are called in a column that says what is missing.
_REGISTERS = {Flag.RSIDEN: "rsiden.dk", Flag.STOPBASE: "STOPbasen", Flag.SUNDHED: "sundhed.dk"}
_FIELDS = [one.name for one in fields(ListedCourse) if one.name != "missing"]


def listed_page(
    viewer: Actor, filters: ListedFilters, sort: Sort, after: str = "", *, at: dt.datetime
) -> Page[ListedCourse]:
    """The page at a cursor. One statement."""
    return _page(viewer, filters, sort, after, at, SIZE)


def listed_count(viewer: Actor, filters: ListedFilters, *, at: dt.datetime) -> Counted:
    """How many the filters leave, counted to a hundred."""
    return count_up_to(_narrowed(viewer, filters, at))


def listed_every(
    viewer: Actor, filters: ListedFilters, sort: Sort, *, at: dt.datetime
) -> Iterator[ListedCourse]:
    """The rows of all pages, for a sheet."""
    after = ""
    while True:
        batch = _page(viewer, filters, sort, after, at, BATCH)
        yield from batch.rows
        after = batch.next
        if not after:
            return


def _page(
    viewer: Actor, filters: ListedFilters, sort: Sort, after: str, at: dt.datetime, size: int
) -> Page[ListedCourse]:
    rows = _described(viewer, _narrowed(viewer, filters, at), at)

    def fetch(piece: Slice) -> list[ListedCourse]:
        some = rows.filter(piece.q()).order_by(*piece.order_by())[: piece.limit]
        listed = (ListedCourse(**one) for one in some.values(*_FIELDS))
        return [replace(one, missing=_missing(viewer, one, at)) for one in listed]

    return page_of(fetch, sort=sort, after=after, size=size)


def _missing(viewer: Actor, row: ListedCourse, at: dt.datetime) -> list[str]:
    if row.host_id != viewer.organisation_id or row.state != CourseState.PUBLISHED:
        return []
    wanted = flags_wanted(viewer, Agreement(slug=row.agreement_slug), clock.danish_date(at))
    return [_REGISTERS[one] for one in wanted if one not in row.flagged]


def _coming(at: dt.datetime) -> QuerySet[Meeting]:
    """A course's meetings that are not over, the next one first."""
    live = Meeting.objects.filter(course=OuterRef("pk"), appointment=False, ends_at__gt=at)
    return live.exclude(state=MeetingState.CANCELLED).order_by("starts_at", "id")


def _narrowed(viewer: Actor, filters: ListedFilters, at: dt.datetime) -> QuerySet[Course]:
    rows = shown_courses(viewer).annotate(
        meets_at=Subquery(_coming(at).values("starts_at")[:1]),
        place=Coalesce(
            Subquery(_coming(at).values("room__venue__name")[:1]), F("room__venue__name")
        ),
        town=Coalesce(
            Subquery(_coming(at).values("room__venue__town")[:1]), F("room__venue__town")
        ),
    )
    for wanted in _conditions(viewer, filters, at):
        rows = rows.filter(wanted)
    if filters.weekday:
        usual = Coalesce("meets_at", "first_at")
        rows = rows.annotate(weekday=ExtractIsoWeekDay(usual, tzinfo=clock.COPENHAGEN))
        rows = rows.filter(weekday=filters.weekday)
    return rows


def _conditions(viewer: Actor, filters: ListedFilters, at: dt.datetime) -> Iterator[Q]:
    if filters.host_id:
        yield Q(host=filters.host_id)
    if filters.state == CURRENT:
        yield _current(viewer, at)
    elif filters.state:
        yield Q(state=filters.state)
    if filters.kind:
        yield Q(kind=filters.kind)
    if filters.language:
        yield Q(language=filters.language)
    if filters.text:
        places = ("name", "concept", "place", "town")
        yield Q(*[(f"{one}__icontains", filters.text) for one in places], _connector=Q.OR)


def _current(viewer: Actor, at: dt.datetime) -> Q:
    """Not over; and one's own whose last meeting has been, until somebody says it is finished."""
    today = clock.start_of_day(clock.danish_date(at))
    own = Q(host=viewer.organisation_id) & Q(state__in=[CourseState.DRAFT, CourseState.PUBLISHED])
    coming = Q(last_at=None) | Q(last_at__gte=today)
    return own | (Q(state=CourseState.PUBLISHED) & coming)


def _described(viewer: Actor, rows: QuerySet[Course], at: dt.datetime) -> QuerySet[Course]:
    """With what a line says beside the course's own columns."""
    over = Meeting.objects.filter(course=OuterRef("pk"), appointment=False, ends_at__lte=at)
    counted = (
        over.exclude(state=MeetingState.CANCELLED)
        .order_by()
        .values("course")
        .annotate(n=Count("*"))
    )
    staff = Staffing.objects.filter(
        meeting__course=OuterRef("pk"),
        meeting__course__host=viewer.organisation_id,
        live=True,
        ends_at__gt=at,
    )
    return rows.annotate(
        host_name=F("host__name"),
        number=Coalesce(Subquery(counted.values("n")), 0) + 1,
        counsellors=ArraySubquery(
            staff.order_by("counsellor__name").values_list("counsellor__name", flat=True).distinct()
        ),
        flagged=ArraySubquery(
            Flagged.objects.filter(course=OuterRef("pk")).order_by("flag").values("flag")
        ),
        agreement_slug=F("agreement__slug"),
        lacks_counsellor=lacks_counsellor(at),
        name_key=DaSortKey("name"),
        host_key=DaSortKey("host__name"),
    )
