"""How it stands with one participant at one meeting; what two say of her is never lost."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.commands.marking.follow import follow_mark
from courses.commands.marking.said import AT_THE_MEETING, QUIT_DATES, Quits, Said, possible
from courses.commands.marking.who import held_meeting, may_be_marked, own_participant
from courses.models import Attendance, Enrolment, Marking, Meeting
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Conflict
from roegfri.walls.locks import alone, whose


@dataclass(frozen=True, slots=True)
class Marked:
    """What a registration came to: the attendance's version after it, 0 when there is none."""

    enrolment: uuid.UUID
    version: int


class Differs(Conflict):
    """Somebody has registered something else meanwhile. Nothing is changed.

    `yours` and `theirs` are by field; `version` and `quits` are what has been seen when this is
    shown, `name` and `at` who said the other thing and when (empty: noted elsewhere).
    """

    def __init__(
        self,
        enrolment: Enrolment,
        yours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        attendance: Attendance,
    ) -> None:
        super().__init__(_("En anden har registreret noget andet imens. Vælg, hvad der skal stå."))
        self.enrolment = enrolment.pk
        self.yours, self.theirs = dict(yours), dict(theirs)
        self.version = attendance.version
        self.quits = Quits(
            planned_quit_on=enrolment.planned_quit_on, actual_quit_on=enrolment.actual_quit_on
        )
        known = attendance.version > 0 and bool(set(theirs) & set(AT_THE_MEETING))
        self.name = attendance.by.name if known else ""
        self.at = attendance.at if known else None


@transaction.atomic
def mark(
    enrolment: Enrolment,
    meeting: Meeting,
    *,
    said: Said,
    seen: int,
    once: uuid.UUID,
    quits: Quits | None = None,
    by: Actor,
    at: dt.datetime,
) -> Marked:
    """Registers what is said of a participant at a meeting; late, and in any order.

    `once` is the registration's own number: sent again it counts once and answers the same. `seen`
    is the version that the person had in front of her (0: not registered), `quits` the quit dates;
    without `quits` whatever stands there gives way.

    Raises Conflict when the number came before with something else, Differs (a Conflict) when
    somebody has said something else of the same since, and Refusal for a cancelled meeting, one
    far ahead, one after she left, and for what cannot be (said.possible).
    """
    once = whose(once, by, "mark")
    alone("mark", once)
    if (known := _before(once, enrolment, meeting, said)) is not None:
        return known
    possible(said, at)
    meeting = held_meeting(meeting, by)
    enrolment = own_participant(enrolment, by)
    may_be_marked(enrolment, meeting, said, at)
    attendance = _row(enrolment, meeting)
    changed = _changed(said, attendance, enrolment)
    _refuse_difference(changed, attendance, enrolment, seen=seen, quits=quits)
    _write(changed, attendance, enrolment, by=by, at=at)
    if "mark" in changed:
        follow_mark(enrolment, meeting, attendance.mark, by=by, at=at)
    _keep(Marking(once=once, enrolment=enrolment, meeting=meeting, said=said.as_json()),
          attendance.version, by=by, at=at)  # fmt: skip
    record(
        "attendance.marked",
        enrolment,
        by=by,
        at=at,
        persons=[enrolment.citizen_id],
        columns=sorted(changed),
    )
    return Marked(enrolment.pk, attendance.version)


def _before(once: uuid.UUID, enrolment: Enrolment, meeting: Meeting, said: Said) -> Marked | None:
    """What the same registration came to before. Raises Conflict if it said something else."""
    known = Marking.objects.filter(once=once).first()
    if known is None:
        return None
    now = (enrolment.pk, meeting.pk, said.as_json())
    if (known.enrolment_id, known.meeting_id, known.said) != now:
        raise _another_said()
    return Marked(known.enrolment_id, known.version)


def _another_said() -> Conflict:
    return Conflict(
        _("Registreringen er allerede gemt, men med noget andet. Genindlæs siden, og ret der.")
    )


def _row(enrolment: Enrolment, meeting: Meeting) -> Attendance:
    """Hers, locked; or one that is not written yet. The participant is locked, so it stays so."""
    rows = Attendance.objects.select_for_update(of=("self",)).select_related("by")
    found = rows.filter(enrolment=enrolment, meeting=meeting).first()
    return found or Attendance(enrolment=enrolment, meeting=meeting, version=0)


def _changed(said: Said, attendance: Attendance, enrolment: Enrolment) -> dict[str, Any]:
    """What is said and does not stand there already."""
    where = dict.fromkeys(AT_THE_MEETING, attendance) | dict.fromkeys(QUIT_DATES, enrolment)
    return {
        name: value for name, value in said.values().items() if getattr(where[name], name) != value
    }


def _refuse_difference(
    changed: Mapping[str, Any],
    attendance: Attendance,
    enrolment: Enrolment,
    *,
    seen: int,
    quits: Quits | None,
) -> None:
    """Raises Differs when somebody else has since said another thing of what is changed here."""
    others = _said_since(attendance, seen) if attendance.version > seen else set[str]()
    if quits is not None:
        others |= {one for one in QUIT_DATES if getattr(enrolment, one) != getattr(quits, one)}
    wrong = [name for name in changed if name in others]
    if wrong:
        now = {
            name: getattr(enrolment if name in QUIT_DATES else attendance, name) for name in wrong
        }
        raise Differs(enrolment, {name: changed[name] for name in wrong}, now, attendance)


def _said_since(attendance: Attendance, seen: int) -> set[str]:
    """Which of the fields at the meeting were spoken of after the version that was seen."""
    later = Marking.objects.filter(
        enrolment=attendance.enrolment_id, meeting=attendance.meeting_id, version__gt=seen
    ).values_list("said", flat=True)
    return {name for said in later for name in said} & set(AT_THE_MEETING)


def _write(
    changed: Mapping[str, Any],
    attendance: Attendance,
    enrolment: Enrolment,
    *,
    by: Actor,
    at: dt.datetime,
) -> None:
    here = _set(attendance, changed, AT_THE_MEETING)
    if here:
        attendance.at, attendance.by_id, attendance.version = at, by.person, attendance.version + 1
        attendance.save()
    if dates := _set(enrolment, changed, QUIT_DATES):
        enrolment.version += 1
        enrolment.save(update_fields=[*dates, "version"])


def _set(
    row: Attendance | Enrolment, changed: Mapping[str, Any], names: Collection[str]
) -> list[str]:
    mine = [name for name in names if name in changed]
    for name in mine:
        setattr(row, name, changed[name])
    return mine


def _keep(marking: Marking, version: int, *, by: Actor, at: dt.datetime) -> None:
    """Lays the registration beside what it came to; a number that somebody else's registration
    has, behind a wall, is one that came before."""
    marking.version, marking.by_id, marking.at = version, by.person, at
    try:
        with transaction.atomic():
            marking.save(force_insert=True)
    except IntegrityError as taken:
        raise _another_said() from taken
