"""What is noted of a participant herself: her quit dates, and a note."""

import datetime as dt
from typing import Any

from django.db import transaction

from courses.commands.books import locked_participant
from courses.commands.marking.said import Said, possible
from courses.models import Enrolment
from courses.models.noted import DATES, columns_of, parts_of
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.ui.differences import Collision, Merged, Parts, merged


@transaction.atomic
def change_participant(
    enrolment: Enrolment, changes: Parts, *, seen: Parts, by: Actor, at: dt.datetime
) -> Merged:
    """Saves what was changed of the two quit dates and the note; answers with what it did.

    `changes` are the parts (models/noted.py) as the form says them, `seen` as it showed them. What
    others wrote meanwhile is kept where the form did not. Raises Collision when both wrote, and
    then saves nothing; Refusal for an actual quit date ahead, and for a year that cannot be.
    """
    enrolment = locked_participant(enrolment, by)
    now = parts_of(enrolment)
    found = merged(seen, now, changes)
    if found.conflicts:
        raise Collision(found.conflicts, now)
    if not found.changed:
        return found
    columns = columns_of(found.changed)
    dates: dict[str, Any] = {name: columns[name] for name in DATES if name in columns}
    possible(Said(**dates), at)
    for name, value in columns.items():
        setattr(enrolment, name, value)
    enrolment.version += 1
    enrolment.save(update_fields=[*found.changed, "version"])
    record(
        "enrolment.changed",
        enrolment,
        by=by,
        at=at,
        persons=[enrolment.citizen_id],
        columns=sorted(found.changed),
    )
    return found
