"""The change of one row, logged without a query of its own.

Most statements change one row. Writing the query for many (schema.TRACK) from the catalogue, and
planning it, cost three times what is left here: the row as jsonb, compared key by key. What is
logged is the same; tests/roegfri/audit/test_one_row.py compares the two.
"""

TRACK_ONE = """
create or replace function audit_track() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $track$
declare
  who text := coalesce(
    nullif(current_setting('app.actor', true), ''), 'database:' || session_user);
  verb text := case tg_op when 'INSERT' then 'added' when 'UPDATE' then 'changed'
    else 'removed' end;
  about constant text := tg_argv[0];
  key constant text := tg_argv[1];
  number bigint;
  moment timestamptz := clock_timestamp();
  changed change_value[];
  concerned uuid[];
  -- the rows as they were and are, no more than two of each
  befores jsonb[];
  afters jsonb[];
  before jsonb;
  after jsonb;
  stars jsonb;
  odd boolean;
  person uuid;
  person_before uuid;
  salt uuid;
begin
  if tg_op <> 'INSERT' then
    befores := array(select to_jsonb(r) from old_rows r limit 2);
  end if;
  if tg_op <> 'DELETE' then
    afters := array(select to_jsonb(r) from new_rows r limit 2);
  end if;
  if coalesce(cardinality(afters), 0) = 0 and coalesce(cardinality(befores), 0) = 0 then
    return null;
  end if;
  before := befores[1];
  after := afters[1];
  -- What is sealed is logged as stars; json is compared as it is written, by the query.
  select jsonb_object_agg(attname, '***') filter (where atttypid = 'bytea'::regtype),
      coalesce(bool_or(atttypid = 'json'::regtype), false) into stars, odd
    from pg_attribute where attrelid = tg_relid and attnum > 0 and not attisdropped;
  if odd or cardinality(befores) > 1 or cardinality(afters) > 1
    or before ->> key is distinct from after ->> key and tg_op = 'UPDATE'
  then
    execute audit_changes_query(tg_relid, tg_table_name, about, key, tg_op)
      into changed, concerned;
  else
    if about ~ '^r\\.[a-z0-9_]+$' then
      person := (after ->> substr(about, 3))::uuid;
      person_before := (before ->> substr(about, 3))::uuid;
    elsif about <> 'null' then
      if after is not null then
        execute 'select (' || about || ')::uuid from new_rows r' into person;
      end if;
      if before is not null then
        execute 'select (' || about || ')::uuid from old_rows r' into person_before;
      end if;
    end if;
    if tg_op = 'UPDATE' then
      select jsonb_object_agg(o.key, case when o.value = 'null' then o.value
            else coalesce(stars -> o.key, o.value) end),
          jsonb_object_agg(o.key, case when after -> o.key = 'null' then after -> o.key
            else coalesce(stars -> o.key, after -> o.key) end)
        into before, after
        from jsonb_each(before) o where after -> o.key <> o.value;
    else
      select jsonb_strip_nulls(jsonb_object_agg(o.key, case when o.value = 'null' then o.value
            else coalesce(stars -> o.key, o.value) end))
        into after from jsonb_each(coalesce(after, before)) o;
      if tg_op = 'DELETE' then
        before := after;
        after := null;
      end if;
    end if;
    if coalesce(after, before) is not null then
      salt := gen_random_uuid();
      concerned := array[person, person_before];
      person := coalesce(person, person_before);
      changed := array[(null, null, null, tg_table_name,
        coalesce(afters[1], befores[1]) ->> key, person, before, after, salt,
        audit_commitment(salt, tg_table_name, coalesce(afters[1], befores[1]) ->> key, person,
          before, after))::change_value];
    end if;
  end if;
  if changed is null then
    return null;
  end if;
  number := nextval('audit_event_seq');
  insert into change_value
    select number, moment, app_organisation(), c.table_name, c.row_id, c.person, c.old_values,
      c.new_values, c.salt, c.commitment
    from unnest(changed) c;
  insert into audit_event_person (event_seq, at, organisation_id, person)
    select distinct number, moment, app_organisation(), p from unnest(concerned) p
    where p is not null;
  insert into audit_event (seq, at, actor, user_id, grant_id, role, organisation_id, act, subject,
    columns, request_id, values_digest)
  select number, moment, who, substring(who from '^person:([0-9a-f-]{36})$')::uuid,
    nullif(current_setting('app.grant', true), '')::uuid, app_role(), app_organisation(),
    'row.' || verb,
    tg_table_name || case cardinality(changed) when 1 then ':' || changed[1].row_id else '' end,
    array(select distinct k from unnest(changed) c,
      jsonb_object_keys(coalesce(c.new_values, c.old_values)) k order by k),
    coalesce(current_setting('app.request', true), ''),
    (select sha256(string_agg(c.commitment, ''::bytea order by c.row_id collate "C"))
      from unnest(changed) c);
  return null;
end $track$;
"""
