"""A search in the log: one line that names who was found; what was typed stands beside it.

The criterion is personal data ("Nancy Ann 251248"), so it goes where values go: protected, and
emptied when somebody whom the search found is erased. The chain holds it by a salted digest alone.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from roegfri.actor import Actor
from roegfri.walls import prepared

ACT = "person.searched"
TABLE = "search"
_RECORD = """
with number as materialized (select nextval('audit_event_seq') as seq, gen_random_uuid() as salt,
  jsonb_build_object('criterion', %(criterion)s::text) as typed,
  %(at)s::timestamptz as at, %(organisation_id)s::uuid as organisation),
bound as materialized (
  select *, audit_commitment(salt, %(table)s::text, '1', null, null, typed) as commitment
  from number),
kept as (
  insert into change_value (event_seq, at, organisation_id, table_name, row_id, new_values, salt,
    commitment)
  select seq, at, organisation, %(table)s::text, '1', typed, salt, commitment from bound),
event as (
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, request_id, values_digest)
  select seq, at, %(actor)s::text, %(user_id)s::uuid, %(grant_id)s::uuid, %(role)s::text,
    organisation, %(act)s::text, %(subject)s::text, array['criterion'], %(request_id)s::text,
    sha256(commitment)
  from bound)
insert into audit_event_person (event_seq, at, organisation_id, person)
select seq, at, organisation, person from number, unnest(%(persons)s::uuid[]) as person
"""


def record_search(
    criterion: str, screen: str, *, by: Actor, at: dt.datetime, persons: Iterable[UUID] = ()
) -> None:
    """The one line of a search, whether or not it found anybody; one statement."""
    values: dict[str, Any] = {
        "criterion": criterion,
        "table": TABLE,
        "act": ACT,
        "subject": screen,
        "at": at,
        "actor": by.label,
        "user_id": by.user_id,
        "grant_id": by.grant_id,
        "role": str(by.role),
        "organisation_id": by.organisation_id,
        "request_id": by.request_id,
        "persons": sorted(set(persons)),
    }
    prepared.run(_RECORD, values)
