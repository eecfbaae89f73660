"""What is kept of the participants that goes to STOPbasen; of those who agreed to that alone."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from courses.models import Baseline
from referrals.models import CivilNumber
from roegfri import sealed
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.walls import prepared

# Answers and numbers are read of the `agreed` alone; the door to the case's number asks for the
# consent itself (migration 0006). That something stands in STOPbasen is read of everybody.
_KNOWN = """
select e.id, e.citizen_id, e.enrolled_at, b.form, b.edition, b.answers, b.sealed_number,
  n.id as number_id, n.sealed_value, h.name as handler,
  t.at, u.name as by, t.digest
from courses_enrolment e
left join courses_baseline b on b.enrolment_id = e.id and e.id = any(%(agreed)s::uuid[])
left join lateral enrolment_civil_number(e.id) n on e.id = any(%(agreed)s::uuid[])
left join organisations_organisation h on h.id = enrolment_handler(e.id)
left join courses_transferred t on t.enrolment_id = e.id
left join accounts_user u on u.id = t.by_id
where e.id = any(%(all)s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Transfer:
    """By whom and when it was typed into STOPbasen, and the marks of what was typed."""

    at: dt.datetime
    by: str
    marks: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """Of one participant: her `number` as ten characters, the case's own before the form's, and
    her answers to an edition of a form; all empty without her consent. `handler` is the
    municipality that has her case."""

    enrolled_at: dt.datetime | None
    number: str = field(repr=False)
    form: str
    edition: dt.date | None
    answers: Mapping[str, Any] = field(repr=False)
    handler: str
    transfer: Transfer | None


def known(
    viewer: Actor, enrolments: Collection[UUID], *, agreed: Collection[UUID]
) -> dict[UUID, Known]:
    """By enrolment; one statement, of rows that the viewer has been shown."""
    if not enrolments:
        return {}
    values = {"all": list(enrolments), "agreed": list(agreed)}
    found = prepared.rows(_KNOWN, values, into=_Row)
    looks.noticed(one.citizen_id for one in found)
    return {one.id: one.known() for one in found}


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    citizen_id: UUID
    enrolled_at: dt.datetime | None
    form: str | None
    edition: dt.date | None
    answers: str | None
    sealed_number: bytes | None
    number_id: UUID | None
    sealed_value: bytes | None
    handler: str | None
    at: dt.datetime | None
    by: str | None
    digest: bytes | None

    def known(self) -> Known:
        return Known(
            enrolled_at=self.enrolled_at,
            number=self._number(),
            form=self.form or "",
            edition=self.edition,
            answers=json.loads(self.answers or "{}"),
            handler=self.handler or "",
            transfer=self._transfer(),
        )

    def _number(self) -> str:
        if self.number_id and self.sealed_value:
            place = CivilNumber.PLACE
            return sealed.unseal(self.sealed_value, place=place, row=self.number_id)
        if self.sealed_number:
            return sealed.unseal(self.sealed_number, place=Baseline.PLACE, row=self.id)
        return ""

    def _transfer(self) -> Transfer | None:
        if self.at is None or self.digest is None:
            return None
        return Transfer(self.at, self.by or "", bytes(self.digest))
