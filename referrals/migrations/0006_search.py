"""The search: one row for each citizen an organisation has access to, kept by triggers.

Under row-level security a LIKE or a trigram is not leakproof, so no index helps it: it would be
tried on every row of the database. So the search asks a table of its own, through one function that
applies the scope itself and answers with ids; the rows are then read through the walls as ever.

Whatever a row can be found by is a key, a 64-bit hash that holds the organisation too: one GIN
index over the keys, and no search touches an entry of another municipality.

    n   the beginnings of a name's words         e   a whole word
    s   how a word sounds, and that with any one letter left out (a typing error on both sides
        meets there: one letter wrong, missing, too many, or two that changed places)
    p   three and four digits in a row of a telephone number        b   the birth date

Atomic in its parts: the table fills while people work, a few thousand citizens at a time, and its
index is built without a lock. A migration that was broken off can be run again.
"""

from django.db import migrations, models

from roegfri.walls import wall

BATCH = 5_000

FOLDING = """
-- "Søren Kjær-Åkesen" -> "soeren kjaer aakesen". Both ways of writing æ, ø and å are one; accents,
-- capitals, hyphens and apostrophes do not count. Letters of other alphabets stay as they are.
create or replace function find_fold(given text) returns text
language sql immutable strict parallel safe
return btrim(regexp_replace(
  replace(replace(replace(da_sort_key(normalize(left(given, 300), nfkc)),
    '{', 'ae'), '|', 'oe'), '}', 'aa'),
  '[\\x01-\\x2f\\x3a-\\x60\\x7b-\\x7f]+', ' ', 'g'));

-- How a folded word sounds, roughly and in Danish: Christensen and Kristensen, Sophie and Sofie.
create or replace function find_sound(word text) returns text
language sql immutable strict parallel safe
return regexp_replace(translate(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(word,
    'oe', 'o'), 'ae', 'a'), 'aa', 'a'), 'sch', 's'), 'ch', 'k'), 'ck', 'k'), 'ph', 'f'), 'th', 't'),
    'dt', 't'), 'hv', 'v'), 'x', 'ks'),
  'cqzwyj', 'kksvii'), '(.)\\1+', '\\1', 'g');

-- The digits of an E.164 number as they are searched: without +, and without the Danish 45.
create or replace function find_digits(number text) returns text
language sql immutable strict parallel safe
return case when number like '+45%' then substr(number, 4) else substr(number, 2) end;

create or replace function find_key(organisation uuid, kind text, word text) returns bigint
language sql immutable strict parallel safe
return hashtextextended(kind || word || organisation::text, 0);

-- The keys under which a word that is nearly this one is found. (Loops: ten times as fast as sets.
-- Qualified, because an index is built with a search_path of its own.)
create or replace function find_near(organisation uuid, word text) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
  sound text := left(public.find_sound(word), 24);
  keys bigint[] := array[public.find_key(organisation, 's', sound)];
begin
  if length(sound) > 3 then
    for place in 1..length(sound) loop
      keys := keys || public.find_key(organisation, 's', overlay(sound placing '' from place for 1));
    end loop;
  end if;
  return keys;
end $$;

-- The cost keeps the planner from ever reckoning the keys of a row instead of asking the index.
create or replace function find_keys(organisation uuid, names text, phones text, birth_date date)
returns bigint[] language plpgsql immutable parallel safe cost 10000 as $$
declare
  keys bigint[] := '{}';
  word text;
begin
  foreach word in array string_to_array(names, ' ') loop
    continue when word = '';
    keys := keys || public.find_key(organisation, 'e', word);
    for size in 1..least(length(word), 12) loop
      keys := keys || public.find_key(organisation, 'n', left(word, size));
    end loop;
    keys := keys || public.find_near(organisation, word);
  end loop;
  foreach word in array string_to_array(phones, ' ') loop
    for place in 1..length(word) - 2 loop
      keys := keys || public.find_key(organisation, 'p', substr(word, place, 3));
      keys := keys || public.find_key(organisation, 'p', substr(word, place, 4));
    end loop;
  end loop;
  if birth_date is not null then
    keys := keys || public.find_key(organisation, 'b', (birth_date - date '2000-01-01')::text);
  end if;
  return keys;
end $$;
"""

