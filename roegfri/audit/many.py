"""Many lines of the log in one statement: for commands that do a set of things at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from roegfri.actor import Actor
from roegfri.walls import prepared

_RECORD = """
with line as materialized (
  select nextval('audit_event_seq') as seq, act, subject, reason, person
  from unnest(%(acts)s::text[], %(subjects)s::text[], %(reasons)s::text[], %(persons)s::uuid[])
    with ordinality as given (act, subject, reason, person, nr)
  order by nr
),
event as (
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    reason, request_id)
  select seq, %(at)s::timestamptz, %(actor)s::text, %(user_id)s::uuid, %(grant_id)s::uuid,
    %(role)s::text, %(organisation_id)s::uuid, act, subject, reason, %(request_id)s::text
  from line
)
insert into audit_event_person (event_seq, at, organisation_id, person)
select seq, %(at)s::timestamptz, %(organisation_id)s::uuid, person
from line where person is not null
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What `commands.record` is told of one thing: the act, its subject by name, of whom."""

    act: str
    subject: str
    person: UUID | None = None
    reason: str = ""


def record_all(lines: Sequence[Line], *, by: Actor, at: dt.datetime) -> None:
    """The lines, in their order, in the transaction of the things themselves."""
    if not lines:
        return
    values: dict[str, Any] = {
        "acts": [line.act for line in lines],
        "subjects": [line.subject for line in lines],
        "reasons": [str(line.reason) for line in lines],
        "persons": [line.person for line in lines],
        "at": at,
        "actor": by.label,
        "user_id": by.user_id,
        "grant_id": by.grant_id,
        "role": str(by.role),
        "organisation_id": by.organisation_id,
        "request_id": by.request_id,
    }
    prepared.run(_RECORD, values)
