"""Appointments with one participant: those there are, and when there could be another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from courses import policies
from courses.models import Attendance, Course, Enrolment, Meeting, Staffing
from courses.queries.staffing import Candidate, candidates
from courses.rules.appointments import free_slots
from courses.rules.planning import Slot
from courses.states import CourseKind, CourseState, EnrolmentState, Mark, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.ui.spans import span_words

# How far ahead times are proposed.
_AHEAD = dt.timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Appointed:
    """One appointment: the meeting, who holds it, and whether she came (empty: not registered)."""

    meeting: Meeting
    counsellors: Sequence[str]
    mark: str
    coming: bool

    @property
    def when(self) -> str:
        """ "tirsdag 3. marts 2026 kl. 16.00-16.45"."""
        return span_words(self.meeting.starts_at, self.meeting.ends_at)

    @property
    def word(self) -> str:
        """The mark as it is said."""
        return str(Mark(self.mark).label) if self.mark else ""


@dataclass(frozen=True, slots=True)
class Appointments:
    """A participant's appointments in time's order. `open`: whoever looks may make another;
    `missing`: of an individual course, and none is ahead."""

    rows: Sequence[Appointed]
    open: bool
    missing: bool
    usual: bool

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.rows or self.open)


def appointments(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime) -> Appointments:
    """Those of a participant one may see; two statements."""
    came = Attendance.objects.filter(meeting=OuterRef("pk"), enrolment=enrolment)
    meetings = (
        Meeting.objects.filter(appointed__enrolment=enrolment)
        .annotate(mark=Subquery(came.values("mark")[:1]))
        .select_related("room__venue")
        .prefetch_related("staff__counsellor")
        .order_by("starts_at", "pk")
    )
    rows = [_row(one, at) for one in meetings]
    takes_part = enrolment.state == EnrolmentState.ENROLLED
    course = enrolment.course
    usual = course.kind == CourseKind.INDIVIDUAL
    return Appointments(
        rows,
        open=takes_part and course.host_id == viewer.organisation_id and _runs(course),
        missing=usual and takes_part and not any(row.coming for row in rows),
        usual=usual,
    )


def to_be_met(viewer: Actor, pk: UUID) -> Enrolment:
    """A participant of one's own course, whom one may make appointments with. Raises Http404."""
    rows = policies.enrolments_worked_with_by(viewer).filter(
        pk=pk, course__in=policies.courses_hosted_by(viewer)
    )
    found = rows.select_related("course__host", "course__room", "citizen__merged_into").first()
    if found is None:
        raise Http404
    return found


def without_appointment(viewer: Actor, course: Course, *, at: dt.datetime) -> list[Enrolment]:
    """The participants of an individual course with whom no appointment is ahead, those longest
    without one first; nobody, of another kind."""
    if course.kind != CourseKind.INDIVIDUAL:
        return []
    ahead = Meeting.objects.filter(
        appointed__enrolment=OuterRef("pk"), state=MeetingState.PLANNED, starts_at__gt=at
    )
    rows = policies.enrolments_visible_to(viewer).filter(
        course=course, state=EnrolmentState.ENROLLED
    )
    without = rows.annotate(ahead=Subquery(ahead.values("pk")[:1])).filter(ahead=None)
    return list(without.select_related("citizen__merged_into").order_by("enrolled_at", "pk"))


def free_times(
    viewer: Actor,
    enrolment: Enrolment,
    counsellor: UUID | None,
    *,
    minutes: int,
    at: dt.datetime,
) -> list[Slot]:
    """When a counsellor could talk with her: times at which neither has anything else."""
    course = enrolment.course
    held = Staffing.objects.filter(
        counsellor=counsellor, live=True, ends_at__gt=at, starts_at__lt=at + _AHEAD
    )
    hers = hers_at(viewer, enrolment).filter(ends_at__gt=at, starts_at__lt=at + _AHEAD)
    taken = [Slot(*one) for one in held.values_list("starts_at", "ends_at")]
    taken += [Slot(*one) for one in hers.values_list("starts_at", "ends_at")]
    last = (
        hers_at(viewer, enrolment)
        .filter(appointment=True, starts_at__lte=at + _AHEAD)
        .order_by("-starts_at")
        .first()
    )
    return free_slots(
        at,
        taken,
        minutes=minutes,
        closed=lookup.closing_days(course.host),
        like=Slot(last.starts_at, last.ends_at) if last else None,
    )


def hers_at(viewer: Actor, enrolment: Enrolment) -> QuerySet[Meeting]:
    """What she comes to alone, in whichever courses one may see; cancelled ones apart."""
    seen = policies.enrolments_visible_to(viewer).filter(citizen=enrolment.citizen_id)
    rows = Meeting.objects.filter(appointed__enrolment__in=seen)
    return rows.exclude(state=MeetingState.CANCELLED)


def who_could(viewer: Actor, *, at: dt.datetime) -> list[Candidate]:
    """The counsellors of one's own municipality, in Danish order, oneself among them."""
    return candidates(viewer, [], on=clock.danish_date(at))


def _runs(course: Course) -> bool:
    return course.state == CourseState.PUBLISHED


def _row(meeting: Meeting, at: dt.datetime) -> Appointed:
    planned = meeting.state == MeetingState.PLANNED
    return Appointed(
        meeting,
        [one.counsellor.name for one in meeting.staff.all()],
        getattr(meeting, "mark", "") or "",
        coming=planned and meeting.starts_at > at,
    )