TABLE = """
create table if not exists referrals_findable (
  citizen_id uuid not null,
  organisation_id uuid not null,
  names text not null,
  phones text not null,
  birth_date date,
  primary key (citizen_id, organisation_id)
);
-- What ought to stand in it: one place says so, for the triggers, the filling and the check.
create or replace view referrals_to_be_found with (security_invoker = true) as
select c.id as citizen_id, a.organisation_id,
  find_fold(c.given_names || ' ' || c.surname) as names,
  coalesce((select string_agg(find_digits(p.number), ' ' order by p.number collate "C")
    from referrals_phone p where p.citizen_id = c.id), '') as phones,
  c.birth_date
from referrals_citizen c, lateral (
  select distinct x.organisation_id from referrals_citizenaccess x where x.citizen_id = c.id) a;
do $$ begin
  execute format('revoke all on referrals_findable, referrals_to_be_found from public, %I, %I',
    app_role_named('app'), app_role_named('report'));
end $$;
"""
UNWALLED = """
drop policy if exists referrals_findable_scope on referrals_findable;
drop policy if exists referrals_findable_owner on referrals_findable;
"""
DROP_TABLE = """
drop view referrals_to_be_found;
drop table referrals_findable;
"""

# Whoever changes what a citizen is found by locks her row first: of two that meet, the later one
# sees what the earlier one wrote. The triggers fire once a statement and look at what has changed.
KEEPING = """
create or replace function find_refresh(citizens uuid[]) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  perform from referrals_citizen where id = any(citizens) order by id for no key update;
  insert into referrals_findable as f
    select w.citizen_id, w.organisation_id, w.names, w.phones, w.birth_date
    from referrals_to_be_found w where w.citizen_id = any(citizens)
  on conflict (citizen_id, organisation_id) do update
    set names = excluded.names, phones = excluded.phones, birth_date = excluded.birth_date
    where (f.names, f.phones, f.birth_date)
      is distinct from (excluded.names, excluded.phones, excluded.birth_date);
  delete from referrals_findable f where f.citizen_id = any(citizens) and not exists (
    select from referrals_to_be_found w
    where w.citizen_id = f.citizen_id and w.organisation_id = f.organisation_id);
end $$;

create or replace function find_citizen_changed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  concerned uuid[];
begin
  if tg_op = 'INSERT' then
    concerned := array(select id from new_rows);
  elsif tg_op = 'DELETE' then
    concerned := array(select id from old_rows);
  else
    concerned := array(select n.id from new_rows n join old_rows o on o.id = n.id
      where (n.given_names, n.surname, n.birth_date)
        is distinct from (o.given_names, o.surname, o.birth_date));
  end if;
  if concerned <> '{}' then
    perform find_refresh(concerned);
  end if;
  return null;
end $$;

create or replace function find_phone_changed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  concerned uuid[];
begin
  if tg_op = 'INSERT' then
    concerned := array(select distinct citizen_id from new_rows);
  elsif tg_op = 'DELETE' then
    concerned := array(select distinct citizen_id from old_rows);
  else
    concerned := array(select distinct x from new_rows n join old_rows o on o.id = n.id,
      unnest(array[n.citizen_id, o.citizen_id]) x
      where (n.number, n.citizen_id) is distinct from (o.number, o.citizen_id));
  end if;
  if concerned <> '{}' then
    perform find_refresh(concerned);
  end if;
  return null;
end $$;

-- Access that has ended leaves its row: whether it holds today is asked at each search.
create or replace function find_access_changed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  concerned uuid[];
begin
  if tg_op = 'INSERT' then
    concerned := array(select distinct citizen_id from new_rows);
  elsif tg_op = 'DELETE' then
    concerned := array(select distinct citizen_id from old_rows);
  else
    concerned := array(select distinct x from new_rows n join old_rows o on o.id = n.id,
      unnest(array[n.citizen_id, o.citizen_id]) x
      where (n.organisation_id, n.citizen_id) is distinct from (o.organisation_id, o.citizen_id));
  end if;
  if concerned <> '{}' then
    perform find_refresh(concerned);
  end if;
  return null;
end $$;
"""

