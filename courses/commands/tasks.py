"""What somebody has to do: made and dropped by what happens, finished by a person."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from courses import policies
from courses.models import Course, Enrolment, Meeting, Task, Tick
from courses.states import Item, TaskKind, TaskResult
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Conflict, Refusal

# What a person has finished of these is done for good; the others can become necessary again.
ONCE_AND_FOR_ALL = frozenset(
    {TaskKind.CONTACT_FIRST, TaskKind.NO_SHOW, TaskKind.MOVE, TaskKind.LETTER}
)
# What is ticked on the participant's checklist by doing the task.
TICKS = {TaskKind.CONTACT_FIRST: Item.CONTACTED, TaskKind.NO_SHOW: Item.NO_SHOW_CALLED}
# As long as a call can be taken back (referrals.commands.undo), and for the same reasons.
UNDO_WITHIN = dt.timedelta(minutes=60)


def make_task(
    kind: TaskKind,
    *,
    course: Course,
    due_at: dt.datetime,
    at: dt.datetime,
    organisation_id: UUID | None = None,
    enrolment: Enrolment | None = None,
    meeting: Meeting | None = None,
    note: str = "",
) -> None:
    """A line on «I dag» of the course's host, or of another municipality; part of a command that
    runs under that municipality's scope (`actor.hosting`).

    Made once: the same that is open already stays as it is, and so does what a person has finished
    of a kind that is done once and for all.
    """
    of = {
        "organisation_id": organisation_id or course.host_id,
        "kind": kind,
        "course_id": course.pk,
        "enrolment_id": enrolment.pk if enrolment else None,
        "meeting_id": meeting.pk if meeting else None,
    }
    if kind in ONCE_AND_FOR_ALL and Task.objects.filter(**of, done_by__isnull=False).exists():
        return
    citizen = enrolment.citizen_id if enrolment else None
    made = Task(**of, citizen_id=citizen, due_at=due_at, made_at=at, note=note[:300])
    Task.objects.bulk_create([made], ignore_conflicts=True)


def drop_tasks(
    *,
    at: dt.datetime,
    kind: TaskKind | None = None,
    enrolment: Enrolment | None = None,
    meeting: Meeting | None = None,
    course: Course | None = None,
) -> int:
    """Open tasks that are not needed any more, of what is named; how many. Part of a command, under
    the scope of the municipality whose tasks they are.

    Raises ValueError when no participant, meeting or course is named.
    """
    wanted: dict[str, Model | None] = {"enrolment": enrolment, "meeting": meeting, "course": course}
    named = {name: one for name, one in wanted.items() if one is not None}
    if not named:
        msg = "whose tasks?"
        raise ValueError(msg)
    found = Task.objects.filter(**named, done_at=None)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.update(done_at=at, result=TaskResult.NOT_NEEDED)


@transaction.atomic
def finish_task(
    task: Task,
    *,
    result: TaskResult,
    note: str = "",
    next_at: dt.datetime | None = None,
    seen: int | None = None,
    by: Actor,
    at: dt.datetime,
) -> Task:
    """Done, or not needed; nobody answered: the attempt is counted, and the task stays until then.

    `next_at` is when to try again, `seen` how many attempts the form knew of: the same form sent
    twice is one attempt. What was done of a participant is ticked on her checklist.

    Raises Conflict when a colleague has finished it, Refusal when the next try is not ahead.
    """
    task = _own(task, by)
    if task.done_at:
        return _finished_already(task, result, by)
    if result == TaskResult.NO_ANSWER:
        return _tried(task, note, next_at, seen, by=by, at=at)
    task.done_at, task.done_by_id, task.result = at, by.person, result
    task.done_note = note[:300]
    task.save(update_fields=["done_at", "done_by", "result", "done_note"])
    if result == TaskResult.DONE:
        _tick(task, by=by, at=at)
    record("task.finished", task, by=by, at=at, persons=_persons(task))
    return task


@transaction.atomic
def take_up_task(task: Task, *, by: Actor, at: dt.datetime) -> Task:
    """A task that was finished by mistake is to be done again, and its tick is gone; of one that
    is open, the last attempt that nobody answered is taken back.

    By whoever finished it, within the hour. Raises Refusal otherwise, and when it has come again
    by itself.
    """
    task = _own(task, by)
    if task.done_at is None:
        return _untried(task, by=by, at=at)
    if task.done_by_id != by.user_id or at - task.done_at > UNDO_WITHIN:
        raise Refusal(_("Kan ikke fortrydes: opgaven er gjort for længe siden, eller af en anden."))
    same = ("organisation_id", "kind", "course_id", "enrolment_id", "meeting_id")
    if Task.objects.filter(done_at=None, **{one: getattr(task, one) for one in same}).exists():
        raise Refusal(_("Opgaven står allerede på listen igen. Genindlæs siden."))
    if item := TICKS.get(TaskKind(task.kind)):
        Tick.objects.filter(
            enrolment=task.enrolment_id, item=item, at=task.done_at, by=task.done_by_id
        ).delete()
    task.done_at, task.done_by, task.result, task.done_note = None, None, "", ""
    task.was_due_at = None
    task.save(update_fields=["done_at", "done_by", "result", "done_note", "was_due_at"])
    record("task.taken_up", task, by=by, at=at, persons=_persons(task))
    return task


def _own(task: Task, by: Actor) -> Task:
    """The row as it is now, locked; behind its participant's, since whoever ticks or withdraws her
    locks her first. Raises Refusal when it is another municipality's."""
    if task.enrolment_id:
        hers = policies.enrolments_worked_with_by(by).filter(pk=task.enrolment_id)
        list(hers.select_for_update(of=("self",), no_key=True).values_list("pk"))
    mine = policies.tasks_visible_to(by).select_for_update(of=("self",)).filter(pk=task.pk)
    if (row := mine.first()) is None:
        raise Refusal(_("Opgaven er ikke længere jeres. Intet er ændret."))
    return row


