"""Who takes part in a course, who waits, and who has left: those of them that one may see."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from courses import policies
from courses.models import Attendance, Course, Enrolment, Meeting, Tick
from courses.queries.standing import standing
from courses.rules.seats import Standing, Why, why_waiting
from courses.states import (
    PER_MEETING,
    CourseKind,
    CourseState,
    EnrolmentState,
    Item,
    Mark,
    MeetingState,
)
from referrals.models import Citizen, Phone
from referrals.policies import referrals_visible_to
from roegfri import clock
from roegfri.actor import Actor
from roegfri.refusal import Words

# Ticked once: what the summary of a checklist counts.
CHECKLIST = tuple(one for one in Item if one not in PER_MEETING)


_WHY: dict[Why, Words] = {
    Why.CANCELLED: _("Forløbet er aflyst"),
    Why.OVER: _("Forløbet tager ikke flere ind"),
    Why.FULL: _("Alle pladser er taget"),
    Why.COUNSELLOR: _("Der mangler en rådgiver mere på mødegangene"),
    Why.OTHERS: _("Andre har ventet længere"),
    Why.NEXT: _("Der er en plads, som kan gives nu"),
}


@dataclass(frozen=True, slots=True)
class Met:
    """How it stands with one participant at one meeting; `number` is None for an appointment, and
    `mark` empty where nothing is registered."""

    meeting: UUID
    starts_at: dt.datetime
    number: int | None
    mark: str
    co: int | None
    note: str
    coming: bool

    @property
    def word(self) -> str:
        """The mark as it is said; empty where there is none."""
        return str(Mark(self.mark).label) if self.mark else ""


@dataclass(frozen=True, slots=True)
class Participant:
    """One line of the list. `citizen` is the row that counts; `phones` are those that work.

    `rank` is her place in the waiting list, and `why` what keeps her there. `own`: whoever looks
    may change her enrolment; `handled`: she has her case as well.
    """

    enrolment: Enrolment
    citizen: Citizen
    phones: Sequence[str]
    met: Sequence[Met]
    ticked: Sequence[Item]
    rank: int
    why: Why | None
    own: bool
    handled: bool

    @property
    def id(self) -> UUID:
        """The enrolment's."""
        return self.enrolment.pk

    @property
    def waits(self) -> str:
        """What keeps her in the waiting list, in words."""
        return str(_WHY[self.why]) if self.why else ""

    @property
    def attended(self) -> int:
        """How many meetings she came to."""
        return sum(one.mark == Mark.ATTENDED for one in self.met)

    @property
    def ticked_once(self) -> int:
        """How many of the items done once are done."""
        return sum(one in CHECKLIST for one in self.ticked)

    @property
    def to_tick(self) -> int:
        """How many items are done once."""
        return len(CHECKLIST)

    @property
    def other_language(self) -> bool:
        """Whether she speaks another language than Danish, as far as is known."""
        return self.citizen.language.strip().lower() not in {"", "dansk"}


@dataclass(frozen=True, slots=True)
class Participants:
    """All of a course that one may see: who takes part, who waits in order, and who has left.

    `everybody`: whoever looks holds the course; anybody else sees her own citizens alone.
    """

    course: Course
    active: Sequence[Participant]
    waiting: Sequence[Participant]
    left: Sequence[Participant]
    everybody: bool

    @property
    def seen(self) -> int:
        """How many there are on the page."""
        return len(self.active) + len(self.waiting) + len(self.left)


def participants(viewer: Actor, course: Course) -> Participants:
    """The participants of a course as they stand now; four statements at most."""
    at = clock.now()
    rows = list(_read(viewer, Q(course=course)).order_by(*_BY_NAME))
    waits = any(row.state == EnrolmentState.WAITING for row in rows)
    now = standing(viewer, course, at) if waits else None
    meetings = _meetings(viewer, course) if rows else []
    found = [_participant(row, course, meetings, now, at) for row in rows]
    return Participants(
        course=course,
        active=[one for one in found if one.enrolment.state == EnrolmentState.ENROLLED],
        waiting=sorted((one for one in found if one.rank), key=lambda one: one.rank),
        left=[one for one in found if one.enrolment.left_at],
        everybody=viewer.organisation_id == course.host_id,
    )


