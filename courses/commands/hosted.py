"""The course and the meetings one holds oneself, locked; parts of commands."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import policies
from courses.commands.books import books_of
from courses.commands.marking.follow import call_due
from courses.commands.tasks import drop_tasks
from courses.commands.ticks import first_meeting
from courses.commands.waiting import move_up
from courses.models import Course, Meeting, Task
from courses.queries.staffing import staff_needed
from courses.states import CourseState, MeetingState, TaskKind
from roegfri.actor import Actor
from roegfri.refusal import Refusal, Words

_OVER: dict[str, Words] = {
    CourseState.FINISHED: gettext_lazy("Forløbet er afsluttet. Genåbn det først."),
    CourseState.CANCELLED: gettext_lazy("Forløbet er aflyst, og der kan ikke ændres i det."),
}
# Calls that are due before a meeting.
_BEFORE = (TaskKind.CONTACT_FIRST, TaskKind.NO_SHOW)


def own_course(course: Course, by: Actor) -> Course:
    """The row as it is now, locked, of a course that still runs.

    Raises Refusal when it is another municipality's, finished or cancelled.
    """
    rows = policies.courses_hosted_by(by).select_for_update(of=("self",), no_key=True)
    found = rows.select_related("host", "agreement", "room").filter(pk=course.pk).first()
    if found is None:
        raise Refusal(_("Kun værtskommunen kan ændre mødegange og bemanding."))
    if found.state in _OVER:
        raise Refusal(_OVER[found.state])
    return found


def own_meeting(meeting: Meeting, by: Actor) -> Meeting:
    """The row as it is now, locked, and its course before it. Raises Refusal as own_course does."""
    course = own_course(meeting.course, by)
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("room")
    found = rows.get(pk=meeting.pk, course=course)
    found.course = course
    return found


def enough_staff(course: Course, starts_at: dt.datetime, staff: int, by: Actor) -> None:
    """Raises Refusal where the agreement asks for two counsellors at a meeting then, and so many
    are fewer. None at all, where it asks for one, is a warning on the page."""
    needed = staff_needed(by, course, starts_at)
    if needed > 1 and staff < needed:
        raise Refusal(
            _(
                "Forløbet har %(taken)d deltagere, og aftalen siger to rådgivere på hver mødegang."
                " Vælg en rådgiver mere, eller byt med en vikar."
            )
            % {"taken": course.seats_taken},
            field="counsellors",
        )


def seats_again(courses: Iterable[Course], by: Actor, at: dt.datetime) -> None:
    """Whoever waits may have a seat by now, after what was changed at the coming meetings."""
    for course in courses:
        with books_of(course, by):
            move_up(course, at=at)


def meetings_changed(course: Course, by: Actor, at: dt.datetime) -> None:
    """A meeting was added, moved, cancelled or restored: seats are counted again, and calls are due
    before the meeting that comes next now. What a person has put off stays where she put it. A
    course that meets again is not to be ended yet."""
    seats_again([course], by, at)
    if course.all_meetings.filter(state=MeetingState.PLANNED, ends_at__gt=at).exists():
        drop_tasks(kind=TaskKind.FINISH, course=course, at=at)
    open_ones = Task.objects.filter(
        organisation=course.host_id, course=course, done_at=None, attempts=0, kind__in=_BEFORE
    )
    for task in open_ones.select_for_update(of=("self",)).select_related("enrolment__course"):
        due_at = _due(task, at)
        if due_at and due_at != task.due_at:
            task.due_at = due_at
            task.save(update_fields=["due_at"])


def _due(task: Task, at: dt.datetime) -> dt.datetime | None:
    if task.enrolment is None:
        return None
    if task.kind == TaskKind.NO_SHOW:
        return call_due(task.enrolment, task.meeting) if task.meeting else None
    first = first_meeting(task.enrolment, at)
    return first.starts_at if first else None
