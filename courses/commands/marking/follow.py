"""What follows from a mark: where she lives counts from the first one, and a no-show is rung."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q

from courses.commands.tasks import drop_tasks, make_task
from courses.models import Attendance, Enrolment, Meeting
from courses.rules.contact import no_show_call_by
from courses.states import Mark, MeetingState, TaskKind
from roegfri import clock
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm


def follow_mark(
    enrolment: Enrolment, meeting: Meeting, mark: str, *, by: Actor, at: dt.datetime
) -> None:
    """After one mark was set, changed or taken away; the rows are locked by the caller."""
    settle_home(enrolment)
    if meeting.state != MeetingState.HELD:
        return  # who is to be rung is settled when the meeting is closed
    with acting(hosting(by, meeting.course.host_id, meeting.course.host.name)):
        if mark == Mark.ABSENT:
            ask_for_call(enrolment, meeting, at=at)
        else:
            drop_tasks(at=at, kind=TaskKind.NO_SHOW, enrolment=enrolment, meeting=meeting)


def settle_home(enrolment: Enrolment) -> None:
    """Where she lives counts as on the day of the first meeting she attended, a cancelled one and
    the intake talk apart; without one nothing counts yet."""
    attended = Attendance.objects.filter(enrolment=enrolment, mark=Mark.ATTENDED)
    counted = attended.exclude(Q(meeting__state=MeetingState.CANCELLED) | Q(meeting__intake=True))
    first = counted.aggregate(first=Min("meeting__starts_at"))["first"]
    day = clock.danish_date(first) if first else None
    if day == enrolment.home_frozen_on:
        return
    if enrolment.home_frozen_on:
        enrolment.home_frozen_on = None
        enrolment.save(update_fields=["home_frozen_on"])
    if day:
        freeze_homes([enrolment.pk], day)


def freeze_homes(enrolments: Sequence[UUID], on: dt.date) -> None:
    """The database settles where they live on that day, which a host does not read by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select enrolment_freeze_home(one, %s) from unnest(%s::uuid[]) as one",
            [on, list(enrolments)],
        )


def ask_for_call(enrolment: Enrolment, meeting: Meeting, *, at: dt.datetime) -> None:
    """Whoever stayed away without a word is rung. Under the scope of the course's host."""
    make_task(
        TaskKind.NO_SHOW,
        course=meeting.course,
        due_at=call_due(enrolment, meeting),
        at=at,
        enrolment=enrolment,
        meeting=meeting,
    )


def call_due(enrolment: Enrolment, meeting: Meeting) -> dt.datetime:
    """Before the next meeting that is hers, or some days after the last (rules.contact)."""
    later = Meeting.objects.filter(course=meeting.course_id, starts_at__gt=meeting.starts_at)
    hers = later.exclude(state=MeetingState.CANCELLED).filter(
        Q(appointment=False) | Q(appointed__enrolment=enrolment.pk)
    )
    following = hers.order_by("starts_at").values_list("starts_at", flat=True).first()
    return no_show_call_by(meeting.starts_at, following, days=_days_after_the_last(meeting))


def _days_after_the_last(meeting: Meeting) -> int:
    """By the agreement on the day of the meeting; one that does not say it wants the call at once:
    a missing term must not keep a meeting open."""
    on = clock.danish_date(meeting.starts_at)
    try:
        return lookup.terms(meeting.course.agreement, on).number("no_show_call_days")
    except MissingTerm:
        return 0
