"""A course is over, and its participants with it; and opened again for what comes late."""

import datetime as dt
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import policies
from courses.commands.books import nothing_to_tell
from courses.commands.planning.details import course_to_plan
from courses.commands.tasks import drop_tasks
from courses.models import Course, Ending, Enrolment, Task
from courses.rules.ending import SEEN_AFTER
from courses.states import (
    COURSE_MOVES,
    ENROLMENT_MOVES,
    CourseState,
    EnrolmentState,
    MeetingState,
    TaskKind,
    TaskResult,
)
from roegfri import clock, lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.ui.spans import span_words


@transaction.atomic
def finish_course(course: Course, *, by: Actor, at: dt.datetime) -> Course:
    """Ends a course and those who take part in it. One that is over stays so.

    Its municipality sees the participants for another SEEN_AFTER days, and may correct how it ended
    for them. Raises Refusal while a meeting is ahead, somebody waits, or somebody who takes part
    has neither an outcome nor a reason why not.
    """
    course = course_to_plan(course, by)
    if course.state == CourseState.FINISHED:
        return course
    _nothing_ahead(course, at)
    if course.waiting:
        raise Refusal(
            _(
                "Der står %(waiting)d på venteliste. Find et andet forløb til dem, eller frameld "
                "dem."
            )
            % {"waiting": course.waiting}
        )
    participants = _participants(course, by).filter(state=EnrolmentState.ENROLLED)
    _ended_for_each(participants)
    course.finished_at = at
    lifecycle.move(course, COURSE_MOVES, to=CourseState.FINISHED, at=at, facts=["finished_at"])
    for enrolment in participants:
        enrolment.left_at = at
        lifecycle.move(
            enrolment, ENROLMENT_MOVES, to=EnrolmentState.ENDED, at=at, facts=["left_at"]
        )
        nothing_to_tell(enrolment, by, at)
    drop_tasks(kind=TaskKind.COUNSELLOR, course=course, at=at)
    asked = Task.objects.filter(course=course, kind=TaskKind.FINISH, done_at=None)
    asked.update(done_at=at, done_by=by.user_id, result=TaskResult.DONE)
    seen_until(course, clock.danish_date(at) + dt.timedelta(days=SEEN_AFTER))
    record("course.finished", course, by=by, at=at, persons=_persons(course, by))
    return course


@transaction.atomic
def reopen_course(course: Course, *, by: Actor, at: dt.datetime) -> Course:
    """A course that was ended is open again, and so are those who were ended with it.

    Raises Refusal for a draft, one that is cancelled, and where there are fewer seats by now.
    """
    course = course_to_plan(course, by)
    if course.state == CourseState.PUBLISHED:
        return course
    if course.state == CourseState.DRAFT:
        raise Refusal(_("Forløbet er en kladde. Offentliggør det i stedet."))
    ended_at, course.finished_at = course.finished_at, None
    lifecycle.move(course, COURSE_MOVES, to=CourseState.PUBLISHED, at=at, facts=["finished_at"])
    seen_until(course, None)
    back = _participants(course, by).filter(state=EnrolmentState.ENDED, left_at=ended_at)
    _room_for(course, len(back))
    for enrolment in back:
        enrolment.left_at = None
        lifecycle.move(
            enrolment, ENROLMENT_MOVES, to=EnrolmentState.ENROLLED, at=at, facts=["left_at"]
        )
    record("course.reopened", course, by=by, at=at, persons=_persons(course, by))
    return course


def _nothing_ahead(course: Course, at: dt.datetime) -> None:
    ahead = course.all_meetings.filter(state=MeetingState.PLANNED, starts_at__gt=at)
    first = ahead.order_by("starts_at").first()
    if first:
        raise Refusal(
            _("Der er en mødegang endnu: %(when)s. Flyt eller aflys den først.")
            % {"when": span_words(first.starts_at, first.ends_at)}
        )


def _ended_for_each(participants: QuerySet[Enrolment]) -> None:
    """Who left has said why; who stayed has an outcome."""
    noted = Ending.objects.filter(enrolment=OuterRef("pk"))
    lacking = sum(not one.noted for one in participants.annotate(noted=Exists(noted)))
    if lacking:
        raise Refusal(
            ngettext(
                "%(count)d deltager har hverken et resultat eller en grund. Skriv det på siden"
                " «Afslutning», og afslut så forløbet.",
                "%(count)d deltagere har hverken et resultat eller en grund. Skriv dem på siden"
                " «Afslutning», og afslut så forløbet.",
                lacking,
            )
            % {"count": lacking}
        )


def _room_for(course: Course, back: int) -> None:
    """The seats may have been changed while nobody had one."""
    if back > course.capacity:
        raise Refusal(
            _("Der er plads til %(capacity)d, og %(back)d deltog. Ret antallet af pladser først.")
            % {"capacity": course.capacity, "back": back}
        )


def _participants(course: Course, by: Actor) -> QuerySet[Enrolment]:
    own = policies.enrolments_worked_with_by(by).filter(course=course)
    return own.select_for_update(of=("self",), no_key=True).order_by("pk")


def _persons(course: Course, by: Actor) -> list[UUID]:
    own = policies.enrolments_worked_with_by(by).filter(course=course)
    return list(own.values_list("citizen_id", flat=True))


def seen_until(course: Course, day: dt.date | None) -> None:
    """Its municipality sees the participants to the end of that Danish day; None: as long as it
    runs. Part of a command."""
    with connection.cursor() as cursor:
        cursor.execute("select course_access_until(%s, %s)", [course.pk, day])
