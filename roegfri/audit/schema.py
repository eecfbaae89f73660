"""The SQL of the log: tables, walls, what refuses, and the years.

    audit_event          who did what, when, why; partitioned by year on `at`
    audit_event_person   the persons it concerns
    change_value         values before and after; the only part that can be emptied
    audit_seal           the chain; one row for each sealed event

Web and workers may add and read. Nobody may change, remove or truncate, the owner included.
"""

SEEN_FROM_OWN_ORGANISATION = "organisation_id = app_organisation()"

TABLES = """
create sequence audit_event_seq as bigint;
create table audit_event (
  seq bigint not null default nextval('audit_event_seq'),
  at timestamptz not null,
  xid xid8 not null default pg_current_xact_id(),
  actor text not null,
  user_id uuid, grant_id uuid,
  role text not null default '',
  organisation_id uuid,
  act text not null,
  subject text not null default '',
  columns text[] not null default '{}',
  reason text not null default '',
  request_id text not null default '',
  values_digest bytea,
  primary key (seq, at)
) partition by range (at);
create index audit_event_of_organisation on audit_event (organisation_id, at desc, seq desc);
create index audit_event_xid on audit_event (xid);
create table audit_event_person (
  event_seq bigint not null,
  at timestamptz not null,
  organisation_id uuid,
  person uuid not null,
  primary key (event_seq, person, at)
) partition by range (at);
create index audit_event_person_looks on audit_event_person (person, at desc);
create table change_value (
  event_seq bigint not null,
  at timestamptz not null,
  organisation_id uuid,
  table_name text not null,
  row_id text not null,
  person uuid,
  old_values jsonb, new_values jsonb,
  salt uuid,
  commitment bytea not null,
  primary key (event_seq, row_id, at)
) partition by range (at);
create index change_value_person on change_value (person) where salt is not null;
create table audit_seal (
  position bigint primary key,
  event_seq bigint not null unique,
  prev_hash bytea not null,
  hash bytea not null,
  horizon xid8 not null,
  sealed_at timestamptz not null
);
create table audit_event_default partition of audit_event default;
create table audit_event_person_default partition of audit_event_person default;
create table change_value_default partition of change_value default;
"""
DROP_TABLES = """
drop table audit_event, audit_event_person, change_value, audit_seal;
drop sequence audit_event_seq;
"""

# What a changed row is bound by. The salt is random and goes when the values go.
COMMITMENT = """
create function audit_commitment(
  salt uuid, table_name text, row_id text, person uuid, old_values jsonb, new_values jsonb
) returns bytea language sql immutable parallel safe
return sha256(convert_to(
  jsonb_build_array(salt, table_name, row_id, person, old_values, new_values)::text, 'UTF8'));
"""

REFUSALS = """
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the log is only added to: % of % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
create function change_value_guard() returns trigger language plpgsql as $$
begin
  if app_system() and new.old_values is null and new.new_values is null and new.salt is null
    and (new.event_seq, new.at, new.table_name, new.row_id, new.commitment)
      = (old.event_seq, old.at, old.table_name, old.row_id, old.commitment)
    and new.person is not distinct from old.person
    and new.organisation_id is not distinct from old.organisation_id
  then
    return new;
  end if;
  raise exception 'values in the log can only be emptied, by a system scope'
    using errcode = 'insufficient_privilege';
end $$;
create trigger audit_event_kept before update or delete on audit_event
  for each row execute function audit_refuse();
create trigger audit_event_person_kept before update or delete on audit_event_person
  for each row execute function audit_refuse();
create trigger audit_seal_kept before update or delete on audit_seal
  for each row execute function audit_refuse();
create trigger change_value_kept before delete on change_value
  for each row execute function audit_refuse();
create trigger change_value_emptied before update on change_value
  for each row execute function change_value_guard();
"""
DROP_REFUSALS = "drop function audit_refuse() cascade; drop function change_value_guard() cascade;"

