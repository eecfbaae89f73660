"""The whole sheet of a meeting, sent by one button: what a page without scripts does."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from courses.commands.marking.one import Differs, mark
from courses.commands.marking.rest import mark_all
from courses.commands.marking.said import Quits, Said
from courses.models import Enrolment, Meeting
from roegfri.actor import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """What the sheet says of one participant (her id), and what stood there when it was shown."""

    enrolment: uuid.UUID
    said: Said
    seen: int
    quits: Quits


@transaction.atomic
def mark_sheet(
    meeting: Meeting,
    lines: Sequence[Line],
    *,
    rest: bool = False,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
) -> dict[uuid.UUID, Differs]:
    """Registers every line that says something; answers with those of which somebody has said
    something else meanwhile, which are left as they stand. `rest`: all others have come.

    The same sheet sent twice counts once. Raises Refusal as `mark` does, and then nothing is saved.
    """
    differing: dict[uuid.UUID, Differs] = {}
    for line in sorted(lines, key=lambda one: one.enrolment):
        if not line.said:
            continue
        words = json.dumps([line.seen, line.said.as_json()], sort_keys=True)
        number = uuid.uuid5(once, f"{line.enrolment} {words}")
        try:
            mark(
                Enrolment(pk=line.enrolment),
                meeting,
                said=line.said,
                seen=line.seen,
                quits=line.quits,
                once=number,
                by=by,
                at=at,
            )
        except Differs as difference:
            differing[line.enrolment] = difference
    if rest:
        mark_all(meeting, once=once, by=by, at=at)
    return differing
