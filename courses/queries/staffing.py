"""Who holds the meetings: how many it takes, who can, and who is busy."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q, QuerySet

from courses import policies
from courses.models import Course, Meeting, Qualification, Staffing
from courses.queries.clashes import Want, clashes
from courses.rules.planning import counsellors_needed
from courses.states import MeetingState
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import STAFF
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.ui.danish import DaSortKey


def staff_needed(viewer: Actor, course: Course, starts_at: dt.datetime) -> int:
    """How many counsellors a meeting of the course takes, by the agreement's term on its day."""
    terms = lookup.terms(course.agreement, clock.danish_date(starts_at))
    return counsellors_needed(
        course.kind, course.seats_taken, two_from=terms.courses.two_counsellors_from
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can hold a meeting. `busy` are the times in question at which she is elsewhere,
    in words; `qualified`: her basic course is noted; `away`: she has no role there all the time."""

    id: UUID
    name: str
    busy: tuple[str, ...]
    qualified: bool
    away: bool = False

    @property
    def free(self) -> bool:
        """Whether she can be there every time."""
        return not self.busy and not self.away

    @property
    def more(self) -> int:
        """How many times she is busy beside the first."""
        return max(len(self.busy) - 1, 0)


def candidates(viewer: Actor, times: Sequence[Want], *, on: dt.date) -> list[Candidate]:
    """The counsellors and coordinators of one's own municipality who work there on a day or later,
    in Danish order; each with what she has at these times already, their own meetings apart."""
    if viewer.organisation_id is None:
        return []
    held = list(_grants(viewer, on).values_list("user_id", "from_on", "until_on"))
    names = dict(staff(viewer, on=on).values_list("pk", "name"))
    wanted = [replace(one, room=None, course=None, counsellors=tuple(names)) for one in times]
    busy = [(one.whom, f"{one.meeting}: {one}") for one in clashes(viewer, wanted)]
    qualified = set(Qualification.objects.filter(user__in=names).values_list("user_id", flat=True))
    days = {clock.danish_date(one.starts_at) for one in (want.slot for want in times)}
    return [
        Candidate(
            pk,
            name,
            tuple(words for who, words in busy if who == pk),
            pk in qualified,
            away=not all(_works(held, pk, day) for day in days),
        )
        for pk, name in names.items()
    ]


def staff(viewer: Actor, *, on: dt.date) -> QuerySet[User]:
    """The counsellors and coordinators of one's own municipality who work there on a day or later,
    in Danish order."""
    if viewer.organisation_id is None:
        return User.objects.none()
    ids = _grants(viewer, on).values("user_id")
    people = User.objects.filter(is_active=True, pk__in=ids)
    return people.order_by(DaSortKey("name"), "pk")


@dataclass(frozen=True, slots=True)
class Qualified:
    """A colleague, and what she has learned; None: nothing noted."""

    user: User
    noted: Qualification | None


def qualifications(viewer: Actor, *, on: dt.date) -> list[Qualified]:
    """The staff of one's own municipality, those without the basic course first."""
    people = list(staff(viewer, on=on))
    rows = Qualification.objects.filter(user__in=people).select_related("noted_by")
    noted = {one.user_id: one for one in rows}
    found = [Qualified(one, noted.get(one.pk)) for one in people]
    return sorted(found, key=lambda one: one.noted is not None)


def coming_meetings(viewer: Actor, course: Course, at: dt.datetime) -> QuerySet[Meeting]:
    """The meetings of a course's group that are still to come, in time's order."""
    seen = policies.courses_visible_to(viewer).filter(pk=course.pk)
    rows = Meeting.objects.filter(
        course__in=seen, appointment=False, state=MeetingState.PLANNED, starts_at__gte=at
    )
    return rows.order_by("starts_at", "pk")


def coming_of(
    viewer: Actor,
    person: User,
    courses: Sequence[Course],
    from_on: dt.date,
    until_on: dt.date | None,
    *,
    at: dt.datetime,
) -> list[Meeting]:
    """What a counsellor has in some courses on some days, appointments too, as far as it is still
    to come."""
    rows = policies.meetings_hosted_by(viewer).filter(
        course__in=courses,
        staff__counsellor=person,
        state=MeetingState.PLANNED,
        starts_at__gte=max(clock.start_of_day(from_on), at),
    )
    if until_on:
        rows = rows.filter(starts_at__lt=clock.end_of_day(until_on))
    return list(rows.select_related("course__host").order_by("starts_at", "pk"))


def staff_of(viewer: Actor, course: Course, at: dt.datetime) -> QuerySet[User]:
    """Who is at any of its coming meetings, by name."""
    ahead = coming_meetings(viewer, course, at).order_by()
    there = Staffing.objects.filter(meeting__in=ahead.values("pk"))
    people = User.objects.filter(pk__in=there.values("counsellor"))
    return people.order_by(DaSortKey("name"), "pk")


def at_meeting(viewer: Actor, meeting: Meeting) -> QuerySet[User]:
    """Who is at one meeting, by name."""
    seen = policies.courses_visible_to(viewer).filter(pk=meeting.course_id)
    there = Staffing.objects.filter(meeting=meeting.pk, meeting__course__in=seen)
    people = User.objects.filter(pk__in=there.values("counsellor"))
    return people.order_by(DaSortKey("name"), "pk")


def _grants(viewer: Actor, on: dt.date) -> QuerySet[Grant]:
    return Grant.objects.filter(
        Q(until_on=None) | Q(until_on__gte=on), organisation=viewer.organisation_id, role__in=STAFF
    )


def _works(
    held: Sequence[tuple[UUID, dt.date, dt.date | None]], person: UUID, day: dt.date
) -> bool:
    return any(
        who == person and begin <= day and (end is None or day <= end) for who, begin, end in held
    )
