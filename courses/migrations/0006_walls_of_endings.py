"""Forms, outcomes and letters stand behind walls of their own; a citizen's link is a narrow door."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import wall

CASEWORK = "(select app_role()) in ('counsellor', 'coordinator')"
LIVE = """a.organisation_id = (select app_organisation())
    and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today()))"""
# Who handles her case and who holds the course; where she lives pays, and does not read her health.
WORKS_WITH = f"""(
  select true from courses_enrolment e
  join referrals_citizenaccess a on a.citizen_id = e.citizen_id
  where e.id = {{enrolment}} and {LIVE}
    and ((a.ground = 'handling' and a.about = e.referral_id)
      or (a.ground = 'host' and a.about = e.id)) limit 1)"""  # noqa: S608
HANDLES = f"""(
  select true from referrals_citizenaccess a
  where a.about = {{referral}} and a.ground = 'handling' and {LIVE} limit 1)"""  # noqa: S608
# The letter bears her CPR number and her doctor: the municipality that sends it, while a receipt is
# noted as well, and whoever has the case by now. Only whoever has the case writes a new one.
LETTER_READ = f"""(organisation_id = (select app_organisation())
  and (select app_role()) in ('counsellor', 'coordinator', 'hosting'))
  or ({CASEWORK} and {HANDLES.format(referral="courses_dischargeletter.referral_id")})"""
LETTER_WRITE = """organisation_id = (select app_organisation())
  and (select app_role()) in ('counsellor', 'coordinator', 'hosting')"""
LETTER_MADE = f"""
create policy courses_dischargeletter_made on courses_dischargeletter as restrictive for insert
  to public with check ((select app_system())
    or {HANDLES.format(referral="courses_dischargeletter.referral_id")});
create policy courses_dischargeletter_stays on courses_dischargeletter as restrictive for delete
  to public using ((select app_system()));
