"""The walls around citizens, and the two doors through which access is given and taken."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import wall

# Only those who work with cases see anybody; the other roles of a municipality see numbers.
OWN = """organisation_id = (select app_organisation())
  and (select app_role()) in ('counsellor', 'coordinator')"""
# An organisation sees a citizen while it has a live row of access.
SEES_CITIZEN = """(
  select true from referrals_citizenaccess a
  where a.citizen_id = {citizen} and a.organisation_id = (select app_organisation())
    and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today())){grounds} limit 1)"""
CLOSE = " and a.ground in ('handling', 'home')"
# A scalar with a limit, not `exists`: the planner would hash all rows of a large organisation.
# A referral, its text and its calls are for whoever handles that very referral.
HANDLES = """(
  select true from referrals_citizenaccess a
  where a.about = {referral} and a.organisation_id = (select app_organisation())
    and a.ground = 'handling' and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today())) limit 1)"""


def sees(citizen: str, grounds: str = "") -> str:
    return SEES_CITIZEN.format(citizen=citizen, grounds=grounds)


# Access is never written by hand: the app role has no policy to. These two run as the owner, and
# give only what the caller may give: to its own organisation for a citizen and a referral nobody
# knows yet, or to anybody for a citizen whose case it handles. A referral that exists is given on
# by whoever handles that very referral. The system may do all of it.
DOORS = """
create function citizen_access_open(
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
        and a.ground = 'handling' and a.from_on <= app_today()
        and (a.until_on is null or a.until_on >= app_today())
        and (p_about = a.about
          or not exists (select from referrals_referral where id = p_about)))
  )) then
    raise insufficient_privilege using message = 'access to this citizen is not yours to give';
  end if;
  insert into referrals_citizenaccess
    (id, citizen_id, organisation_id, ground, about, from_on)
  values (gen_random_uuid(), p_citizen, p_organisation, p_ground, p_about, p_from)
  on conflict on constraint access_once do nothing;
end $$;

create function citizen_access_end(p_about uuid, p_organisation uuid, p_ground text, p_until date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_system() and (app_role() not in ('counsellor', 'coordinator') or (
    p_organisation is distinct from app_organisation() and not exists (
      select from referrals_citizenaccess a
      where a.about = p_about and a.organisation_id = app_organisation()
        and a.ground = 'handling' and a.from_on <= app_today()
        and (a.until_on is null or a.until_on >= app_today()))
  )) then
    raise insufficient_privilege using message = 'access to this citizen is not yours to end';
  end if;
  update referrals_citizenaccess set until_on = p_until
  where about = p_about and organisation_id = p_organisation and ground = p_ground
    and (until_on is null or until_on > p_until);
end $$;

-- The security officer asks by number whose log it is, and gets an id, never a row.
create function citizen_known_here(p_fingerprint bytea, p_referral uuid)
returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select a.citizen_id from referrals_citizenaccess a
  where a.organisation_id = app_organisation()
    and app_role() in ('security', 'counsellor', 'coordinator')
    and (a.about = p_referral or a.citizen_id in (
      select n.citizen_id from referrals_civilnumber n where n.fingerprint = p_fingerprint))
  order by a.from_on limit 1
$$;
revoke execute on function citizen_known_here(bytea, uuid) from public;
revoke execute on function citizen_access_open(uuid, uuid, text, uuid, date) from public;
revoke execute on function citizen_access_end(uuid, uuid, text, date) from public;
do $$ begin
  execute format('create policy referrals_citizenaccess_kept on referrals_citizenaccess'
    ' as restrictive for delete to %I using ((select app_system()))', app_role_named('app'));
  execute format('grant execute on function citizen_access_open(uuid, uuid, text, uuid, date),'
    ' citizen_access_end(uuid, uuid, text, date), citizen_known_here(bytea, uuid) to %I',
    app_role_named('app'));
end $$;
"""
DROP_DOORS = """
drop policy referrals_citizenaccess_kept on referrals_citizenaccess;
drop function citizen_access_open(uuid, uuid, text, uuid, date);
drop function citizen_access_end(uuid, uuid, text, date);
drop function citizen_known_here(bytea, uuid);
"""
PERSON_OF_REFERRAL = "(select citizen_id from referrals_referral x where x.id = r.referral_id)"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        wall("referrals_citizenaccess", OWN, writable="false"),
        wall("referrals_citizen", sees("referrals_citizen.id")),
        wall("referrals_civilnumber", sees("referrals_civilnumber.citizen_id", CLOSE)),
        wall("referrals_phone", sees("referrals_phone.citizen_id")),
        wall("referrals_residence", sees("referrals_residence.citizen_id", CLOSE)),
        wall("referrals_consent", sees("referrals_consent.citizen_id", CLOSE)),
        wall("referrals_referral", HANDLES.format(referral="referrals_referral.id")),
        wall(
            "referrals_contactattempt",
            HANDLES.format(referral="referrals_contactattempt.referral_id"),
        ),
        wall("referrals_incomingmessage", OWN),
        migrations.RunSQL(DOORS, DROP_DOORS),
        track("referrals_citizen", "r.id"),
        track("referrals_civilnumber", "r.citizen_id"),
        track("referrals_phone", "r.citizen_id"),
        track("referrals_residence", "r.citizen_id"),
        track("referrals_citizenaccess", "r.citizen_id"),
        track("referrals_consent", "r.citizen_id"),
        track("referrals_referral", "r.citizen_id"),
        track("referrals_contactattempt", PERSON_OF_REFERRAL),
        track("referrals_incomingmessage", "null"),
    ]
