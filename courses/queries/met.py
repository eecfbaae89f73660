"""When a course meets, and how it stands with one participant each time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.models import Course
from courses.states import CourseKind, Mark
from roegfri.actor import Actor
from roegfri.walls import prepared

# All that were not cancelled, appointments with them.
_MEETINGS = """
select id, starts_at, appointment from courses_meeting
where course_id = %(course)s and state <> 'cancelled' order by starts_at, id
"""
_NOTHING: Mapping[str, Any] = {"mark": ""}


@dataclass(frozen=True, slots=True)
class Met:
    """How it stands with one participant at one meeting; `number` is None for an appointment, and
    `mark` empty where nothing is registered."""

    starts_at: dt.datetime
    number: int | None
    coming: bool
    mark: str
    co: int | None
    note: str

    @property
    def word(self) -> str:
        """The mark as it is said; empty where there is none."""
        return str(Mark(self.mark).label) if self.mark else ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting, whoever is there."""

    id: str
    starts_at: dt.datetime
    number: int | None
    coming: bool

    def met(self, said: Mapping[str, Any]) -> Met:
        """With what is said of one participant: `mark`, and where they are read `co` and `note`."""
        return Met(
            starts_at=self.starts_at,
            number=self.number,
            coming=self.coming,
            mark=said["mark"],
            co=said.get("co"),
            note=said.get("note", ""),
        )


@dataclass(frozen=True, slots=True)
class Occasions:
    """All meetings of a course, in order."""

    all: Sequence[Occasion]
    is_standing: bool

    def met(self, marks: Mapping[str, Mapping[str, Any]]) -> list[Met]:
        """Those that concern a participant, by what is marked of her at each meeting's id.

        The course's meetings. Of appointments those at which something is marked of her; and of a
        standing offer, which has met for years before she came.
        """
        return [
            one.met(marks.get(one.id, _NOTHING))
            for one in self.all
            if one.id in marks or (one.number is not None and not self.is_standing)
        ]


def occasions(viewer: Actor, course: Course, *, at: dt.datetime) -> Occasions:
    """The meetings of a course that the viewer has been shown; one statement."""
    found, number = list[Occasion](), 0
    for pk, starts_at, appointment in prepared.tuples(_MEETINGS, {"course": course.pk}):
        number += not appointment
        which = None if appointment else number
        found.append(Occasion(str(pk), starts_at, which, coming=starts_at > at))
    return Occasions(found, is_standing=course.kind == CourseKind.OPEN)
