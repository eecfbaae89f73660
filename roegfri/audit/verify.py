"""Proves that the log is as it was written, or says where it is not.

The chain is recomputed from its first link. Whoever can rewrite the whole chain can also rewrite
its end: so the newest link is written to the operators' log each time, and can be given here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from roegfri.audit import chain
from roegfri.audit.queries import CONTENT

STEP = 5_000
MOST = 100

LINKS = f"""
select s.position, s.event_seq, s.prev_hash, s.hash, {CONTENT}
from audit_seal s left join audit_event e on e.seq = s.event_seq
where s.position > %s and s.position <= %s
order by s.position, e.at
"""  # noqa: S608  (only our own words)

# What the chain of links does not meet. Each: what is wrong -> the events it is wrong about.
APART = {
    "inserted": """
        select e.seq from audit_event e
        where e.xid < (select horizon from audit_seal order by position desc limit 1)
          and (select horizon from audit_seal order by position desc limit 1)
            <= pg_snapshot_xmin(pg_current_snapshot())
          and not exists (select from audit_seal s where s.event_seq = e.seq)""",
    "person without event": """
        select distinct p.event_seq from audit_event_person p
        where not exists (select from audit_event e where e.seq = p.event_seq)""",
    "value without event": """
        select distinct v.event_seq from change_value v
        where not exists (select from audit_event e where e.seq = v.event_seq
          and e.values_digest is not null)""",
    "changed value": """
        select distinct v.event_seq from change_value v
        where case when v.salt is null then v.old_values is not null or v.new_values is not null
          else v.commitment is distinct from audit_commitment(
            v.salt, v.table_name, v.row_id, v.person, v.old_values, v.new_values) end""",
    "removed value": """
        select e.seq from audit_event e
        where e.values_digest is not null and e.values_digest is distinct from (
          select sha256(string_agg(v.commitment, ''::bytea order by v.row_id collate "C"))
          from change_value v where v.event_seq = e.seq)""",
}
TAIL = """
select count(*), min(e.at) from audit_event e
where not exists (select from audit_seal s where s.event_seq = e.seq)
"""


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the log is not as it was written."""

    kind: str
    event: int
    position: int | None = None


@dataclass(slots=True)
class Findings:
    """What verification found. `head` is "position:hash" of the newest link."""

    sealed: int = 0
    head: str = ""
    unsealed: int = 0
    oldest_unsealed: str = ""
    erased_values: int = 0
    breaks: list[Break] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaks


@transaction.atomic
def verify(expected: str = "") -> Findings:
    """Goes through the whole log, in a system scope; lists at most MOST breaks of each kind.

    `expected` is a head noted earlier, "position:hash": the chain must still hold it.
    """
    found = Findings()
    prev, last, before = chain.FIRST, 0, ""
    for position, event, prev_hash, link_hash, *content in _links():
        before = f"{position}:{bytes(link_hash).hex()}"
        wrong = _fault(bytes(prev_hash), content, bytes(link_hash))
        if not wrong and (position != last + 1 or bytes(prev_hash) != prev):
            wrong = "broken link"
        if wrong and len(found.breaks) < MOST:
            found.breaks.append(Break(wrong, event, position))
        if before == expected:
            expected = ""
        # On from what the link says: one changed event is one break, not one for each after it.
        prev, last = bytes(link_hash), position
        found.sealed += 1
    found.head = before
    if expected:
        found.breaks.append(Break("noted head is gone", 0, _position(expected)))
    _look_apart(found)
    return found


def _fault(prev: bytes, content: list[Any], link_hash: bytes) -> str:
    if content[0] is None:
        return "removed event"
    good = chain.link(prev, chain.Content(*content)) == link_hash
    return "" if good else "changed event"


def _links() -> Iterator[tuple[Any, ...]]:
    """Every link with its event, in order."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position), 0) from audit_seal")
        (end,) = cursor.fetchone()
        for start in range(0, end, STEP):
            cursor.execute(LINKS, [start, start + STEP])
            yield from cursor.fetchall()


def _look_apart(found: Findings) -> None:
    with connection.cursor() as cursor:
        for kind, query in APART.items():
            cursor.execute(f"{query} order by 1 limit {MOST}")
            found.breaks.extend(Break(kind, event) for (event,) in cursor.fetchall())
        cursor.execute(TAIL)
        found.unsealed, oldest = cursor.fetchone()
        found.oldest_unsealed = oldest.isoformat() if oldest else ""
        cursor.execute("select count(*) from change_value where salt is null")
        (found.erased_values,) = cursor.fetchone()


def _position(head: str) -> int | None:
    number = head.partition(":")[0]
    return int(number) if number.isdigit() else None
