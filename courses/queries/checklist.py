"""The checklist of a participant: each item, whether it is done, when, and by whom."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils.translation import gettext as _

from courses import policies
from courses.models import Attendance, Enrolment, Meeting, Tick
from courses.states import (
    PER_MEETING,
    CourseKind,
    CourseState,
    EnrolmentState,
    Item,
    Mark,
    MeetingState,
)
from referrals.models import ContactAttempt
from referrals.states import Outcome
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup

# Those in which somebody talked with her (referrals.commands.outcomes.TALKS).
_TALKS = (Outcome.REACHED, Outcome.THINKING, Outcome.DECLINED)
# What is done once for each participant.
ONCE = tuple(item for item in Item if item not in PER_MEETING)


@dataclass(frozen=True, slots=True)
class Line:
    """One item; those of a meeting name it. `ticked`: by hand, so the tick can be taken away."""

    item: Item
    label: str
    at: dt.datetime | None = None
    by: str = ""
    meeting: Meeting | None = None
    ticked: bool = False

    @property
    def done(self) -> bool:
        """Whether it is."""
        return self.at is not None


@dataclass(frozen=True, slots=True)
class Checklist:
    """All items of a participant: those done once, reminders by meeting, and the calls to be made
    because she did not come. `open`: whoever looks may tick."""

    once: Sequence[Line]
    reminders: Sequence[Line]
    calls: Sequence[Line]
    open: bool

    @property
    def done(self) -> int:
        """How many of those done once."""
        return sum(line.done for line in self.once)

    @property
    def reminded(self) -> int:
        """How many reminders have been sent."""
        return sum(line.done for line in self.reminders)

    @property
    def missing_calls(self) -> int:
        """How many calls after a meeting she stayed away from have not been made."""
        return sum(not line.done for line in self.calls)


def checklist(viewer: Actor, enrolment: Enrolment) -> Checklist:
    """What has been done for a participant whom one may see; ticks, her meetings, a logged talk and
    the agreement's words: five statements."""
    ticks = {
        (tick.item, tick.meeting_id): tick
        for tick in Tick.objects.filter(enrolment=enrolment).select_related("by")
    }
    meetings = meetings_of(viewer, enrolment)
    absent = set(
        Attendance.objects.filter(enrolment=enrolment, mark=Mark.ABSENT).values_list(
            "meeting", flat=True
        )
    )
    live = [one for one in meetings if one.state != MeetingState.CANCELLED]
    return Checklist(
        once=[_once(item, enrolment, ticks) for item in ONCE],
        reminders=[_of_meeting(Item.SMS, one, ticks) for one in live],
        calls=[_of_meeting(Item.NO_SHOW_CALLED, one, ticks) for one in live if one.pk in absent],
        open=policies.enrolments_worked_with_by(viewer).filter(pk=enrolment.pk).exists(),
    )


def meetings_of(viewer: Actor, enrolment: Enrolment) -> list[Meeting]:
    """The meetings of a participant whom one may see: her own appointments, those something is
    marked of, and the course's since she was enrolled. One statement.

    A standing offer has met for years before she came and meets for years after: of its meetings
    only those she is marked at.
    """
    hers = Q(attendances__enrolment=enrolment) | Q(appointed__enrolment=enrolment)
    if enrolment.course.kind != CourseKind.OPEN:
        since = enrolment.enrolled_at or enrolment.created_at
        hers |= Q(appointment=False, ends_at__gte=since)
    seen = policies.enrolments_visible_to(viewer).filter(pk=enrolment.pk)
    rows = Meeting.objects.filter(hers, course__in=seen.values("course"))
    return list(rows.order_by("starts_at", "pk").distinct())


def ticked_on(viewer: Actor, pk: UUID) -> Enrolment:
    """A participant whose checklist one may see. Raises Http404."""
    rows = policies.enrolments_visible_to(viewer).select_related("course__agreement", "citizen")
    if (found := rows.filter(pk=pk).first()) is None:
        raise Http404
    return found


def uncontacted(viewer: Actor) -> list[Enrolment]:
    """Everybody who is enrolled and has no tick for having been talked with; one statement."""
    return list(
        policies.enrolments_visible_to(viewer)
        .filter(state=EnrolmentState.ENROLLED, course__state=CourseState.PUBLISHED)
        .exclude(ticks__item=Item.CONTACTED)
        .select_related("course__host", "course__agreement")
        .order_by("pk")
    )


def talks_undone(viewer: Actor) -> list[UUID]:
    """The ticks that a logged talk left, which was taken back afterwards."""
    taken_back = ContactAttempt.objects.filter(
        referral=OuterRef("enrolment__referral"),
        at=OuterRef("at"),
        caller=OuterRef("by"),
        undone_at__isnull=False,
    )
    seen = policies.enrolments_visible_to(viewer)
    ticks = Tick.objects.filter(Exists(taken_back), item=Item.CONTACTED, enrolment__in=seen)
    return list(ticks.values_list("pk", flat=True))


def _once(item: Item, enrolment: Enrolment, ticks: Mapping[tuple[str, UUID | None], Tick]) -> Line:
    label = _label(item, enrolment)
    if tick := ticks.get((item, None)):
        return Line(item, label, tick.at, tick.by.name, ticked=item != Item.CONTACTED)
    if item == Item.CONTACTED and (talk := _talk(enrolment)):
        return Line(item, label, talk.at, talk.caller.name)
    return Line(item, label)


def _of_meeting(
    item: Item, meeting: Meeting, ticks: Mapping[tuple[str, UUID | None], Tick]
) -> Line:
    label = str(item.label)
    if tick := ticks.get((item, meeting.pk)):
        return Line(item, label, tick.at, tick.by.name, meeting, ticked=True)
    return Line(item, label, meeting=meeting)


def _talk(enrolment: Enrolment) -> ContactAttempt | None:
    """The first conversation, for those who see her case."""
    return (
        ContactAttempt.objects.filter(
            referral=enrolment.referral_id, outcome__in=_TALKS, undone_at=None
        )
        .select_related("caller")
        .order_by("at")
        .first()
    )


def _label(item: Item, enrolment: Enrolment) -> str:
    """In the words of the agreement, as they were when she was enrolled."""
    if item != Item.APP:
        return str(item.label)
    on = clock.danish_date(enrolment.created_at)
    name = lookup.terms(enrolment.course.agreement, on).texts.get("quit_app_name")
    return _("Introduceret til %(app)s") % {"app": name} if name else str(item.label)
