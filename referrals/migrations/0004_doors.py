"""Walls around the new tables, doors for handing a case on, and what the new columns say of old rows."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import wall

CASEWORK = "(select app_role()) in ('counsellor', 'coordinator')"
OWN = "organisation_id = (select app_organisation())"
# A scalar with a limit, not `exists`: the planner would hash all rows of a large organisation.
HANDLES = """(
  select true from referrals_citizenaccess a
  where a.about = {referral} and a.organisation_id = (select app_organisation())
    and a.ground = 'handling' and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today())) limit 1)"""
SEES = """(
  select true from referrals_citizenaccess a
  where a.citizen_id = {citizen} and a.organisation_id = (select app_organisation())
    and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today()))
    and a.ground in ('handling', 'home') limit 1)"""

# Whoever calls for Stoplinien sees the persons handed over to it: name and numbers, because every
# other wall asks for handling the case or being home to her.
ACCESS_POLICY = """
alter policy referrals_citizenaccess_scope on referrals_citizenaccess
  using ((select app_system()) or ({own} and ({who})));
"""
CALLS = f"{CASEWORK} or ((select app_role()) = 'caller' and ground = 'quitline')"

# As in 0002, but access that was ended and is given again the same day holds again, one is never
# ended before it began, Stoplinien ends what was handed over to it, and whoever gave a case on and
# sees it until midnight gives and ends nothing more.
DOORS = """
create or replace function citizen_access_open(
  p_citizen uuid, p_organisation uuid, p_ground text, p_about uuid, p_from date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_system() and (app_role() not in ('counsellor', 'coordinator') or not (
    (p_organisation = app_organisation() and p_ground = 'handling'
      and not exists (select from referrals_citizen where id = p_citizen)
      and not exists (select from referrals_citizenaccess where citizen_id = p_citizen)
      and not exists (select from referrals_referral where id = p_about))
    or exists (
      select from referrals_citizenaccess a
      where a.citizen_id = p_citizen and a.organisation_id = app_organisation()
        and a.ground = 'handling' and a.from_on <= app_today() and a.until_on is null
        and (p_about = a.about
          or not exists (select from referrals_referral where id = p_about)))
  )) then
    raise insufficient_privilege using message = 'access to this citizen is not yours to give';
  end if;
  insert into referrals_citizenaccess
    (id, citizen_id, organisation_id, ground, about, from_on)
  values (gen_random_uuid(), p_citizen, p_organisation, p_ground, p_about, p_from)
  on conflict on constraint access_once do update set until_on = null
    where referrals_citizenaccess.until_on is not null;
end $$;

create or replace function citizen_access_end(
  p_about uuid, p_organisation uuid, p_ground text, p_until date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_system()
    and not (app_role() = 'caller' and p_ground = 'quitline'
      and p_organisation is not distinct from app_organisation())
    and (app_role() not in ('counsellor', 'coordinator') or (
      p_organisation is distinct from app_organisation() and not exists (
        select from referrals_citizenaccess a
        where a.about = p_about and a.organisation_id = app_organisation()
          and a.ground = 'handling' and a.from_on <= app_today() and a.until_on is null)
    )) then
    raise insufficient_privilege using message = 'access to this citizen is not yours to end';
  end if;
  update referrals_citizenaccess set until_on = greatest(p_until, from_on)
  where about = p_about and organisation_id = p_organisation and ground = p_ground
    and (until_on is null or until_on > greatest(p_until, from_on));
end $$;

-- At entry: is somebody known outside one's own scope? Yes or no, and yes only when two of the CPR
-- number, the telephone number, the name and the birth date belong to one citizen.
create function citizen_known_elsewhere(
  p_fingerprint bytea, p_phone text, p_name text, p_born date)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  with candidate as (
    select n.citizen_id as id from referrals_civilnumber n where n.fingerprint = p_fingerprint
    union
    select p.citizen_id from referrals_phone p where p.number = p_phone
    union
    select c.id from referrals_citizen c
    where c.birth_date = p_born and c.sort_key = da_sort_key(p_name)
  )
  select app_role() in ('counsellor', 'coordinator') and exists (
    select from candidate x join referrals_citizen c on c.id = x.id
    where (case when exists (select from referrals_civilnumber n
                where n.citizen_id = c.id and n.fingerprint = p_fingerprint) then 1 else 0 end
         + case when exists (select from referrals_phone p
                where p.citizen_id = c.id and p.number = p_phone) then 1 else 0 end
         + case when p_name <> '' and c.sort_key = da_sort_key(p_name) then 1 else 0 end
         + case when c.birth_date = p_born then 1 else 0 end) >= 2
      and exists (select from referrals_citizenaccess a where a.citizen_id = c.id
        and a.organisation_id <> app_organisation()
        and (a.until_on is null or a.until_on >= app_today()))
      and not exists (select from referrals_citizenaccess a where a.citizen_id = c.id
        and a.organisation_id = app_organisation() and a.from_on <= app_today()
        and (a.until_on is null or a.until_on >= app_today())))
$$;
revoke execute on function citizen_known_elsewhere(bytea, text, text, date) from public;
do $$ begin
  execute format('grant execute on function citizen_known_elsewhere(bytea, text, text, date)'
    ' to %I', app_role_named('app'));
end $$;
"""

# A made-up past is no change that anybody made: the change log is off meanwhile.
BACKFILL = """
alter table referrals_referral disable trigger user;
update referrals_referral set next_at = null where state <> 'received';
update referrals_referral set next_step = case when attempts = 0 then 'call' else 'retry' end
  where state = 'received';
alter table referrals_referral enable trigger user;
"""
BACK = """
alter table referrals_referral disable trigger user;
update referrals_referral set next_at = state_since, next_step = '' where next_at is null;
alter table referrals_referral enable trigger user;
"""
OF_REFERRAL = "(select citizen_id from referrals_referral x where x.id = r.{column})"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_people_and_calls")]

    operations = [
        migrations.RunSQL(
            ACCESS_POLICY.format(own=OWN, who=CALLS), ACCESS_POLICY.format(own=OWN, who=CASEWORK)
        ),
        *[
            wall(f"referrals_{table}", HANDLES.format(referral=f"referrals_{table}.{column}"))
            for table, column in [
                ("reservation", "referral_id"),
                ("interview", "referral_id"),
                ("use", "interview_id"),
                ("informed", "referral_id"),
            ]
        ],
        # The giver goes on seeing that she gave it, and Stoplinien what it was given.
        wall(
            "referrals_handover",
            f"""{HANDLES.format(referral="referrals_handover.referral_id")}
              or (giver_id = (select app_organisation()) and {CASEWORK})
              or (receiver_id = (select app_organisation()) and (select app_role()) = 'caller')""",
            writable=f"""{HANDLES.format(referral="referrals_handover.referral_id")}
              or (receiver_id = (select app_organisation()) and (select app_role()) = 'caller')""",
        ),
        wall(
            "referrals_merge",
            f"{SEES.format(citizen='referrals_merge.kept_id')}"
            f" and {SEES.format(citizen='referrals_merge.merged_id')}",
        ),
        migrations.RunSQL(DOORS, "drop function citizen_known_elsewhere(bytea, text, text, date)"),
        track("referrals_interview", OF_REFERRAL.format(column="referral_id"), key="referral_id"),
        track("referrals_use", OF_REFERRAL.format(column="interview_id")),
        track("referrals_informed", OF_REFERRAL.format(column="referral_id")),
        track("referrals_handover", "r.citizen_id"),
        track("referrals_merge", "r.kept_id"),
        track("referrals_cover", "null"),
        migrations.RunSQL(BACKFILL, BACK),
    ]
