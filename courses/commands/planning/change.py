"""What is known of a course is corrected, by several people at once if need be."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from courses.commands.booking import taking
from courses.commands.books import books_of
from courses.commands.planning.details import check_course, course_to_plan
from courses.commands.waiting import move_up
from courses.models import Course, Meeting
from courses.models.parts import columns_of, parts_of
from courses.queries.clashes import Want
from courses.rules.planning import Slot
from courses.states import CourseState, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision, Merged, Parts, merged


@transaction.atomic
def change_course(
    course: Course,
    changes: Parts,
    *,
    version: int,
    by: Actor,
    at: dt.datetime,
    seen: Parts | None = None,
) -> Merged:
    """Saves what was changed, and nothing else; answers with what it did.

    `changes` are parts (models/parts.py) as the form says them; `version` is the course's when the
    form was opened, `seen` what the form showed then. What a colleague changed meanwhile is kept
    where the form did not. The coming meetings that were in the old room are in the new one, and
    with more seats the waiting list moves up.

    Raises Collision when both changed the same, and then saves nothing; Refusal for fewer seats
    than are taken, another kind once it is published, a provider without a contract, a room that is
    closed or taken, and a course that is cancelled.
    """
    course = course_to_plan(course, by)
    if course.state == CourseState.CANCELLED:
        raise Refusal(_("Forløbet er aflyst og kan ikke rettes. Kopiér det i stedet."))
    now = parts_of(course)
    found = merged(now if seen is None and version == course.version else seen, now, changes)
    if found.conflicts:
        raise Collision(found.conflicts, {name: now[name] for name in changes})
    if not found.changed:
        return found
    _save(course, found, by=by, at=at)
    record("course.changed", course, by=by, at=at, columns=sorted(columns_of(found.changed)))
    if "capacity" in found.changed and course.waiting:
        with books_of(course, by):
            move_up(course, at=at)
    return found


def _save(course: Course, found: Merged, *, by: Actor, at: dt.datetime) -> None:
    columns = columns_of(found.changed)
    if "kind" in columns and course.state != CourseState.DRAFT:
        raise Refusal(
            _("Slagsen kan kun ændres i en kladde. Kopiér forløbet, og vælg en anden slags."),
            field="kind",
        )
    room = course.room_id
    for column, value in columns.items():
        setattr(course, column, value)
    on = clock.danish_date(course.first_at or at)
    check_course(course, by, on, changed=columns)
    course.version += 1
    course.save(update_fields=[*columns, "version"])
    if "room_id" in columns:
        _move_meetings(course, room, at)


def _move_meetings(course: Course, before: UUID | None, at: dt.datetime) -> None:
    """The meetings to come that were in the course's room; one in another room stays there. They
    are told of again (`revision`), as any other meeting that is moved."""
    ahead = Meeting.objects.select_for_update(no_key=True).filter(
        course=course, room=before, state=MeetingState.PLANNED, starts_at__gt=at
    )
    coming = list(ahead.order_by("starts_at"))
    wanted = [
        Want(Slot(one.starts_at, one.ends_at), course.room_id, meeting=one.pk) for one in coming
    ]
    with taking(wanted):
        rows = Meeting.objects.filter(pk__in=[one.pk for one in coming])
        rows.update(room=course.room_id, revision=F("revision") + 1)
