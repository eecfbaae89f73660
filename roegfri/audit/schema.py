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
create policy change_value_empty on change_value for update
  using ((select app_system())) with check ((select app_system()));
"""
)
