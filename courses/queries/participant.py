"""One participant: all of her enrolment that one may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, When
from django.db.models.functions import JSONObject
from django.http import Http404

from courses import policies
from courses.models import Attendance, Enrolment
from courses.queries.met import Met, occasions
from courses.queries.standing import WHY_WORDS, standing
from courses.rules.seats import Why, why_waiting
from courses.states import CourseState, EnrolmentState, Mark
from referrals.models import Citizen, Phone
from referrals.policies import referrals_visible_to
from roegfri import clock
from roegfri.actor import Actor


@dataclass(frozen=True, slots=True)
class Participant:
    """`citizen` is the row that counts; `phones` are those that work.

    `rank` is her place in the waiting list, and `why` what keeps her there. `own`: whoever looks
    may change her enrolment; `handled`: she has her case as well.
    """

    enrolment: Enrolment
    citizen: Citizen
    phones: Sequence[str]
    met: Sequence[Met]
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
        return str(WHY_WORDS[self.why]) if self.why else ""

    @property
    def attended(self) -> int:
        """How many meetings she came to."""
        return sum(one.mark == Mark.ATTENDED for one in self.met)


def participant(viewer: Actor, pk: UUID) -> Participant:
    """One of them, with her course. Raises Http404."""
    at = clock.now()
    row = _read(viewer, pk)
    if row is None:
        raise Http404
    course = row.course
    now = standing(viewer, course, at) if row.state == EnrolmentState.WAITING else None
    cancelled = course.state == CourseState.CANCELLED
    return Participant(
        enrolment=row,
        citizen=row.citizen.merged_into or row.citizen,
        phones=list(dict.fromkeys(row.working)),
        met=occasions(viewer, course, at=at).met({one["meeting"]: one for one in row.marks}),
        rank=row.rank,
        why=why_waiting(row.rank, now, cancelled=cancelled) if now and row.rank else None,
        own=row.own,
        handled=row.handled,
    )


def participant_to_change(viewer: Actor, pk: UUID) -> Participant:
    """One whom one may change: where she lives only looks on. Raises Http404."""
    found = participant(viewer, pk)
    if not found.own:
        raise Http404
    return found


def sees(viewer: Actor, enrolment: Enrolment) -> bool:
    """Whether one may see an enrolment: who moves somebody on may not see where she comes to."""
    return policies.enrolments_visible_to(viewer).filter(pk=enrolment.pk).exists()


# The last two are seen by whoever sees that enrolment too, and are empty for everybody else.
_WITH = (
    "citizen__merged_into",
    "home",
    "course__host",
    "course__agreement",
    "moved_to__course",
    "moved_from__course",
)


def _read(viewer: Actor, pk: UUID) -> Any:
    """One statement."""
    hers = Attendance.objects.filter(enrolment=OuterRef("pk"))
    of_her = Q(citizen=OuterRef("citizen")) | Q(citizen=OuterRef("citizen__merged_into"))
    works = Phone.objects.filter(of_her, wrong_since=None)
    own = policies.enrolments_worked_with_by(viewer).filter(pk=OuterRef("pk"))
    handled = referrals_visible_to(viewer).filter(pk=OuterRef("referral"))
    rows = policies.enrolments_visible_to(viewer).filter(pk=pk).select_related(*_WITH)
    return rows.annotate(
        working=ArraySubquery(works.order_by("rank", "number").values("number")),
        marks=ArraySubquery(
            hers.values(row=JSONObject(meeting="meeting_id", mark="mark", co="co", note="note"))
        ),
        rank=Case(
            When(state=EnrolmentState.WAITING, then=Func(F("pk"), function="enrolment_rank")),
            default=0,
            output_field=IntegerField(),
        ),
        own=Exists(own),
        handled=Exists(handled),
    ).first()
