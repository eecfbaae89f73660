"""Walls around the new tables; what receives for a municipality may write there; whose referral."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import wall

CASEWORK = "(select app_role()) in ('counsellor', 'coordinator')"
# No person is ever granted this role: a door takes it while it receives for one municipality.
TAKES_IN = "(select app_role()) in ('counsellor', 'coordinator', 'intake')"
OWN = "organisation_id = (select app_organisation())"
CALLS = "((select app_role()) = 'caller' and ground = 'quitline')"

ACCESS = """
alter policy referrals_citizenaccess_scope on referrals_citizenaccess
  using ((select app_system()) or ({own} and ({who} or {calls})));
alter policy referrals_incomingmessage_scope on referrals_incomingmessage
  using ((select app_system()) or ({own} and {who}))
  with check ((select app_system()) or ({own} and {who}));
"""

# As in 0004, and for what receives as well.
OPEN = """
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
"""
WITH_INTAKE = OPEN.replace(
    "app_role() not in ('counsellor', 'coordinator')",
    "app_role() not in ('counsellor', 'coordinator', 'intake')",
)

# Whoever sent it, or her organisation's own systems. The actor is stated as "person:<id>".
FOLLOWS = """{own} and (
    (select app_role()) in ('sender', 'intake')
    or ((select app_role()) in ('referrer', 'pharmacy') and (shared
      or user_id::text = substring((select current_setting('app.actor', true)) from 8))))"""

# The sender may not read the referral: what she may know of it is copied to her.
TOLD = """
create function referral_told() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update referrals_sentreferral set contact_by = new.contact_by, state = case new.state
    when 'reached' then 'contacted' else new.state end
  where referral_id = new.id;
  return null;
end $$;
create trigger referral_told after update on referrals_referral for each row
  when (old.state is distinct from new.state or old.contact_by is distinct from new.contact_by)
  execute function referral_told();
revoke execute on function referral_told() from public;
"""
NOT_TOLD = """
drop trigger referral_told on referrals_referral;
drop function referral_told();
"""

# A case is never given to another citizen: two who are the same are merged, and can be parted.
KEPT = """
create function referral_keeps_citizen() returns trigger language plpgsql as $$
begin
  if not app_system() then
    raise insufficient_privilege using message = 'the citizen of a referral is not changed';
  end if;
  return new;
end $$;
create trigger referral_keeps_citizen before update of citizen_id on referrals_referral
  for each row when (old.citizen_id is distinct from new.citizen_id)
  execute function referral_keeps_citizen();
"""
NOT_KEPT = """
drop trigger referral_keeps_citizen on referrals_referral;
drop function referral_keeps_citizen();
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_ways_in")]

    operations = [
        migrations.RunSQL(
            ACCESS.format(own=OWN, who=TAKES_IN, calls=CALLS),
            ACCESS.format(own=OWN, who=CASEWORK, calls=CALLS),
        ),
        migrations.RunSQL(WITH_INTAKE, OPEN),
        wall("referrals_receipt", f"{OWN} and {TAKES_IN}"),
        wall("referrals_arrival", OWN),
        wall("referrals_sentreferral", FOLLOWS.format(own=OWN), writable=f"""{OWN} and
          (select app_role()) in ('referrer', 'pharmacy', 'sender', 'intake')"""),
        migrations.RunSQL(TOLD, NOT_TOLD),
        migrations.RunSQL(KEPT, NOT_KEPT),
        track("referrals_sentreferral", "r.citizen_id"),
    ]