# The next batch after a citizen's id; null when there is none. Rows that triggers have made
# meanwhile are newer, and stay.
FILLING = """
create or replace function find_fill(after uuid, batch integer) returns uuid language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  citizens uuid[] := array(select id from referrals_citizen
    where after is null or id > after order by id limit batch);
begin
  insert into referrals_findable
    select w.citizen_id, w.organisation_id, w.names, w.phones, w.birth_date
    from referrals_to_be_found w where w.citizen_id = any(citizens)
  on conflict do nothing;
  return citizens[cardinality(citizens)];
end $$;

-- All of it anew, for rows that were laid with the triggers off. The owner's alone.
create or replace function find_rebuild() returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  drop index if exists referrals_findable_keys;
  delete from referrals_findable;
  insert into referrals_findable select citizen_id, organisation_id, names, phones, birth_date
    from referrals_to_be_found;
  create index referrals_findable_keys on referrals_findable
    using gin (find_keys(organisation_id, names, phones, birth_date)) with (fastupdate = off);
end $$;

-- The citizens whose rows are missing, wrong or too many; at most a thousand. For the check.
create or replace function find_faults() returns setof uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select distinct coalesce(w.citizen_id, f.citizen_id)
  from referrals_to_be_found w
  full join referrals_findable f
    on f.citizen_id = w.citizen_id and f.organisation_id = w.organisation_id
  where app_system() and (w.names, w.phones, w.birth_date, w.citizen_id)
    is distinct from (f.names, f.phones, f.birth_date, f.citizen_id)
  limit 1000
$$;
create or replace function find_mend() returns bigint language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  wrong uuid[] := array(select find_faults());
begin
  if wrong <> '{}' then
    perform find_refresh(wrong);
  end if;
  return cardinality(wrong);
end $$;
"""

# Each condition is "any of these keys"; one that is not asked for repeats the first, so that one
# prepared statement serves every search. Nearer words first; the typing errors only while few are
# found, and the wider net only when nobody is.
def lives(citizen, close):
    """Whether the organisation has access today; `close`: as more than the host of a course."""
    return f"""(select true from referrals_citizenaccess x
          where x.citizen_id = {citizen} and x.organisation_id = organisation
            and x.from_on <= app_today() and (x.until_on is null or x.until_on >= app_today())
            and (not {close} or x.ground in ('handling', 'home')) limit 1)"""


