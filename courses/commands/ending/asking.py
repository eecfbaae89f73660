"""What is asked for by itself when a course is over: that it is ended, and its letters written."""

import datetime as dt
from collections.abc import Callable
from functools import cache

from django.db import transaction

from courses.commands.tasks import drop_tasks, make_task
from courses.models import Course
from courses.queries import over as queries
from courses.rules.ending import finish_by
from courses.states import TaskKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.models import Agreement
from roegfri.organisations.terms import MissingTerm
from roegfri.walls.locks import first


@transaction.atomic
def ask_to_finish(*, by: Actor, at: dt.datetime) -> int:
    """Every course that has met for the last time and is open is on its host's «I dag», until so
    many days after as its agreement says; one that meets again is not. How many are over.

    Needs a system scope. Twice is once; where another is at it, it does nothing.
    """
    if not first("courses.ask_to_finish"):
        return 0
    days, found = cache(_days), queries.to_finish(by, at=at)
    for course in found:
        assert course.last_at  # noqa: S101  (asked for by the query)
        if (due_at := _due(course, course.last_at, days)) is not None:
            make_task(TaskKind.FINISH, course=course, due_at=due_at, at=at)
    over = {course.pk for course in found}
    for task in queries.asked_to_finish(by).select_related("course"):
        if task.course_id not in over:
            drop_tasks(kind=TaskKind.FINISH, course=task.course, at=at)
    return len(found)


@transaction.atomic
def ask_for_letters(*, by: Actor, at: dt.datetime) -> int:
    """Whoever handles the case of somebody whose course is over is asked for the letter she has
    agreed to; and no longer, when it is written, she agrees no more or the course is open again.
    How many wait for one.

    Needs a system scope: who holds the course does not know what she agreed to. Twice is once;
    where another is at it, it does nothing.
    """
    if not first("courses.ask_for_letters"):
        return 0
    days = cache(_days)
    rows = queries.to_write_to(by, at=at).select_related("course__agreement")
    found = {one.pk: one for one in rows}
    for one in found.values():
        # From now: she may have agreed long after it was over.
        if (due_at := _due(one.course, at, days)) is not None:
            make_task(
                TaskKind.LETTER,
                organisation_id=one.handler,  # type: ignore[attr-defined]
                course=one.course,
                enrolment=one,
                due_at=due_at,
                at=at,
            )
    for task in queries.asked_for_letters(by).select_related("enrolment"):
        if task.enrolment_id not in found:
            drop_tasks(kind=TaskKind.LETTER, enrolment=task.enrolment, at=at)
    return len(found)


def _due(
    course: Course, since: dt.datetime, days: Callable[[Agreement, dt.date], int | None]
) -> dt.datetime | None:
    """None: the agreement does not say when."""
    count = days(course.agreement, clock.danish_date(since))
    return None if count is None else finish_by(since, days=count)


def _days(agreement: Agreement, on: dt.date) -> int | None:
    try:
        return lookup.terms(agreement, on).number("finish_course_days")
    except MissingTerm:
        return None
