"""Messages are taken in sets: a door for many at once."""

from django.db import migrations

# The rule of citizen_access_open, held against each, and one insert: the change log and the search
# keys are written once for a set. Names the offence, never the citizen.
OPEN_MANY = """
create or replace function citizen_access_open_many(
  p_citizens uuid[], p_organisation uuid, p_ground text, p_abouts uuid[], p_from date[])
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_system() and (app_role() not in ('counsellor', 'coordinator', 'intake') or exists (
    select from unnest(p_citizens, p_abouts) as n (citizen, about)
    where not (
      (p_organisation = app_organisation() and p_ground = 'handling'
        and not exists (select from referrals_citizen where id = n.citizen)
        and not exists (select from referrals_citizenaccess where citizen_id = n.citizen)
        and not exists (select from referrals_referral where id = n.about))
      or exists (
        select from referrals_citizenaccess a
        where a.citizen_id = n.citizen and a.organisation_id = app_organisation()
          and a.ground = 'handling' and a.from_on <= app_today() and a.until_on is null
          and (n.about = a.about
            or not exists (select from referrals_referral where id = n.about))))
  )) then
    raise insufficient_privilege using message = 'access to these citizens is not yours to give';
  end if;
  insert into referrals_citizenaccess (id, citizen_id, organisation_id, ground, about, from_on)
  select gen_random_uuid(), n.citizen, p_organisation, p_ground, n.about, n.from_on
  from unnest(p_citizens, p_abouts, p_from) as n (citizen, about, from_on)
  on conflict on constraint access_once do update set until_on = null
    where referrals_citizenaccess.until_on is not null;
end $$;
revoke execute on function citizen_access_open_many(uuid[], uuid, text, uuid[], date[]) from public;
do $$ begin
  execute format('grant execute on function'
    ' citizen_access_open_many(uuid[], uuid, text, uuid[], date[]) to %I', app_role_named('app'));
end $$;
"""
DROP_OPEN_MANY = "drop function citizen_access_open_many(uuid[], uuid, text, uuid[], date[]);"

HANDLES = """(
  select true from referrals_citizenaccess a
  where a.about = referrals_handover.referral_id and a.organisation_id = (select app_organisation())
    and a.ground = 'handling' and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today())) limit 1)"""
# What receives for a municipality must know which cases it gave on.
GIVEN = """
alter policy referrals_handover_scope on referrals_handover using ((select app_system())
  or ({handles}
    or (giver_id = (select app_organisation()) and (select app_role()) in ({who}))
    or (receiver_id = (select app_organisation()) and (select app_role()) = 'caller')));
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_ways_in_checked")]

    operations = [
        migrations.RunSQL(OPEN_MANY, DROP_OPEN_MANY),
        migrations.RunSQL(
            GIVEN.format(handles=HANDLES, who="'counsellor', 'coordinator', 'intake'"),
            GIVEN.format(handles=HANDLES, who="'counsellor', 'coordinator'"),
        ),
    ]
