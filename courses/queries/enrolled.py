"""What one citizen takes part in, and has taken part in: for her file and the call screen."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject

from courses import policies
from courses.models import Attendance, Enrolment, Meeting
from courses.queries.numbered import NUMBER
from courses.states import LIVE, EnrolmentState, Mark, MeetingState
from roegfri.actor import Actor


@dataclass(frozen=True, slots=True)
class Marked:
    """How it stood with her at one meeting; `number` is 0 for an appointment."""

    at: dt.datetime
    number: int
    mark: Mark
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment. `next_at` is the meeting she is to come to next (UTC), her own appointment
    too; `rank` her place in the waiting list, 0 outside it; `moved_to` the name of the course she
    went on to; `worked`: whoever looks may change it."""

    enrolment: Enrolment
    next_at: dt.datetime | None
    rank: int
    moved_to: str
    worked: bool
    marked: Sequence[Marked]

    @property
    def live(self) -> bool:
        """She takes part, or waits to."""
        return self.enrolment.state in LIVE


def enrolled(viewer: Actor, persons: Collection[UUID], at: dt.datetime) -> list[Enrolled]:
    """All her enrolments that one may see, those that go on in front, then the newest. One
    statement."""
    rows = policies.enrolments_visible_to(viewer).filter(citizen__in=persons)
    worked = policies.enrolments_worked_with_by(viewer).filter(pk=OuterRef("pk"))
    read = rows.select_related("course__host", "created_by").annotate(
        next_at=Subquery(_coming(at).values("starts_at")[:1]),
        rank=Case(
            When(state=EnrolmentState.WAITING, then=Func(F("pk"), function="enrolment_rank")),
            default=Value(0),
            output_field=IntegerField(),
        ),
        went_to=Coalesce(F("moved_to__course__name"), Value("")),
        worked=Exists(worked),
        marks=_marks(),
    )
    found = [
        Enrolled(one, one.next_at, one.rank, one.went_to, one.worked, _read(one.marks))
        for one in read.order_by("-created_at", "pk")
    ]
    return sorted(found, key=lambda one: not one.live)


@dataclass(frozen=True, slots=True)
class On:
    """A course she is on, or `waits` for, by its enrolment; `next_at` is the meeting she is to come
    to next (UTC), None where none is planned or she waits."""

    id: UUID
    course_id: UUID
    name: str
    waits: bool
    next_at: dt.datetime | None


def on_now(viewer: Actor, persons: Collection[UUID], at: dt.datetime) -> list[On]:
    """The courses she is on, or waits for, what she comes to next in front. One statement."""
    rows = policies.enrolments_visible_to(viewer).filter(citizen__in=persons, state__in=LIVE)
    comes = When(state=EnrolmentState.ENROLLED, then=Subquery(_coming(at).values("starts_at")[:1]))
    read = rows.annotate(
        waits=Q(state=EnrolmentState.WAITING), next_at=Case(comes, default=None)
    ).order_by(F("next_at").asc(nulls_last=True), "pk")
    return [
        On(*one) for one in read.values_list("pk", "course", "course__name", "waits", "next_at")
    ]


def live_of_case(viewer: Actor, referral: UUID) -> list[Enrolment]:
    """What she is on, or waits for, by that case."""
    rows = policies.enrolments_visible_to(viewer).filter(referral=referral, state__in=LIVE)
    return list(rows.select_related("course").order_by("created_at", "pk"))


def twice_on(viewer: Actor, persons: Collection[UUID]) -> list[str]:
    """The names of courses that rows of one person are on more than once, or wait for."""
    rows = policies.enrolments_visible_to(viewer).filter(
        Q(citizen__in=persons) | Q(citizen__merged_into__in=persons), state__in=LIVE
    )
    counted = rows.values("course__name", "course").annotate(times=Count("pk"))
    twice = counted.filter(times__gt=1).order_by("course__name")
    return list(twice.values_list("course__name", flat=True))


def enrolled_by_call(
    viewer: Actor, referral: UUID, *, caller: UUID, at: dt.datetime
) -> list[Enrolment]:
    """What was made together with a call that `caller` logged at that instant, and still holds."""
    rows = policies.enrolments_worked_with_by(viewer).filter(
        referral=referral, created_by=caller, created_at=at, state__in=LIVE
    )
    return list(rows.select_related("course__host").order_by("pk"))


def _coming(at: dt.datetime) -> QuerySet[Meeting]:
    """The next meeting of the course, or an appointment of her own."""
    hers = Q(appointment=True, appointed__enrolment=OuterRef("pk"))
    common = Q(appointment=False, course=OuterRef("course"))
    coming = Meeting.objects.filter(hers | common, state=MeetingState.PLANNED, starts_at__gt=at)
    return coming.order_by("starts_at")


def _marks() -> ArraySubquery:
    numbered = Meeting.objects.filter(pk=OuterRef("meeting")).annotate(number=NUMBER)
    of_hers = Attendance.objects.filter(enrolment=OuterRef("pk")).exclude(mark="")
    facts = JSONObject(
        at="meeting__starts_at",
        number=Subquery(numbered.values("number")[:1]),
        mark="mark",
        who="by__name",
        note="note",
    )
    return ArraySubquery(of_hers.order_by("meeting__starts_at").values(facts=facts))


def _read(marks: Sequence[dict[str, str | int]]) -> list[Marked]:
    return [
        Marked(
            at=dt.datetime.fromisoformat(str(one["at"])),
            number=int(one["number"]),
            mark=Mark(str(one["mark"])),
            who=str(one["who"]),
            note=str(one["note"]),
        )
        for one in marks
    ]