# Whoever the owner granted anything to, by whatever name: may add and read, through the parent.
PRIVILEGES = """
create function audit_shut(target regclass) returns void language plpgsql as $$
declare
  grantee text;
begin
  execute format('create or replace trigger truncate_refused before truncate on %s'
    ' for each statement execute function audit_refuse()', target);
  for grantee in
    select distinct a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a
    where c.oid = target and a.grantee not in (c.relowner, 0)
  loop
    if (select relispartition from pg_class where oid = target) then
      execute format('revoke all on %s from %s', target, grantee);
    else
      execute format('revoke update, delete, truncate, references, trigger, maintain on %s from %s',
        target, grantee);
    end if;
    if target = 'change_value'::regclass and has_table_privilege(grantee, target, 'insert') then
      execute format('grant update (old_values, new_values, salt) on %s to %s', target, grantee);
    end if;
  end loop;
end $$;
revoke execute on function audit_shut(regclass) from public;
do $$
declare
  name text;
begin
  foreach name in array array['audit_event', 'audit_event_person', 'change_value', 'audit_seal',
    'audit_event_default', 'audit_event_person_default', 'change_value_default']
  loop
    perform audit_shut(name::regclass);
  end loop;
end $$;
"""
DROP_PRIVILEGES = "drop function audit_shut(regclass);"

# Makes a year's partitions; repeatable. A year that has rows already stays in the default one.
# The workers call it as the owner, each December, for the year to come.
YEARS = """
create function audit_make_year(year integer) returns boolean language plpgsql
  security definer set search_path = public, pg_temp as $$
declare
  parent text;
  child text;
  first timestamptz := make_timestamptz(year, 1, 1, 0, 0, 0, 'UTC');
  last timestamptz := make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC');
  taken boolean;
  made boolean := false;
begin
  foreach parent in array array['audit_event', 'audit_event_person', 'change_value'] loop
    child := parent || '_' || year;
    if to_regclass(child) is null then
      execute format('select exists (select from %I where at >= $1 and at < $2)',
        parent || '_default') into taken using first, last;
      if not taken then
        execute format('create table %I (like %I including defaults including constraints)',
          child, parent);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
          parent, child, first, last);
        perform audit_shut(child::regclass);
        made := true;
      end if;
    end if;
  end loop;
  return made;
end $$;
select audit_make_year(extract(year from now())::integer),
  audit_make_year(extract(year from now())::integer + 1);
"""
DROP_YEARS = "drop function audit_make_year(integer);"