"""
LETTER_UNMADE = """
drop policy courses_dischargeletter_stays on courses_dischargeletter;
drop policy courses_dischargeletter_made on courses_dischargeletter;
"""
# Written while it is received, and read by whoever handles it.
WISHED = f"""({CASEWORK} or (select app_role()) = 'intake')
  and {HANDLES.format(referral="courses_wish.referral_id")}"""

DOORS = f"""
-- Her CPR number, sealed, for whoever types her course into STOPbasen: while she agrees to that, and
-- only by whoever works with the enrolment. The newest of all rows that are her.
create function enrolment_civil_number(p_enrolment uuid)
returns table (id uuid, kind text, sealed_value bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  with her as (
    select c.id from courses_enrolment e
    join referrals_citizen own on own.id = e.citizen_id
    join referrals_citizen c on coalesce(c.merged_into_id, c.id)
      = coalesce(own.merged_into_id, own.id)
    where e.id = p_enrolment and (app_system() or (app_role() in ('counsellor', 'coordinator')
      and {WORKS_WITH.format(enrolment="p_enrolment")}))
  )
  select n.id, n.kind::text, n.sealed_value from referrals_civilnumber n
  where n.citizen_id in (select her.id from her) and exists (
    select from referrals_consent s where s.citizen_id in (select her.id from her)
      and s.kind = 'stopbase' and s.withdrawn_at is null)
  order by n.since desc limit 1
$$;

-- What a link is for, to whoever has it. Nothing that anybody answered.
create function form_link_seen(p_digest bytea, p_at timestamptz)
returns table (state text, form text, edition date, asks_consent boolean, sent text[],
  host uuid, host_name text, enrolment uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select case when l.used_at is not null then 'used'
      when l.ended_at is not null then 'ended'
      when l.expires_at <= p_at then 'expired' else 'open' end,
    l.form::text, l.edition, l.asks_consent,
    array(select jsonb_object_keys(l.parts)), o.id, o.name::text, l.enrolment_id
  from courses_formlink l join courses_enrolment e on e.id = l.enrolment_id
  join courses_course c on c.id = e.course_id join organisations_organisation o on o.id = c.host_id
  where l.digest = p_digest
$$;

-- One part of the form; sent again it counts as it was sent last. True while the link is open.
create function form_link_save(p_digest bytea, p_part text, p_answers jsonb, p_at timestamptz)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update courses_formlink set parts = parts || jsonb_build_object(p_part, p_answers)
  where digest = p_digest and used_at is null and ended_at is null and expires_at > p_at;
  return found;
end $$;

-- All she sent becomes her form, and the link is used up. What a counsellor had written otherwise is
-- kept beside it. True once; whoever comes again is told that it has been sent.
create function form_link_finish(
  p_digest bytea, p_complete boolean, p_agrees boolean, p_text_version text, p_at timestamptz)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare v_link courses_formlink; v_answers jsonb; v_citizen uuid;
begin
  update courses_formlink set used_at = p_at
  where digest = p_digest and used_at is null and ended_at is null and expires_at > p_at
  returning * into v_link;
  if v_link.id is null then
    return false;
  end if;
  select coalesce(jsonb_object_agg(a.key, a.value), '{{}}') into v_answers
  from jsonb_each(v_link.parts) p, jsonb_each(p.value) a;
  -- Nobody but this function may read what she sent, so each part says itself what it lacks.
  p_complete := p_complete and not (v_answers ? 'lacking');
  v_answers := v_answers - 'lacking';
  insert into courses_baseline as b (enrolment_id, form, edition, answers, replaced, at, version)
  values (v_link.enrolment_id, v_link.form, v_link.edition, v_answers, '{{}}', p_at, 1)
  on conflict (enrolment_id) do update set
    form = excluded.form, edition = excluded.edition, at = excluded.at, filled_by_id = null,
    answers = b.answers || excluded.answers, version = b.version + 1,
    replaced = b.replaced || coalesce((
      select jsonb_object_agg(o.key, o.value) from jsonb_each(b.answers) o
      where excluded.answers ? o.key and excluded.answers -> o.key <> o.value), '{{}}');
  if p_complete then
    insert into courses_tick (id, enrolment_id, item, meeting_id, at, by_id, note)
    values (gen_random_uuid(), v_link.enrolment_id, 'form', null, p_at, v_link.made_by_id, '')
    on conflict do nothing;
  end if;
  if p_agrees and v_link.asks_consent then
    select coalesce(c.merged_into_id, c.id) into v_citizen from courses_enrolment e
    join referrals_citizen c on c.id = e.citizen_id where e.id = v_link.enrolment_id;
    insert into referrals_consent (id, citizen_id, kind, form, text_version, given_at, taken_by_id)
    values (gen_random_uuid(), v_citizen, 'stopbase', 'written', p_text_version, p_at,
      v_link.made_by_id)
    on conflict do nothing;
  end if;
  return true;
end $$;
revoke execute on function enrolment_civil_number(uuid) from public;
revoke execute on function form_link_seen(bytea, timestamptz) from public;
revoke execute on function form_link_save(bytea, text, jsonb, timestamptz) from public;
revoke execute on function form_link_finish(bytea, boolean, boolean, text, timestamptz) from public;
do $$ begin
  execute format('grant execute on function enrolment_civil_number(uuid),'
    ' form_link_seen(bytea, timestamptz), form_link_save(bytea, text, jsonb, timestamptz),'
    ' form_link_finish(bytea, boolean, boolean, text, timestamptz) to %I', app_role_named('app'));
end $$;
"""
DROP_DOORS = """
drop function enrolment_civil_number(uuid);
drop function form_link_seen(bytea, timestamptz);
drop function form_link_save(bytea, text, jsonb, timestamptz);
drop function form_link_finish(bytea, boolean, boolean, text, timestamptz);
"""
# A course for one workplace is no offer to everybody.
UNLIST = "update courses_course set listed = false where target = 'workplace' and listed"
# What happened stays.
STAYS = """
create policy {table}_stays on {table} as restrictive for delete to public
  using ((select app_system()));
"""
GOES = "drop policy {table}_stays on {table};"
PERSON = "(select e.citizen_id from courses_enrolment e where e.id = r.enrolment_id)"


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_endings_checked")]

    operations = [
        *[
            wall(
                f"courses_{table}",
                WORKS_WITH.format(enrolment=f"courses_{table}.enrolment_id"),
            )
            for table in ("baseline", "formlink", "ending", "transferred")
        ],
        wall("courses_dischargeletter", LETTER_READ, writable=LETTER_WRITE),
        migrations.RunSQL(LETTER_MADE, LETTER_UNMADE),
        wall("courses_wish", WISHED),
        migrations.RunSQL(DOORS, DROP_DOORS),
        *[
            migrations.RunSQL(
                STAYS.format(table=f"courses_{table}"), GOES.format(table=f"courses_{table}")
            )
            for table in ("baseline", "formlink", "ending")
        ],
        migrations.RunSQL(UNLIST, migrations.RunSQL.noop),
        track("courses_baseline", PERSON, key="enrolment_id"),
        track("courses_formlink", PERSON),
        track("courses_ending", PERSON, key="enrolment_id"),
        track("courses_transferred", PERSON, key="enrolment_id"),
        track("courses_dischargeletter", PERSON),
        track(
            "courses_wish",
            "(select x.citizen_id from referrals_referral x where x.id = r.referral_id)",
            key="referral_id",
        ),
    ]