def participant(viewer: Actor, pk: UUID) -> Participant:
    """One of them, with her course. Raises Http404."""
    at = clock.now()
    row = (
        _read(viewer, Q(pk=pk)).select_related(*_WITH, "course__host", "course__agreement").first()
    )
    if row is None:
        raise Http404
    now = standing(viewer, row.course, at) if row.state == EnrolmentState.WAITING else None
    return _participant(row, row.course, _meetings(viewer, row.course), now, at)


def participant_to_change(viewer: Actor, pk: UUID) -> Participant:
    """One whom one may change: where she lives only looks on. Raises Http404."""
    found = participant(viewer, pk)
    if not found.own:
        raise Http404
    return found


def sees(viewer: Actor, enrolment: Enrolment) -> bool:
    """Whether one may see an enrolment: who moves somebody on may not see where she comes to."""
    return policies.enrolments_visible_to(viewer).filter(pk=enrolment.pk).exists()


_BY_NAME = ("citizen__sort_key", "created_at", "pk")
# The last two are seen by whoever sees that enrolment too, and are empty for everybody else.
_WITH = ("citizen__merged_into", "home", "moved_to__course", "moved_from__course")


def _read(viewer: Actor, which: Q) -> QuerySet[Enrolment, Any]:
    """One statement, whoever many they are."""
    hers = Attendance.objects.filter(enrolment=OuterRef("pk"))
    of_her = Q(citizen=OuterRef("citizen")) | Q(citizen=OuterRef("citizen__merged_into"))
    works = Phone.objects.filter(of_her, wrong_since=None)
    own = policies.enrolments_worked_with_by(viewer).filter(pk=OuterRef("pk"))
    handled = referrals_visible_to(viewer).filter(pk=OuterRef("referral"))
    return (
        policies.enrolments_visible_to(viewer)
        .filter(which)
        .select_related(*_WITH)
        .annotate(
            working=ArraySubquery(works.order_by("rank", "number").values("number")),
            marks=ArraySubquery(
                hers.values(row=JSONObject(meeting="meeting_id", mark="mark", co="co", note="note"))
            ),
            items=ArraySubquery(Tick.objects.filter(enrolment=OuterRef("pk")).values("item")),
            rank=Case(
                When(state=EnrolmentState.WAITING, then=Func(F("pk"), function="enrolment_rank")),
                default=0,
                output_field=IntegerField(),
            ),
            own=Exists(own),
            handled=Exists(handled),
        )
    )


def _meetings(viewer: Actor, course: Course) -> list[Meeting]:
    """All that were not cancelled, appointments with them, in order."""
    seen = policies.courses_visible_to(viewer).filter(pk=course.pk)
    rows = Meeting.objects.filter(course__in=seen).exclude(state=MeetingState.CANCELLED)
    return list(rows.order_by("starts_at", "pk"))


def _participant(
    row: Any, course: Course, meetings: Sequence[Meeting], now: Standing | None, at: dt.datetime
) -> Participant:
    marks = {one["meeting"]: one for one in row.marks}
    cancelled = course.state == CourseState.CANCELLED
    return Participant(
        enrolment=row,
        citizen=row.citizen.merged_into or row.citizen,
        phones=list(dict.fromkeys(row.working)),
        met=_met(course, meetings, marks, at),
        ticked=[Item(one) for one in dict.fromkeys(row.items)],
        rank=row.rank,
        why=why_waiting(row.rank, now, cancelled=cancelled) if now and row.rank else None,
        own=row.own,
        handled=row.handled,
    )


def _met(
    course: Course,
    meetings: Sequence[Meeting],
    marks: Mapping[str, Mapping[str, Any]],
    at: dt.datetime,
) -> list[Met]:
    """The course's meetings. Of appointments those at which something is marked of her; and of a
    standing offer, which has met for years before she came."""
    found, number = list[Met](), 0
    for meeting in meetings:
        number += not meeting.appointment
        mark = marks.get(str(meeting.pk))
        if mark is None and (meeting.appointment or course.kind == CourseKind.OPEN):
            continue
        said = mark or {"mark": "", "co": None, "note": ""}
        found.append(
            Met(
                meeting=meeting.pk,
                starts_at=meeting.starts_at,
                number=None if meeting.appointment else number,
                mark=said["mark"],
                co=said["co"],
                note=said["note"],
                coming=meeting.starts_at > at,
            )
        )
    return found
