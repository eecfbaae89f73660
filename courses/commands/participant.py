"""What is noted of a participant herself: her quit dates, and a note."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import locked_participant
from courses.commands.marking.said import YEARS
from courses.models import Enrolment
from courses.models.noted import DATES, columns_of, parts_of
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
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
    for name, value in columns_of(found.changed).items():
        setattr(enrolment, name, value)
    _possible(enrolment, found, clock.danish_date(at))
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


def _possible(enrolment: Enrolment, found: Merged, today: dt.date) -> None:
    actual = enrolment.actual_quit_on
    if "actual_quit_on" in found.changed and actual and actual > today:
        raise Refusal(
            _(
                "Den faktiske rygestopdato kan ikke ligge ude i fremtiden. Skriv den som planlagt,"
                " til dagen er kommet."
            ),
            field="actual_quit_on",
        )
    for name in set(DATES) & found.changed.keys():
        day = getattr(enrolment, name)
        if day and abs(day - today) > YEARS:
            raise Refusal(_("Datoen ligger mange år herfra. Ret årstallet."), field=name)