# What a tracked table's triggers do (track.py). The columns are looked up each time, so that one
# added later is never forgotten, and compared one by one: five times faster over many rows than
# rows as jsonb, key by key. Types without "=" are compared as text.
TRACK = """
create function audit_changes_query(
  target regclass, tracked name, person text, key name, kind text)
returns text language sql stable as $track$
  with columns as (
    select quote_ident(attname) as name, quote_literal(attname) as label,
      case when atttypid = 'bytea'::regtype then quote_literal('***') || '::text' end as stars,
      case when exists (select from pg_operator where oprname = '=' and oprleft = atttypid
        and oprright = atttypid) then '' else '::text' end as as_text
    from pg_attribute where attrelid = target and attnum > 0 and not attisdropped
  ),
  sides as (
    select side, string_agg(format(
        'case when o.%1$s%2$s is distinct from n.%1$s%2$s then'
        ' jsonb_build_object(%3$s, case when %4$s.%1$s is not null then %5$s end) else %6$L end',
        name, as_text, label, side, coalesce(stars, side || '.' || name), '{}'), ' || ') as pairs
    from columns, unnest(array['o', 'n']) side group by side
  ),
  whole as (
    select side, format(
      'jsonb_strip_nulls(to_jsonb(%1$s) - %2$L || jsonb_build_object(%3$s))', side,
      'tracked_person', coalesce((select string_agg(format(
        '%1$s, case when %2$s.%3$s is not null then %4$s end', label, side, name, stars), ', ')
        from columns where stars is not null), '')) as pairs
    from unnest(array['o', 'n']) side
  ),
  found as (
    select * from sides where kind = 'UPDATE' union all select * from whole where kind <> 'UPDATE'
  )
  select format($query$
    with pair as (
      select coalesce(n.%7$I, o.%7$I)::text as row_id, n.tracked_person as person,
        o.tracked_person as person_before,
        case when o.%7$I is not null then %1$s end as old_values,
        case when n.%7$I is not null then %2$s end as new_values
      from (select r.*, (%3$s)::uuid as tracked_person from %4$s r) n
      full join (select r.*, (%3$s)::uuid as tracked_person from %5$s r) o
        on o.%7$I = n.%7$I
    ),
    salted as materialized (
      select *, coalesce(person, person_before) as who, gen_random_uuid() as salt from pair
      where coalesce(new_values, old_values) <> '{}'
    )
    select
      array_agg((null, null, null, %6$L, row_id, who, old_values, new_values, salt,
        audit_commitment(salt, %6$L, row_id, who, old_values, new_values))::change_value),
      array_agg(person) || array_agg(person_before)
    from salted $query$,
    (select pairs from found where side = 'o'), (select pairs from found where side = 'n'), person,
    case kind when 'DELETE' then '(select * from old_rows limit 0)' else 'new_rows' end,
    case kind when 'INSERT' then '(select * from new_rows limit 0)' else 'old_rows' end,
    tracked, key)
$track$;
create function audit_track() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $track$
declare
  who text := coalesce(
    nullif(current_setting('app.actor', true), ''), 'database:' || session_user);
  verb text := case tg_op when 'INSERT' then 'added' when 'UPDATE' then 'changed'
    else 'removed' end;
  number bigint;
  moment timestamptz := clock_timestamp();
  changed change_value[];
  concerned uuid[];
begin
  execute audit_changes_query(tg_relid, tg_table_name, tg_argv[0], tg_argv[1], tg_op)
    into changed, concerned;
  if changed is null then
    return null;
  end if;
  number := nextval('audit_event_seq');
  insert into change_value
    select number, moment, app_organisation(), c.table_name, c.row_id, c.person, c.old_values,
      c.new_values, c.salt, c.commitment
    from unnest(changed) c;
  insert into audit_event_person (event_seq, at, organisation_id, person)
    select distinct number, moment, app_organisation(), person from unnest(concerned) person
    where person is not null;
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, request_id, values_digest)
  select number, moment, who, substring(who from '^person:([0-9a-f-]{36})$')::uuid,
    nullif(current_setting('app.grant', true), '')::uuid, app_role(), app_organisation(),
    'row.' || verb,
    tg_table_name || case cardinality(changed) when 1 then ':' || changed[1].row_id else '' end,
    array(select distinct key from unnest(changed) c,
      jsonb_object_keys(coalesce(c.new_values, c.old_values)) key order by key),
    coalesce(current_setting('app.request', true), ''),
    (select sha256(string_agg(c.commitment, ''::bytea order by c.row_id collate "C"))
      from unnest(changed) c);
  return null;
end $track$;
"""
DROP_TRACK = """
drop function audit_track() cascade;
drop function audit_changes_query(regclass, name, text, name, text);
"""


def insert_only_wall(table: str) -> str:
    """Row-level security where everybody may add, and rows are read from their own organisation."""
    return f"""
    alter table {table} enable row level security;
    alter table {table} force row level security;
    create policy {table}_read on {table} for select
      using ((select app_system()) or {SEEN_FROM_OWN_ORGANISATION});
    create policy {table}_add on {table} for insert with check (true);
    do $$ begin
      execute format(
        'create policy {table}_owner on {table} to %I using (true) with check (true)',
        current_user);
    end $$;
    """


WALLS = (
    insert_only_wall("audit_event")
    + insert_only_wall("audit_event_person")
    + insert_only_wall("change_value")
    + """
-- What a citizen's row held is for those who may see such rows; the others read the events.
alter policy change_value_read on change_value using ((select app_system())
  or organisation_id = app_organisation() and app_role() in ('counsellor', 'coordinator'));
create policy change_value_empty on change_value for update
  using ((select app_system())) with check ((select app_system()));
"""
)
