"""How it ended for one participant; what two say of her is never lost."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import locked_participant
from courses.commands.marking.said import Said, possible
from courses.models import Ending, Enrolment
from courses.states import DropOut, EnrolmentState, SmokeFree
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Conflict, Refusal
from roegfri.ui.differences import Parts, merged

QUIT_ON = "actual_quit_on"
SATISFIED = range(1, 6)
NOTE = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that is noted of her at the end; empty or None: nothing.

    `co` in ppm, `satisfaction` 1 to 5. `actual_quit_on` stands on her enrolment, and may stand
    there before anything else is known.
    """

    smoke_free: str = ""
    co: int | None = None
    satisfaction: int | None = None
    dropped_out: str = ""
    note: str = ""
    actual_quit_on: dt.date | None = None

    def parts(self) -> Parts:
        """The same as roegfri.ui.differences holds things against each other."""
        return {
            name: (value.isoformat() if isinstance(value, dt.date) else value,)
            for name, value in asdict(self).items()
        }


OF_THE_ENDING = tuple(one.name for one in fields(Result) if one.name != QUIT_ON)


class Differs(Conflict):
    """Somebody has noted something else meanwhile. Nothing is changed.

    `now` is what stands there, `names` the fields that differ, `kept` the others that were written
    meanwhile; `name` and `at` who noted it and when (empty: a quit date, noted elsewhere).
    """

    def __init__(self, now: Result, names: Sequence[str], kept: Sequence[str], row: Ending) -> None:
        super().__init__(_("En anden har skrevet noget andet imens. Vælg, hvad der skal stå."))
        self.enrolment, self.now, self.names, self.kept = row.pk, now, names, kept
        known = row.version > 0 and bool({*names, *kept} & set(OF_THE_ENDING))
        self.name = row.by.name if known else ""
        self.at = row.at if known else None


@transaction.atomic
def note_ending(
    enrolment: Enrolment,
    result: Result,
    *,
    seen: Result | None = None,
    proposed: Collection[str] = (),
    by: Actor,
    at: dt.datetime,
) -> int:
    """Notes how the course ended for her, by its host or by whoever handles her case; late entry is
    always allowed as long as one sees her. The outcome's version after it, 0: there is none.

    `seen` is what stood there when the person began: what a colleague has written since in another
    field stays. Without it whatever stands there gives way. `proposed` names the fields of `result`
    that a page had filled in and nobody has touched: they are noted with the first outcome, and
    never in the place of what a colleague has written. Said twice it is said once.

    Raises Differs (a Conflict) when both wrote the same field, Refusal for what cannot be
    (said.possible), for an outcome that says neither whether she smokes nor why she left, and for
    whoever waits, or has moved on.
    """
    enrolment = locked_participant(enrolment, by)
    _may_be_noted(enrolment)
    _possible(result, at)
    row = _row(enrolment)
    now = result_of(row, enrolment)
    before = (seen or now).parts()
    unsaid = {name: before[name] for name in proposed if row.version}
    found = merged(before, now.parts(), {**result.parts(), **unsaid})
    if found.conflicts:
        raise Differs(now, [one.name for one in found.conflicts], found.kept, row)
    changed = {name: getattr(result, name) for name in found.changed}
    if not changed:
        return row.version
    _write(changed, row, enrolment, by=by, at=at)
    record(
        "ending.noted",
        enrolment,
        by=by,
        at=at,
        persons=[enrolment.citizen_id],
        columns=sorted(changed),
    )
    return row.version


def result_of(row: Ending, enrolment: Enrolment) -> Result:
    """What stands there; part of a command."""
    values = {name: getattr(row, name) for name in OF_THE_ENDING}
    return Result(**values, actual_quit_on=enrolment.actual_quit_on)


def _may_be_noted(enrolment: Enrolment) -> None:
    if enrolment.state == EnrolmentState.MOVED:
        raise Refusal(
            _("Borgeren er flyttet til et andet forløb. Skriv resultatet dér, når det slutter.")
        )
    if enrolment.enrolled_at is None or enrolment.state == EnrolmentState.WAITING:
        raise Refusal(_("Borgeren har ikke haft en plads på forløbet, så der er intet resultat."))


def _possible(result: Result, at: dt.datetime) -> None:
    possible(Said(co=result.co, actual_quit_on=result.actual_quit_on), at)
    if result.smoke_free not in ("", *SmokeFree.values):
        raise Refusal(_("Vælg «Ja», «Nej» eller «Ved ikke»."), field="smoke_free")
    if result.dropped_out not in ("", *DropOut.values):
        raise Refusal(_("Vælg en af grundene."), field="dropped_out")
    if result.satisfaction is not None and result.satisfaction not in SATISFIED:
        raise Refusal(_("Tilfredshed er et tal fra 1 til 5."), field="satisfaction")
    if len(result.note) > NOTE:
        raise Refusal(_("Skriv højst %(most)d tegn.") % {"most": NOTE}, field="note")


def _row(enrolment: Enrolment) -> Ending:
    """Hers, locked; or one that is not written yet. The participant is locked, so it stays so."""
    rows = Ending.objects.select_for_update(of=("self",)).select_related("by")
    return rows.filter(pk=enrolment.pk).first() or Ending(enrolment=enrolment, version=0, note="")


def _write(
    changed: Mapping[str, Any], row: Ending, enrolment: Enrolment, *, by: Actor, at: dt.datetime
) -> None:
    if QUIT_ON in changed:
        enrolment.actual_quit_on = changed[QUIT_ON]
        enrolment.version += 1
        enrolment.save(update_fields=[QUIT_ON, "version"])
    here = {name: value for name, value in changed.items() if name != QUIT_ON}
    if not here:
        return
    for name, value in here.items():
        setattr(row, name, value)
    if not row.smoke_free and not row.dropped_out:
        raise Refusal(
            _("Vælg, om borgeren er røgfri, eller hvorfor borgeren stoppede før tid."),
            field="smoke_free",
        )
    is_new, row.version = row.version == 0, row.version + 1
    row.at, row.by_id = at, by.person
    row.save(force_insert=is_new, force_update=not is_new)