KEYS = "find_keys(f.organisation_id, f.names, f.phones, f.birth_date)"
FINDING = f"""
create or replace function find_slot(organisation uuid, stage integer, word text) returns bigint[]
language sql immutable strict parallel safe
return case stage
  when 1 then array[find_key(organisation, 'e', word)]
  when 2 then array[find_key(organisation, 'n', left(word, 12))]
  when 3 then find_key(organisation, 'n', left(word, 12))
    || case when length(word) > 2 then find_near(organisation, word) end
end;

create or replace function find_pass(
  organisation uuid, name text, born date[], digits text, most integer)
returns table (citizen uuid, distance real) language plpgsql stable
security definer set search_path = public, pg_temp set enable_seqscan = off set jit = off as $$
declare
  enough constant integer[] := array[most, 5, 1];
  words text[] := array(select w from unnest(string_to_array(name, ' ')) w where w <> ''
    group by w order by length(w) desc, w limit 4);
  on_day bigint[] := array(
    select find_key(organisation, 'b', (d - date '2000-01-01')::text) from unnest(born) d);
  size integer := least(length(digits), 4);
  starts bigint[] := array[find_key(organisation, 'p', left(digits, size))];
  ends bigint[] := array[find_key(organisation, 'p', right(digits, size))];
  close boolean := born is not null;
  k bigint[];
  k2 bigint[];
  k3 bigint[];
  k4 bigint[];
  seen uuid[] := '{{}}';
  batch uuid[];
begin
  on_day := nullif(on_day, '{{}}');
  if digits is null then
    starts := null;
    ends := null;
  end if;
  for stage in 1..3 loop
    k := coalesce(find_slot(organisation, stage, words[1]), on_day, starts);
    exit when k is null;
    k2 := coalesce(find_slot(organisation, stage, words[2]), k);
    k3 := coalesce(find_slot(organisation, stage, words[3]), k);
    k4 := coalesce(find_slot(organisation, stage, words[4]), k);
    batch := array(
      select f.citizen_id from referrals_findable f
      where {KEYS} && k
        and {KEYS} && k2
        and {KEYS} && k3
        and {KEYS} && k4
        and {KEYS} && coalesce(on_day, k)
        and {KEYS} && coalesce(starts, k)
        and {KEYS} && coalesce(ends, k)
        and f.organisation_id = organisation
        and (digits is null or position(digits in f.phones) > 0)
        and f.citizen_id <> all (seen)
        and {lives("f.citizen_id", "close")}
      limit 2 * most);
    return query select f.citizen_id, (stage + 1 - coalesce(word_similarity(name, f.names), 0))::real
      from referrals_findable f
      where f.organisation_id = organisation and f.citizen_id = any (batch);
    seen := seen || batch;
    exit when words = '{{}}' or cardinality(seen) >= enough[stage];
  end loop;
  if words = '{{}}' or seen <> '{{}}' or close or digits is not null then
    return;
  end if;
  -- The wider net: any of several words, or the beginning of one; whoever is like the whole.
  k := array(select find_key(organisation, 'n', left(w, case when words[2] is null then 4 else 12 end))
    from unnest(words) w where length(w) > 3);
  return query select w.citizen_id, (4 + 1 - w.likeness)::real from (
      select f.citizen_id, word_similarity(name, f.names) as likeness from referrals_findable f
      where {KEYS} && k
        and f.organisation_id = organisation limit 2000
    ) w
    where w.likeness >= case when words[2] is null then 0.45 else 0.3 end and {lives("w.citizen_id", "close")}
    order by w.likeness desc limit most;
end $$;

-- The one door. Whoever may not see citizens, and whoever has no organisation, finds nobody.
create or replace function find_citizens(p_name text, p_born date[], p_digits text,
  p_civil bytea, p_case_from uuid, p_case_to uuid, p_most integer)
returns table (citizen uuid, distance real) language plpgsql stable
security definer set search_path = public, pg_temp as $$
declare
  organisation uuid := app_organisation();
  most integer := least(greatest(coalesce(p_most, 1), 1), 100);
  name text := nullif(find_fold(left(p_name, 200)), '');
  born date[] := nullif(p_born[1:8], '{{}}');
  digits text := substring(p_digits from '^[0-9]{{3,15}}$');
  hits uuid[] := '{{}}';
  far real[] := '{{}}';
begin
  if organisation is null or app_role() not in ('counsellor', 'coordinator') then
    return;
  end if;
  if p_civil is not null then
    hits := array(select n.citizen_id from referrals_civilnumber n
      where n.fingerprint = p_civil and {lives("n.citizen_id", "true")} limit most);
  end if;
  if p_case_from is not null then
    hits := hits || array(select a.citizen_id from referrals_citizenaccess a
      where a.about between p_case_from and p_case_to and a.organisation_id = organisation
        and a.ground = 'handling' and a.from_on <= app_today()
        and (a.until_on is null or a.until_on >= app_today()) limit most);
  end if;
  far := array_fill(0::real, array[cardinality(hits)]);
  if name is not null or born is not null or digits is not null then
    select hits || coalesce(array_agg(p.citizen), '{{}}'), far || coalesce(array_agg(p.distance), '{{}}')
      into hits, far
      from (
        select * from find_pass(organisation, name, born, null, most) where born is not null
        union all
        select * from find_pass(organisation, name, null, digits, most) where digits is not null
        union all
        select * from find_pass(organisation, name, null, null, most)
          where born is null and digits is null
      ) p;
  end if;
  -- Whoever was merged into another is shown as that one, where one may see her.
  if exists (select from referrals_citizen c where c.id = any (hits) and c.merged_into_id is not null)
  then
    hits := array(select coalesce(case when {lives("up.id", "false")} then up.id end, h.id)
      from unnest(hits) with ordinality h (id, nr)
      left join lateral (
        with recursive up (id, steps) as (
          select c.merged_into_id, 0 from referrals_citizen c
            where c.id = h.id and c.merged_into_id is not null
          union all
          select c.merged_into_id, up.steps + 1
            from up join referrals_citizen c on c.id = up.id
            where c.merged_into_id is not null and up.steps < 8)
        select u.id from up u order by u.steps desc limit 1
      ) up on true
      order by h.nr);
  end if;
  return query
  select h.id, min(h.far) from unnest(hits, far) h (id, far) join referrals_citizen c on c.id = h.id
  group by h.id, c.sort_key order by min(h.far), c.sort_key, h.id limit most;
end $$;
"""
FUNCTIONS = (
    "find_citizens(text, date[], text, bytea, uuid, uuid, integer)",
    "find_pass(uuid, text, date[], text, integer)",
    "find_slot(uuid, integer, text)",
    "find_mend()",
    "find_faults()",
    "find_rebuild()",
    "find_fill(uuid, integer)",
    "find_access_changed()",
    "find_phone_changed()",
    "find_citizen_changed()",
    "find_refresh(uuid[])",
    "find_keys(uuid, text, text, date)",
    "find_near(uuid, text)",
    "find_key(uuid, text, text)",
    "find_digits(text)",
    "find_sound(text)",
    "find_fold(text)",
)
DOORS = f"""
revoke execute on function {", ".join(FUNCTIONS)} from public;
do $$ begin
  execute format('grant execute on function {FUNCTIONS[0]}, find_faults(), find_mend() to %I',
    app_role_named('app'));
end $$;
"""
TRIGGERS = {
    "insert": "new table as new_rows",
    "update": "old table as old_rows new table as new_rows",
    "delete": "old table as old_rows",
}


