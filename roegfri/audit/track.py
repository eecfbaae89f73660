"""The change log of a table: one event for each statement that changed something.

A trigger, not code: bulk_create, queryset.update, the admin and hand-written SQL are all seen. It
fires once a statement, over the sets of old and new rows: 1.6 times the statement alone, where a
trigger for each row costs 2.9 times. Column names go into the event; values, changed keys only,
into change_value.
"""

from django.db import migrations

# One body for the three kinds of statement; only how `changed` is found differs.
FUNCTION = """
create function {table}_track_{kind}() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $track$
declare
  actor text := coalesce(
    nullif(current_setting('app.actor', true), ''), 'database:' || session_user);
  sealed text[] := array(select attname::text from pg_attribute
    where attrelid = tg_relid and atttypid = 'bytea'::regtype and attnum > 0);
begin
  with changed as materialized (
    select c.*, gen_random_uuid() as salt from ({changed}) c
  ),
  number as materialized (
    select nextval('audit_event_seq') as seq, clock_timestamp() as at,
      app_organisation() as organisation_id
  ),
  kept as (
    insert into change_value (event_seq, at, organisation_id, table_name, row_id, person,
      old_values, new_values, salt, commitment)
    select seq, at, organisation_id, tg_table_name, row_id, person, old_values, new_values, salt,
      audit_commitment(salt, tg_table_name, row_id, person, old_values, new_values)
    from changed, number
    returning row_id, commitment
  ),
  concerned as (
    insert into audit_event_person (event_seq, at, organisation_id, person)
    select distinct seq, at, organisation_id, who from changed, number,
      unnest(array[person, person_before]) as who where who is not null
  )
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, request_id, values_digest)
  select seq, at, actor, substring(actor from '^person:([0-9a-f-]{{36}})$')::uuid,
    nullif(current_setting('app.grant', true), '')::uuid, app_role(), organisation_id,
    'row.{verb}',
    tg_table_name || case when (select count(*) from changed) = 1
      then ':' || (select row_id from changed) else '' end,
    array(select distinct key from changed, jsonb_object_keys(coalesce(new_values, old_values)) key
      order by key),
    coalesce(current_setting('app.request', true), ''),
    (select sha256(string_agg(commitment, ''::bytea order by row_id collate "C")) from kept)
  from number where exists (select from changed);
  return null;
end $track$;
create trigger track_{kind} after {kind} on {table}
  referencing {referencing} for each statement execute function {table}_track_{kind}();
"""

# What is sealed is logged as "***": that it changed, never what it holds.
WHOLE = """
    select r.id::text as row_id, ({{person}})::uuid as person, {old} as old_values,
      {new} as new_values,
      null::uuid as person_before
    from {rows} r
    cross join lateral (
      select jsonb_object_agg(key, case when key = any(sealed) then '"***"' else value end) as doc
      from jsonb_each(to_jsonb(r)) where value <> 'null'
    ) d
"""
CHANGED = """
    select coalesce(n.row_id, o.row_id) as row_id, coalesce(n.person, o.person) as person,
      d.old_values, d.new_values, o.person as person_before
    from (select r.id::text as row_id, to_jsonb(r) as doc, ({person})::uuid as person
      from new_rows r) n
    full join (select r.id::text as row_id, to_jsonb(r) as doc, ({person})::uuid as person
      from old_rows r) o using (row_id)
    cross join lateral (
      select
        jsonb_object_agg(key, case when key = any(sealed) and o.doc -> key <> 'null'
          then '"***"' else o.doc -> key end) as old_values,
        jsonb_object_agg(key, case when key = any(sealed) and n.doc -> key <> 'null'
          then '"***"' else n.doc -> key end) as new_values
      from jsonb_object_keys(coalesce(n.doc, o.doc)) key
      where n.doc -> key is distinct from o.doc -> key
    ) d
    where n.doc is distinct from o.doc
"""
# kind of statement -> (word in the log, transition tables, the changed rows)
KINDS = {
    "insert": (
        "added",
        "new table as new_rows",
        WHOLE.format(rows="new_rows", old="null::jsonb", new="d.doc"),
    ),
    "update": ("changed", "old table as old_rows new table as new_rows", CHANGED),
    "delete": (
        "removed",
        "old table as old_rows",
        WHOLE.format(rows="old_rows", old="d.doc", new="null::jsonb"),
    ),
}


def track(table: str, person: str) -> migrations.RunSQL:
    """Logs every change of `table`, whose primary key is the column `id`.

    `person` is SQL for the uuid of the citizen a row concerns: a column ("citizen_id"), or an
    expression over the row `r`: "(select citizen_id from enrolment e where e.id = r.enrolment_id)".
    "null" where a row concerns nobody. `audit` 0001_initial must be a dependency.
    """
    forward, backward = [], []
    for kind, (verb, referencing, changed) in KINDS.items():
        forward.append(
            FUNCTION.format(
                table=table,
                kind=kind,
                verb=verb,
                referencing=referencing,
                changed=changed.replace("{person}", person),
            )
        )
        backward.append(f"drop function {table}_track_{kind}() cascade;")
    return migrations.RunSQL("".join(forward), "".join(backward))
