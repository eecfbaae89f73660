"""What writes the log: one line for a thing done, the seals of the chain, and erasure of values."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, models

from roegfri.actor import Actor

# The number is drawn first: reading it back from the insert would need the right to read the row.
RECORD = """
with number as materialized (select nextval('audit_event_seq') as seq),
event as (
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, reason, request_id)
  select seq, %(at)s, %(actor)s, %(user_id)s, %(grant_id)s, %(role)s, %(organisation_id)s, %(act)s,
    %(subject)s, %(columns)s::text[], %(reason)s, %(request_id)s from number
)
insert into audit_event_person (event_seq, at, organisation_id, person)
select seq, %(at)s, %(organisation_id)s, person
from number, unnest(%(persons)s::uuid[]) as person
"""


def record(
    act: str,
    subject: models.Model | str,
    *,
    by: Actor,
    at: dt.datetime,
    persons: Iterable[UUID] = (),
    columns: Iterable[str] = (),
    reason: str = "",
) -> None:
    """One line in the log, in the transaction of the thing itself; one statement.

    `act` is "thing.verbed"; `persons` are the citizens it concerns; `columns` are names, never
    values; `reason` is the person's own words.
    """
    values = {
        "at": at,
        "actor": by.label,
        "user_id": by.user_id,
        "grant_id": by.grant_id,
        "role": str(by.role),
        "organisation_id": by.organisation_id,
        "act": act,
        "subject": name_of(subject),
        "columns": list(columns),
        "reason": str(reason),
        "request_id": by.request_id,
        "persons": sorted(set(persons)),
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)


def name_of(subject: models.Model | str) -> str:
    """How the log names a thing: "referral:<id>", or the text that was given."""
    if isinstance(subject, models.Model):
        return f"{subject._meta.model_name}:{subject.pk}"
    return str(subject)