def _finished_already(task: Task, result: TaskResult, by: Actor) -> Task:
    """The same said twice is said once; nothing of what another said is overwritten."""
    if task.done_by_id == by.user_id and task.result == result:
        return task
    name = task.done_by.name if task.done_by else _("systemet, fordi den ikke længere er nødvendig")
    raise Conflict(
        _("Opgaven er allerede afsluttet af %(name)s: %(result)s.")
        % {"name": name, "result": task.get_result_display()}
    )


def _tried(
    task: Task,
    note: str,
    next_at: dt.datetime | None,
    seen: int | None,
    *,
    by: Actor,
    at: dt.datetime,
) -> Task:
    if seen is not None and seen != task.attempts:
        return task
    if next_at and next_at <= at:
        raise Refusal(_("Vælg et tidspunkt, der ikke er gået."), field="next_at")
    task.was_due_at, task.due_at = task.due_at, next_at or task.due_at
    task.done_note = note[:300]
    task.attempts += 1
    task.save(update_fields=["was_due_at", "due_at", "done_note", "attempts"])
    record("task.tried", task, by=by, at=at, persons=_persons(task))
    return task


def _untried(task: Task, *, by: Actor, at: dt.datetime) -> Task:
    if task.was_due_at is None:
        return task
    task.due_at, task.was_due_at, task.done_note = task.was_due_at, None, ""
    task.attempts = max(task.attempts - 1, 0)
    task.save(update_fields=["due_at", "was_due_at", "done_note", "attempts"])
    record("task.taken_up", task, by=by, at=at, persons=_persons(task))
    return task


def _tick(task: Task, *, by: Actor, at: dt.datetime) -> None:
    """On the checklist of a participant one may still change."""
    item = TICKS.get(TaskKind(task.kind))
    if item is None or task.enrolment_id is None:
        return
    if policies.enrolments_worked_with_by(by).filter(pk=task.enrolment_id).exists():
        meeting = task.meeting_id if item == Item.NO_SHOW_CALLED else None
        tick = Tick(
            enrolment_id=task.enrolment_id, item=item, meeting_id=meeting, at=at, by_id=by.person
        )
        Tick.objects.bulk_create([tick], ignore_conflicts=True)


def _persons(task: Task) -> list[UUID]:
    return [task.citizen_id] if task.citizen_id else []
