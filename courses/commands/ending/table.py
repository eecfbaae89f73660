"""The whole table of a course, saved in one press."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from courses.commands.books import books_of, locked_course
from courses.commands.ending.note import Differs, Result, note_ending
from courses.models import Course, Enrolment
from roegfri.actor import Actor
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """What the table says of one participant (her id), and what stood there when it was shown;
    `proposed` as note_ending has it."""

    enrolment: UUID
    result: Result
    seen: Result | None
    proposed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of the lines, by enrolment: how many are saved as they were said, of whom a
    colleague had written something else, and what was refused and why."""

    saved: int = 0
    differing: dict[UUID, Differs] = field(default_factory=dict)
    refused: dict[UUID, Refusal] = field(default_factory=dict)


@transaction.atomic
def note_endings(
    lines: Sequence[Line], *, ends: Course | None = None, by: Actor, at: dt.datetime
) -> Noted:
    """Saves every line that can be; one that cannot keeps none of the others back, and is answered
    with why. The same table sent twice is saved once.

    `ends` is the course that is ended next, or left by one of them: its row is locked before those
    of its participants, as everywhere.
    """
    if ends:
        with books_of(ends, by):
            locked_course(ends)
    saved, found = 0, Noted()
    for line in sorted(lines, key=lambda one: one.enrolment):
        her = Enrolment(pk=line.enrolment)
        try:
            note_ending(her, line.result, seen=line.seen, proposed=line.proposed, by=by, at=at)
        except Differs as difference:
            found.differing[line.enrolment] = difference
        except Refusal as refusal:
            found.refused[line.enrolment] = refusal
        else:
            saved += 1
    return Noted(saved, found.differing, found.refused)
