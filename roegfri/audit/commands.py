"""What writes the log: one line for a thing done, the seals of the chain, and erasure of values."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import chain, queries, searches
from roegfri.audit.models import AuditEventPerson, ChangeValue, LogReview
from roegfri.refusal import Refusal
from roegfri.walls import prepared

# The number is drawn first: reading it back from the insert would need the right to read the row.
RECORD = """
with number as materialized (select nextval('audit_event_seq') as seq),
event as (
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, reason, request_id)
  select seq, %(at)s::timestamptz, %(actor)s::text, %(user_id)s::uuid, %(grant_id)s::uuid,
    %(role)s::text, %(organisation_id)s::uuid, %(act)s::text, %(subject)s::text,
    %(columns)s::text[], %(reason)s::text, %(request_id)s::text
  from number
)
insert into audit_event_person (event_seq, at, organisation_id, person)
select seq, %(at)s::timestamptz, %(organisation_id)s::uuid, person
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
    values: dict[str, Any] = {
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
    prepared.run(RECORD, values)


def name_of(subject: models.Model | str) -> str:
    """How the log names a thing: "referral:<id>", or the text that was given."""
    if isinstance(subject, models.Model):
        return f"{subject._meta.model_name}:{subject.pk}"
    return str(subject)


BATCH = 10_000
DECEMBER = 12

# One sealer at a time; a second one goes home. The lock ends with the transaction.
ALONE = "select pg_try_advisory_xact_lock(hashtext('audit.seal'))"

# Transactions below the horizon are over, so all their events are to be seen by later statements.
HEAD = """
select coalesce(s.position, 0), coalesce(s.hash, %(first)s), coalesce(s.horizon, '0')::text,
  pg_snapshot_xmin(pg_current_snapshot())::text
from (values (1)) as always
left join (select * from audit_seal order by position desc limit 1) s on true
"""
DUE = f"""
select {queries.CONTENT} from audit_event e
where e.xid >= %s::xid8 and e.xid < %s::xid8
  and not exists (select from audit_seal s where s.event_seq = e.seq)
order by e.xid, e.seq limit {BATCH}
"""  # noqa: S608  (only our own words)
ADD_SEALS = """
insert into audit_seal (position, event_seq, prev_hash, hash, horizon, sealed_at)
select start + nr, seq, prev, hash, reached::xid8, at
from (values (%s::bigint, %s, %s::timestamptz)) as run(start, reached, at),
  unnest(%s::bigint[], %s::bytea[], %s::bytea[]) with ordinality as t(seq, prev, hash, nr)
"""
LAST_XID = str(2**64 - 1)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: what an operator writes down to prove later that nothing was cut off."""

    position: int
    hash: bytes
    added: int

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


@transaction.atomic
def seal(*, by: Actor, at: dt.datetime) -> Head | None:
    """Chains the events of all transactions that are over, at most BATCH of them.

    `by` must be a system scope. No request ever waits for it. None when another sealer is at work.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(HEAD, {"first": chain.FIRST})
        position, prev, since, until = cursor.fetchone()
        # After a restore into a new cluster the numbers start again, below the old horizon: then
        # every event is looked at, until all are sealed.
        restarted = int(since) > int(until)
        cursor.execute(DUE, ["0", LAST_XID] if restarted else [since, until])
        due = [chain.Content(*row) for row in cursor.fetchall()]
        hashes = _hashes(bytes(prev), due)
        reached = until if len(due) < BATCH else since if restarted else due[-1].xid
        seqs = [content.seq for content in due]
        cursor.execute(ADD_SEALS, [position, reached, at, seqs, hashes[:-1], hashes[1:]])
    return Head(position + len(due), hashes[-1], len(due))


def _hashes(prev: bytes, due: Sequence[chain.Content]) -> list[bytes]:
    """`prev`, then the hash of each event that is due."""
    hashes = [prev]
    for content in due:
        hashes.append(chain.link(hashes[-1], content))
    return hashes


@transaction.atomic
def make_year(*, by: Actor, at: dt.datetime) -> None:
    """The partitions of next year, from December on; repeatable."""
    day = clock.danish_date(at)
    if day.month == DECEMBER:
        with connection.cursor() as cursor:
            cursor.execute("select audit_make_year(%s)", [day.year + 1])


@transaction.atomic
def erase_values(person: UUID, *, by: Actor, at: dt.datetime) -> int:
    """Empties every logged value about a person, and what was typed in searches that found her; how
    many rows. Needs a system scope.

    The events stay, and so does the chain: it holds the values by a salted digest alone.
    """
    found_by = AuditEventPerson.objects.filter(person=person).values("event_seq")
    about = Q(person=person) | Q(table_name=searches.TABLE, event_seq__in=found_by)
    kept = ChangeValue.objects.filter(about, salt__isnull=False)
    count = kept.update(old_values=None, new_values=None, salt=None)
    record("log.values_erased", f"{count} rows", by=by, at=at, persons=[person])
    return count


@transaction.atomic
def sign_off(month: dt.date, *, remarks: str, by: Actor, at: dt.datetime) -> LogReview:
    """The security officer has gone through a past month's sample.

    Raises Refusal while the month runs, and when it was signed off before.
    """
    if by.organisation_id is None or by.user_id is None:
        raise Refusal(_("Vælg den rolle og kommune, du gennemgår loggen for."))
    if month >= clock.danish_date(at).replace(day=1):
        raise Refusal(_("Måneden er ikke slut endnu. Gennemgå den, når den er forbi."))
    if LogReview.objects.filter(organisation_id=by.organisation_id, month=month).exists():
        raise Refusal(_("Månedens stikprøve er allerede gennemgået."))
    review = LogReview.objects.create(
        organisation_id=by.organisation_id,
        month=month,
        size=len(queries.random_sample(by, month)),
        signed_by=by.user_id,
        signed_at=at,
        remarks=remarks,
    )
    record("log.reviewed", review, by=by, at=at)
    return review


@transaction.atomic
def hand_out_looks(person: UUID, *, by: Actor, at: dt.datetime) -> None:
    """The citizen's own access report was made."""
    record("log.handed_out", "looks", by=by, at=at, persons=[person])
