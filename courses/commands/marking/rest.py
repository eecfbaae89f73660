"""«Alle mødt»: everybody of whom nothing is registered yet has come."""

import datetime as dt
import uuid

from django.db import transaction

from courses import policies
from courses.commands.marking.follow import freeze_homes
from courses.commands.marking.one import Marked
from courses.commands.marking.said import Said
from courses.commands.marking.who import expected_at, held_meeting, may_be_met
from courses.models import Attendance, Enrolment, Marking, Meeting
from courses.states import Mark
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.walls.locks import alone, whose

ATTENDED = Said(mark=Mark.ATTENDED)


@transaction.atomic
def mark_all(meeting: Meeting, *, once: uuid.UUID, by: Actor, at: dt.datetime) -> list[Marked]:
    """Marks all as attended of whom nothing is registered; who they were.

    Sent twice it marks once: whoever was marked by it and changed since stays as she is. A host
    marks all participants, another municipality its own citizens. Raises Refusal for a cancelled
    meeting and for one that is far ahead.
    """
    alone("mark", whose(once, by, "all", meeting.pk))
    meeting = held_meeting(meeting, by)
    may_be_met(meeting, at)
    mine = policies.enrolments_worked_with_by(by).filter(pk__in=expected_at(meeting).values("pk"))
    rows = list(mine.select_for_update(of=("self",), no_key=True).order_by("pk"))
    have = {
        one.enrolment_id: one
        for one in Attendance.objects.filter(meeting=meeting, enrolment__in=rows)
    }
    numbers = {row.pk: whose(once, by, "all", meeting.pk, row.pk) for row in rows}
    done = set(
        Marking.objects.filter(once__in=numbers.values()).values_list("enrolment_id", flat=True)
    )
    new = [row for row in rows if row.pk not in done and not (row.pk in have and have[row.pk].mark)]
    if not new:
        return []
    written = [_attendance(row, meeting, have.get(row.pk), by, at) for row in new]
    Attendance.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["mark", "at", "by", "version"],
    )
    Marking.objects.bulk_create(
        Marking(
            once=numbers[one.enrolment_id],
            enrolment_id=one.enrolment_id,
            meeting=meeting,
            said=ATTENDED.as_json(),
            at=at,
            by_id=by.person,
            version=one.version,
        )
        for one in written
    )
    if not meeting.intake:
        freeze_homes([row.pk for row in new], clock.danish_date(meeting.starts_at))
    record("attendance.marked_all", meeting, by=by, at=at, persons=[r.citizen_id for r in new])
    return [Marked(one.enrolment_id, one.version) for one in written]


def _attendance(
    row: Enrolment, meeting: Meeting, known: Attendance | None, by: Actor, at: dt.datetime
) -> Attendance:
    """Hers with one more version, or a new one."""
    one = known or Attendance(enrolment=row, meeting=meeting, version=0)
    one.mark, one.at, one.by_id, one.version = Mark.ATTENDED, at, by.person, one.version + 1
    return one
