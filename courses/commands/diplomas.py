"""Diplomas: printed, which the log keeps, and handed out, which the checklist does."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.ticks import tick
from courses.models import Course, Enrolment
from courses.states import Item
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def print_diplomas(
    course: Course, enrolments: Collection[UUID], *, by: Actor, at: dt.datetime
) -> None:
    """The diplomas of these participants leave the house on paper.

    Raises Refusal when one of them is no longer theirs to work with.
    """
    rows = _own(course, enrolments, by)
    record("diploma.printed", course, by=by, at=at, persons=[row.citizen_id for row in rows])


@transaction.atomic
def hand_out_diplomas(
    course: Course, enrolments: Collection[UUID], *, by: Actor, at: dt.datetime
) -> int:
    """Ticks «Diplom udleveret» for each of them, twice is once; how many. Raises Refusal as above.

    S1: «Får udleveret et diplom på sidste mødegang».
    """
    rows = _own(course, enrolments, by)
    for row in rows:
        tick(row, item=Item.DIPLOMA, by=by, at=at)
    return len(rows)


def _own(course: Course, enrolments: Collection[UUID], by: Actor) -> list[Enrolment]:
    """In one order, whoever asks: each is locked in turn."""
    wanted = set(enrolments)
    rows = policies.enrolments_worked_with_by(by).filter(course=course, pk__in=wanted)
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise Refusal(_("En af deltagerne er ikke længere jeres. Genindlæs siden."))
    return found