def keep(table, function):
    """The triggers of one table; each table is locked for a moment, and alone."""
    forward = "".join(
        f"create or replace trigger find_{kind} after {kind} on {table} referencing {rows}"
        f" for each statement execute function {function}();\n"
        for kind, rows in TRIGGERS.items()
    )
    backward = "".join(f"drop trigger find_{kind} on {table};\n" for kind in TRIGGERS)
    return migrations.RunSQL(forward, backward)


def fill(_apps, schema_editor):
    after, cursor = None, schema_editor.connection.cursor()
    while True:
        cursor.execute("select find_fill(%s, %s)", [after, BATCH])
        after = cursor.fetchone()[0]
        if after is None:
            return


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("referrals", "0005_contract"), ("ui", "0001_initial")]

    operations = [
        migrations.RunSQL(FOLDING, migrations.RunSQL.noop),
        migrations.RunSQL(TABLE, DROP_TABLE),
        migrations.RunSQL(UNWALLED, migrations.RunSQL.noop),
        wall("referrals_findable", "false"),
        migrations.RunSQL(
            KEEPING + FILLING + FINDING + DOORS,
            "".join(f"drop function {one};\n" for one in FUNCTIONS[:12]),
        ),
        keep("referrals_citizen", "find_citizen_changed"),
        keep("referrals_phone", "find_phone_changed"),
        keep("referrals_citizenaccess", "find_access_changed"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL("drop index concurrently if exists referrals_findable_keys", ""),
        migrations.RunSQL(
            "create index concurrently referrals_findable_keys on referrals_findable"
            " using gin (find_keys(organisation_id, names, phones, birth_date))"
            " with (fastupdate = off)",
            "drop index concurrently referrals_findable_keys",
        ),
        migrations.CreateModel(
            name="Findable",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "citizen_id", "organisation_id", blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
                ("citizen_id", models.UUIDField()),
                ("organisation_id", models.UUIDField()),
                ("names", models.TextField()),
                ("phones", models.TextField()),
                ("birth_date", models.DateField(null=True)),
            ],
            options={"db_table": "referrals_findable", "managed": False},
        ),
    ]
