"""The checklist of a participant: what has been done for her, when, and by whom."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import locked_participant
from courses.commands.tasks import TICKS, drop_tasks, make_task
from courses.models import Attendance, Enrolment, Meeting, Task, Tick
from courses.rules.contact import contact_from
from courses.states import (
    LIVE,
    PER_MEETING,
    CourseKind,
    EnrolmentState,
    Item,
    Mark,
    TaskKind,
)
from referrals.commands.outcomes import TALKS
from referrals.models import ContactAttempt
from roegfri import clock
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm
from roegfri.refusal import Refusal

_DONE_BY = {item: kind for kind, item in TICKS.items()}


@transaction.atomic
def tick(
    enrolment: Enrolment,
    *,
    item: Item,
    meeting: Meeting | None = None,
    note: str = "",
    by: Actor,
    at: dt.datetime,
) -> Tick:
    """Notes that one item is done, and drops the task that asked for it; twice is once.

    Raises Refusal when the participant is not theirs to change, an item of each meeting names none
    of her own, or she is to have been called after a meeting she did not stay away from.
    """
    enrolment = locked_participant(enrolment, by)
    _check(enrolment, item, meeting)
    made, new = Tick.objects.get_or_create(
        enrolment=enrolment,
        item=item,
        meeting=meeting,
        defaults={"at": at, "by_id": by.person, "note": note[:200]},
    )
    if new:
        _drop(enrolment, item, meeting, by=by, at=at)
        record("tick.made", made, by=by, at=at, persons=[enrolment.citizen_id])
    return made


@transaction.atomic
def untick(
    enrolment: Enrolment,
    *,
    item: Item,
    meeting: Meeting | None = None,
    by: Actor,
    at: dt.datetime,
) -> None:
    """Takes an item back that was ticked by mistake; the task it dropped is open again."""
    enrolment = locked_participant(enrolment, by)
    found = Tick.objects.filter(enrolment=enrolment, item=item, meeting=meeting).first()
    if found is None:
        return
    if kind := _DONE_BY.get(item):
        dropped = {"enrolment": enrolment, "kind": kind, "done_at": found.at, "done_by": None}
        with acting(hosting(by, enrolment.course.host_id)):
            same = Task.objects.filter(enrolment=enrolment, kind=kind, meeting=meeting)
            if not same.filter(done_at=None).exists():
                same.filter(**dropped).update(done_at=None, result="")
    record("tick.removed", found, by=by, at=at, persons=[enrolment.citizen_id])
    found.delete()


def expect_contact(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> None:
    """Of a participant who has just been enrolled: the talk one had with her is noted, or whoever
    holds the course is told in time to call her. Part of the commands that enrol, and of the daily
    sweep; run under the scope of whoever handles her case.
    """
    if enrolment.state not in LIVE:
        return
    talk = _talked(enrolment)
    if talk:
        note_contact(enrolment, by_id=talk.caller_id, talked_at=talk.at)
    course = enrolment.course
    with acting(hosting(by, course.host_id)):
        if talk or Tick.objects.filter(enrolment=enrolment, item=Item.CONTACTED).exists():
            drop_tasks(kind=TaskKind.CONTACT_FIRST, enrolment=enrolment, at=at)
        elif not enrolment.walked_in and (first := first_meeting(enrolment, at)):
            _ask(enrolment, first, at)


def _talked(enrolment: Enrolment) -> ContactAttempt | None:
    """The first talk with her. That somebody walked in is logged as one, and was none before her
    first meeting: she stood in it."""
    talks = ContactAttempt.objects.filter(
        referral=enrolment.referral_id, outcome__in=TALKS, undone_at=None
    )
    if enrolment.walked_in:
        talks = talks.filter(at__lt=enrolment.created_at)
    return talks.order_by("at").first()


def note_contact(enrolment: Enrolment, *, by_id: UUID, talked_at: dt.datetime) -> None:
    """The talk is on her checklist, for those too who cannot see her case. Part of a command."""
    seen = Tick(enrolment=enrolment, item=Item.CONTACTED, at=talked_at, by_id=by_id)
    Tick.objects.bulk_create([seen], ignore_conflicts=True)


def first_meeting(enrolment: Enrolment, at: dt.datetime) -> Meeting | None:
    """The first meeting she is to come to; None when it is no longer ahead, or there is none.
    Part of a command."""
    if enrolment.state != EnrolmentState.ENROLLED:
        return None
    meetings = Meeting.objects.exclude(state="cancelled").filter(course=enrolment.course_id)
    if enrolment.course.kind == CourseKind.INDIVIDUAL:
        meetings = meetings.filter(appointed__enrolment=enrolment)
    else:
        meetings = meetings.filter(appointment=False)
    if Attendance.objects.filter(enrolment=enrolment, mark=Mark.ATTENDED).exists():
        return None
    return meetings.filter(starts_at__gt=at).order_by("starts_at").first()


def _ask(enrolment: Enrolment, first: Meeting, at: dt.datetime) -> None:
    """From some workdays before her first meeting on, whoever holds it is to call her."""
    course, today = enrolment.course, clock.danish_date(at)
    try:
        workdays = lookup.terms(course.agreement, today).number("contact_first_workdays")
    except MissingTerm:
        return
    closed = lookup.closing_days(course.host)
    if today >= contact_from(first.starts_at, workdays=workdays, closed=closed):
        make_task(
            TaskKind.CONTACT_FIRST,
            course=course,
            enrolment=enrolment,
            due_at=first.starts_at,
            at=at,
        )


def _check(enrolment: Enrolment, item: Item, meeting: Meeting | None) -> None:
    if (item in PER_MEETING) != (meeting is not None):
        raise Refusal(_("Vælg den mødegang, det handler om."), field="meeting")
    if meeting and meeting.course_id != enrolment.course_id:
        raise Refusal(_("Mødegangen hører til et andet forløb. Vælg en anden."), field="meeting")
    if item == Item.NO_SHOW_CALLED:
        absent = Attendance.objects.filter(enrolment=enrolment, meeting=meeting, mark=Mark.ABSENT)
        if not absent.exists():
            raise Refusal(
                _("Deltageren er ikke noteret som udeblevet fra den mødegang. Vælg en anden.")
            )


def _drop(
    enrolment: Enrolment, item: Item, meeting: Meeting | None, *, by: Actor, at: dt.datetime
) -> None:
    """What is done needs not be asked for; the task remembers the moment, for whoever unticks."""
    if kind := _DONE_BY.get(item):
        with acting(hosting(by, enrolment.course.host_id)):
            drop_tasks(kind=kind, enrolment=enrolment, meeting=meeting, at=at)
