"""What happens to a case or to a citizen, and her place on a course follows. Parts of the commands
that do both (roegfri.desk.commands)."""

import datetime as dt
from uuid import UUID

from django.db import connection

from courses.commands.tasks import drop_tasks, make_task
from courses.models import Enrolment, Task
from courses.policies import enrolments_worked_with_by
from courses.states import TaskKind
from referrals.models import HandOver
from roegfri.actor import Actor, acting, hosting

# What is done by whoever handles the case; everything else is done where the course is held.
_OF_THE_HANDLER = (TaskKind.TELL_SEAT, TaskKind.MOVE, TaskKind.LETTER, TaskKind.LETTER_FAILED)


def follow_merge(citizen: UUID) -> None:
    """Whoever holds a course that a merged row is on sees the row that counts from now on; and no
    more, when they are two again."""
    with connection.cursor() as cursor:
        cursor.execute("select enrolment_follow_merge(%s)", [citizen])


def tasks_follow(given: HandOver, *, by: Actor, at: dt.datetime) -> None:
    """What the giver of a case was to tell the citizen about her course, the receiver is to tell
    her; what is to be done about the course itself stays with its host."""
    own = enrolments_worked_with_by(by).select_for_update(of=("self",), no_key=True)
    rows = own.filter(referral=given.referral_id).select_related("course__host").order_by("pk")
    hers: dict[UUID | None, Enrolment] = {one.pk: one for one in rows}
    with acting(hosting(by, given.giver_id)):
        named = Task.objects.filter(enrolment__in=list(hers), kind__in=_OF_THE_HANDLER)
        tasks = list(named.filter(done_at=None).select_related("meeting").order_by("pk"))
        for task in tasks:
            drop_tasks(kind=TaskKind(task.kind), enrolment=hers[task.enrolment_id], at=at)
    with acting(hosting(by, given.receiver_id)):
        for task in tasks:
            enrolment = hers[task.enrolment_id]
            make_task(
                TaskKind(task.kind),
                organisation_id=given.receiver_id,
                course=enrolment.course,
                enrolment=enrolment,
                meeting=task.meeting,
                due_at=task.due_at,
                at=at,
                note=task.note,
            )
