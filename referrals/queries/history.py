"""All that has happened to one citizen: one statement for everything that a file's timeline shows.

Every table in it has its wall; the change log shows the changes of one's own organisation.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from roegfri.actor import Actor
from roegfri.walls import prepared

# Of the change log, no more: a file that is corrected every day is still read.
MOST_CHANGES = 200

# One branch for each kind: kind, id, what it is about, when, who, and until when it held (undone,
# withdrawn, ended) and who said so. The facts are columns by name.
_HAPPENED = f"""
select 'call' as kind, a.id, a.referral_id as about, a.at, u.name as who, a.undone_at as until,
  w.name as until_who, jsonb_build_object('outcome', a.outcome, 'note', a.note, 'call_back_at',
    a.call_back_at, 'phone', a.phone, 'incoming', a.incoming) as facts
from referrals_contactattempt a join accounts_user u on u.id = a.caller_id
left join accounts_user w on w.id = a.undone_by_id
where a.referral_id = any(%(referrals)s)
union all
select 'informed', i.id, i.referral_id, i.at, u.name, null, null,
  jsonb_build_object('topic', i.topic)
from referrals_informed i join accounts_user u on u.id = i.by_id
where i.referral_id = any(%(referrals)s)
union all
select 'talk', k.referral_id, k.referral_id, k.at, u.name, null, null, jsonb_build_object('per_day',
  k.per_day, 'motivation', k.motivation, 'pregnant', k.pregnant, 'wishes', k.wishes, 'times',
  k.times, 'why_asked', k.why_asked, 'why', k.why)
from referrals_interview k join accounts_user u on u.id = k.by_id
where k.referral_id = any(%(referrals)s)
union all
select 'use', s.id, s.interview_id, null, null, null, null,
  jsonb_build_object('product', s.product, 'amount', s.amount)
from referrals_use s where s.interview_id = any(%(referrals)s)
union all
select 'hand_over', h.id, h.referral_id, h.at, u.name, h.ended_at, w.name,
  jsonb_build_object('giver', g.name, 'receiver', r.name, 'reason', h.reason, 'contact_by_before',
    h.contact_by_before, 'result', h.result, 'note', h.note)
from referrals_handover h join accounts_user u on u.id = h.by_id
join organisations_organisation g on g.id = h.giver_id
join organisations_organisation r on r.id = h.receiver_id
left join accounts_user w on w.id = h.ended_by_id
where h.referral_id = any(%(referrals)s)
union all
select 'message', m.id, m.referral_id, m.came_at, null, null, null,
  jsonb_build_object('sender', m.sender_name, 'filename', case m.way when 'api' then '' else
    m.filename end)
from referrals_incomingmessage m
where m.referral_id = any(%(referrals)s) and m.letter !~ '^XCTL0[23] '
  and (%(system)s or m.organisation_id = %(organisation)s)
union all
select 'consent', c.id, c.citizen_id, c.given_at, u.name, c.withdrawn_at, null,
  jsonb_build_object('kind', c.kind, 'form', c.form, 'text_version', c.text_version)
from referrals_consent c join accounts_user u on u.id = c.taken_by_id
where c.citizen_id = any(%(persons)s)
union all
select 'merge', x.id, x.kept_id, x.at, u.name, x.undone_at, w.name, '{{}}'::jsonb
from referrals_merge x join accounts_user u on u.id = x.by_id
left join accounts_user w on w.id = x.undone_by_id
where x.kept_id = any(%(persons)s) or x.merged_id = any(%(persons)s)
union all
(select 'change', v.row_id::uuid, v.person, v.at, u.name, null, null,
  jsonb_build_object('table', v.table_name, 'old', v.old_values, 'new', v.new_values,
    'from', (select name from accounts_user where id = (v.old_values->>'caseworker_id')::uuid),
    'to', (select name from accounts_user where id = (v.new_values->>'caseworker_id')::uuid),
    'municipality', (select name from organisations_organisation where id =
      (coalesce(v.new_values, v.old_values)->>'municipality_id')::uuid))
from change_value v join audit_event e on e.seq = v.event_seq and e.at = v.at
left join accounts_user u on u.id = e.user_id
where v.person = any(%(persons)s) and v.salt is not null and (
    (v.table_name = 'referrals_citizen' and e.act = 'row.changed')
    or v.table_name in ('referrals_phone', 'referrals_residence', 'referrals_civilnumber')
    or (v.table_name = 'referrals_consent' and e.act = 'row.changed')
    or (v.table_name = 'referrals_referral' and e.act = 'row.changed'
      and v.new_values ?| array['caseworker_id', 'close_reason']))
  -- What came with a referral is told by the referral.
  and not (e.act = 'row.added' and exists (select from audit_event x
    where x.xid = e.xid and x.request_id = e.request_id and x.act = 'referral.received'))
order by v.at desc limit {MOST_CHANGES})
"""  # noqa: S608  (a number of ours)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; only `use` has no moment, it belongs to its interview."""

    kind: str
    id: UUID
    about: UUID
    at: dt.datetime
    who: str | None
    until: dt.datetime | None
    until_who: str | None
    facts: Mapping[str, Any]


def happenings(
    viewer: Actor, *, referrals: Sequence[UUID], persons: Sequence[UUID]
) -> list[Happening]:
    """What happened in these referrals and to these persons, both visible to the viewer; unsorted.

    One statement. Calls that were taken back are among them.
    """
    values = {
        "referrals": list(referrals),
        "persons": list(persons),
        "organisation": viewer.organisation_id,
        "system": viewer.is_system,
    }
    rows = prepared.tuples(_HAPPENED, values)
    # Django has taught the connection to leave JSON as text.
    return [
        Happening(kind, pk, about, at, who, until, until_who, json.loads(facts))
        for kind, pk, about, at, who, until, until_who, facts in rows
    ]


_LAST_CHANGED = """
select distinct on (key) key, e.at, coalesce(u.name, '') as who
from change_value v join audit_event e on e.seq = v.event_seq and e.at = v.at
left join accounts_user u on u.id = e.user_id,
  jsonb_object_keys(v.new_values) key
where v.person = %(citizen)s and v.table_name = 'referrals_citizen' and v.salt is not null
  and v.new_values is not null
order by key, v.at desc
"""


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed a column last, and when; the name is empty when it was no colleague."""

    key: str
    at: dt.datetime
    who: str


def last_changes(viewer: Actor, citizen: UUID) -> dict[str, LastChange]:
    """By column of the citizen, as far as one's own organisation made the change."""
    if not (viewer.is_system or viewer.organisation_id):
        return {}
    return {row.key: row for row in prepared.rows(_LAST_CHANGED, {"citizen": citizen}, LastChange)}
