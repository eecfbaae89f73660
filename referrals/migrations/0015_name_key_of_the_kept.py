"""Somebody merged stands in the list by name under the name that counts.

As in 0007, but the key is that of the citizen she was merged into. Merging and parting copy it.
"""

from django.db import migrations

KEPT = """
create or replace function referral_named() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  -- A name that changes while a case is added waits (0007). Copying one locks nobody: whoever
  -- changes the name that counts holds that row alone, and would wait for her other in a circle.
  if tg_op = 'INSERT' then
    new.name_key := coalesce(
      (select sort_key from referrals_citizen where id = new.citizen_id for share), '');
  end if;
  new.name_key := coalesce(
    (select coalesce(k.sort_key, c.sort_key) from referrals_citizen c
      left join referrals_citizen k on k.id = c.merged_into_id where c.id = new.citizen_id), '');
  return new;
end $$;
create or replace function citizen_renamed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update referrals_referral r set name_key = coalesce(k.sort_key, c.sort_key)
  from referrals_citizen c left join referrals_citizen k on k.id = c.merged_into_id
  where c.id = r.citizen_id and (c.id = new.id or c.merged_into_id = new.id)
    and r.name_key <> coalesce(k.sort_key, c.sort_key);
  return null;
end $$;
create or replace trigger citizen_renamed after update on referrals_citizen
  for each row when (old.sort_key is distinct from new.sort_key
    or old.merged_into_id is distinct from new.merged_into_id)
  execute function citizen_renamed();
"""
BEFORE = """
create or replace function referral_named() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  new.name_key := coalesce(
    (select sort_key from referrals_citizen where id = new.citizen_id for share), '');
  return new;
end $$;
create or replace function citizen_renamed() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update referrals_referral set name_key = new.sort_key
  where citizen_id = new.id and name_key <> new.sort_key;
  return null;
end $$;
create or replace trigger citizen_renamed after update on referrals_citizen
  for each row when (old.sort_key is distinct from new.sort_key)
  execute function citizen_renamed();
"""
# Those merged before; few. A copied name is nobody's change, but switching the change log off would
# lock the table: it notes them.
FILL = """
update referrals_referral r set name_key = k.sort_key
from referrals_citizen c join referrals_citizen k on k.id = c.merged_into_id
where c.id = r.citizen_id and r.name_key <> k.sort_key;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0014_known_again")]

    operations = [
        migrations.RunSQL(KEPT, BEFORE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
