"""Courses are read by all and written by their host; who takes part is seen by those concerned."""

from django.db import migrations

from roegfri.audit.track import track
from roegfri.walls import fence, wall

HOSTS = "(select app_role()) in ('counsellor', 'coordinator', 'hosting')"
OWN = "organisation_id = (select app_organisation())"
OF_COURSE = """({hosts} and (
  select true from courses_course c
  where c.id = {course} and c.host_id = (select app_organisation()) limit 1))"""
LIVE = """a.organisation_id = (select app_organisation())
    and a.from_on <= (select app_today())
    and (a.until_on is null or a.until_on >= (select app_today()))"""
# The actor is stated as "person:<id>".
ONESELF = "user_id::text = substring((select current_setting('app.actor', true)) from 8)"

# Who handles the case, who holds the course, and where she lives. A scalar with a limit, not
# `exists`: the planner would hash all rows of a large organisation.
CONCERNS = f"""(
  select true from referrals_citizenaccess a
  where a.citizen_id = courses_enrolment.citizen_id and {LIVE}
    and ((a.ground = 'handling' and a.about = courses_enrolment.referral_id)
      or (a.ground in ('host', 'home') and a.about = courses_enrolment.id)) limit 1)"""  # noqa: S608
# Where she lives only looks on. Who holds one course of hers may move her on to another.
MAY_ENROL = f"""(
  select true from referrals_citizenaccess a
  where a.citizen_id = courses_enrolment.citizen_id and {LIVE}
    and ((a.ground = 'handling' and a.about = courses_enrolment.referral_id)
      or a.ground = 'host') limit 1)"""  # noqa: S608
WORKS = f"""(
  select true from referrals_citizenaccess a
  where a.citizen_id = courses_enrolment.citizen_id and {LIVE}
    and ((a.ground = 'handling' and a.about = courses_enrolment.referral_id)
      or (a.ground = 'host' and a.about = courses_enrolment.id)) limit 1)"""  # noqa: S608
# Who may enrol her somewhere may not for that change an enrolment that she only looks on.
WORKED_WITH = f"""
do $$ begin
  execute format($policy$create policy courses_enrolment_worked on courses_enrolment
    as restrictive for update to %I using ((select app_system()) or {WORKS})$policy$,
    app_role_named('app'));
end $$;
"""
OF_ENROLMENT = """(
  select true from courses_enrolment e where e.id = {enrolment} limit 1)"""
WORKS_WITH = """(
  select true from courses_enrolment e
  join referrals_citizenaccess a on a.citizen_id = e.citizen_id
  where e.id = {enrolment} and {live}
    and ((a.ground = 'handling' and a.about = e.referral_id)
      or (a.ground = 'host' and a.about = e.id)) limit 1)"""

# The third door: enrolling gives the host, and the municipality she lives in, sight of the
# enrolment. Whoever handles her case or holds another course of hers may open it, before the row is
# written. It answers where she lives, which a host does not read by itself.
DOORS = f"""
create function enrolment_open(p_enrolment uuid, p_citizen uuid, p_course uuid, p_on date)
returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare v_home uuid;
begin
  if not app_system() and (app_role() not in ('counsellor', 'coordinator')
    or exists (select from courses_enrolment where id = p_enrolment)
    or not exists (
      select from referrals_citizenaccess a
      where a.citizen_id = p_citizen and a.organisation_id = app_organisation()
        and a.ground in ('handling', 'host') and a.from_on <= app_today()
        and (a.until_on is null or a.until_on >= app_today()))) then
    raise insufficient_privilege using message = 'this citizen is not yours to enrol';
  end if;
  select r.municipality_id into v_home from referrals_residence r
  where r.citizen_id = p_citizen and r.from_on <= p_on order by r.from_on desc limit 1;
  insert into referrals_citizenaccess (id, citizen_id, organisation_id, ground, about, from_on)
  select gen_random_uuid(), p_citizen, c.host_id, 'host', p_enrolment, app_today()
  from courses_course c where c.id = p_course
  union all
  select gen_random_uuid(), p_citizen, v_home, 'home', p_enrolment, app_today()
  where v_home is not null
  on conflict on constraint access_once do nothing;
  return v_home;
end $$;

-- Where she lives counts as it is on the day of the first meeting she attended.
create function enrolment_freeze_home(p_enrolment uuid, p_on date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare v_citizen uuid; v_home uuid;
begin
  select e.citizen_id into v_citizen from courses_enrolment e
  where e.id = p_enrolment and (app_system() or {WORKS_WITH.format(enrolment="p_enrolment", live=LIVE)})
  for update;
  if v_citizen is null then
    raise insufficient_privilege using message = 'this enrolment is not yours to change';
  end if;
  select r.municipality_id into v_home from referrals_residence r
  where r.citizen_id = v_citizen and r.from_on <= p_on order by r.from_on desc limit 1;
  update courses_enrolment set home_id = v_home, home_frozen_on = p_on
  where id = p_enrolment and (home_frozen_on is null or home_frozen_on > p_on);
  if found and v_home is not null then
    insert into referrals_citizenaccess (id, citizen_id, organisation_id, ground, about, from_on)
    values (gen_random_uuid(), v_citizen, v_home, 'home', p_enrolment, app_today())
    on conflict on constraint access_once do nothing;
  end if;
end $$;

-- Until when the host sees the participants of a course; null opens it again.
create function course_access_until(p_course uuid, p_until date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not app_system() and not (app_role() in ('counsellor', 'coordinator', 'hosting')
    and exists (select from courses_course where id = p_course and host_id = app_organisation())) then
    raise insufficient_privilege using message = 'this course is not yours';
  end if;
  -- greatest() passes over a null.
  update referrals_citizenaccess a
  set until_on = case when p_until is null then null else greatest(p_until, a.from_on) end
  from courses_enrolment e
  where e.course_id = p_course and a.about = e.id and a.ground = 'host';
end $$;

-- Which place in the waiting list; 0 when she is not in it.
create function enrolment_rank(p_enrolment uuid)
returns integer language sql stable security definer set search_path = public, pg_temp as $$
  select case when app_role() in ('counsellor', 'coordinator', 'hosting') or app_system() then (
    select count(*)::int from courses_enrolment e
    join courses_enrolment o on o.course_id = e.course_id and o.state = 'waiting'
      and (o.waiting_since, o.id) <= (e.waiting_since, e.id)
    where e.id = p_enrolment and e.state = 'waiting') else 0 end
$$;

-- Which municipality handles her case: whoever works with the enrolment may know whom to tell.
create function enrolment_handler(p_enrolment uuid)
returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select r.handler_id from courses_enrolment e join referrals_referral r on r.id = e.referral_id
  where e.id = p_enrolment and (app_system()
    or (app_role() in ('counsellor', 'coordinator', 'hosting')
      and {WORKS_WITH.format(enrolment="p_enrolment", live=LIVE)}))
$$;

-- Two rows of a citizen are one, or are two again: who holds a course that the merged row is on sees
-- the row that counts as well, or no more.
create function enrolment_follow_merge(p_citizen uuid)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare v_kept uuid;
begin
  if not app_system() and (app_role() not in ('counsellor', 'coordinator') or not exists (
      select from referrals_citizenaccess a
      where a.citizen_id = p_citizen and a.organisation_id = app_organisation()
        and a.ground = 'handling' and a.from_on <= app_today() and a.until_on is null)) then
    raise insufficient_privilege using message = 'this citizen is not yours to merge';
  end if;
  select merged_into_id into v_kept from referrals_citizen where id = p_citizen;
  update referrals_citizenaccess a set until_on = greatest(app_today() - 1, a.from_on)
  from courses_enrolment e
  where e.citizen_id = p_citizen and a.about = e.id and a.ground = 'host'
    and a.citizen_id <> p_citizen and a.citizen_id is distinct from v_kept
    and (a.until_on is null or a.until_on >= app_today());
  insert into referrals_citizenaccess
    (id, citizen_id, organisation_id, ground, about, from_on, until_on)
  select gen_random_uuid(), v_kept, a.organisation_id, 'host', a.about, app_today(), a.until_on
  from courses_enrolment e
  join referrals_citizenaccess a
    on a.about = e.id and a.citizen_id = e.citizen_id and a.ground = 'host'
  where v_kept is not null and e.citizen_id = p_citizen
    and (a.until_on is null or a.until_on >= app_today())
  on conflict on constraint access_once do update set until_on = excluded.until_on;
end $$;

-- Who comes from where: counts alone, for those who may see the whole agreement. Enrolled in the
-- period, come to their first meeting in the period, and waiting now; the days are Danish.
create function course_comers(p_agreement uuid, p_from timestamptz, p_until timestamptz)
returns table (host uuid, home uuid, kind text, enrolled bigint, waiting bigint, came bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  with counted as (
    select c.host_id, e.home_id, c.kind::text as kind,
      count(*) filter (where e.enrolled_at >= p_from and e.enrolled_at < p_until) as enrolled,
      count(*) filter (where e.state = 'waiting') as waiting,
      count(*) filter (where e.home_frozen_on >= (p_from at time zone 'Europe/Copenhagen')::date
        and e.home_frozen_on < (p_until at time zone 'Europe/Copenhagen')::date) as came
    from courses_course c join courses_enrolment e on e.course_id = c.id
    where c.agreement_id = p_agreement
      and (app_system()
        or (app_role() = 'project_leader' and app_organisation() = p_agreement)
        or (app_role() = 'coordinator' and exists (
          select from organisations_membership m
          where m.agreement_id = p_agreement and m.municipality_id = app_organisation()
            and m.from_on <= app_today() and (m.until_on is null or m.until_on >= app_today()))))
    group by 1, 2, 3
  )
  select host_id, home_id, kind, enrolled, waiting, came from counted
  where enrolled + waiting + came > 0
$$;
revoke execute on function enrolment_open(uuid, uuid, uuid, date) from public;
revoke execute on function enrolment_freeze_home(uuid, date) from public;
revoke execute on function course_access_until(uuid, date) from public;
revoke execute on function enrolment_rank(uuid) from public;
revoke execute on function enrolment_handler(uuid) from public;
revoke execute on function enrolment_follow_merge(uuid) from public;
revoke execute on function course_comers(uuid, timestamptz, timestamptz) from public;
do $$ begin
  execute format('grant execute on function enrolment_open(uuid, uuid, uuid, date),'
    ' enrolment_freeze_home(uuid, date), course_access_until(uuid, date), enrolment_rank(uuid),'
    ' enrolment_handler(uuid), enrolment_follow_merge(uuid),'
    ' course_comers(uuid, timestamptz, timestamptz) to %I', app_role_named('app'));
end $$;
"""
DROP_DOORS = """
drop function enrolment_open(uuid, uuid, uuid, date);
drop function enrolment_freeze_home(uuid, date);
drop function course_access_until(uuid, date);
drop function enrolment_rank(uuid);
drop function enrolment_handler(uuid);
drop function enrolment_follow_merge(uuid);
drop function course_comers(uuid, timestamptz, timestamptz);
"""

# What happened stays: one is withdrawn, a meeting cancelled, a mark changed.
STAYS = """
create policy {table}_stays on {table} as restrictive for delete to public
  using ((select app_system()));
"""
GOES = "drop policy {table}_stays on {table};"
STAYING = ("courses_enrolment", "courses_attendance", "courses_marking", "courses_task")
PERSON = "(select e.citizen_id from courses_enrolment e where e.id = r.enrolment_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_initial"),
        ("referrals", "0018_hosting"),
        ("audit", "0003_track_one_row"),
    ]

    operations = [
        fence("courses_course", f"{HOSTS} and host_id = (select app_organisation())"),
        fence("courses_venue", f"{HOSTS} and municipality_id = (select app_organisation())"),
        fence(
            "courses_room",
            f"""{HOSTS} and (select true from courses_venue v where v.id = courses_room.venue_id
              and v.municipality_id = (select app_organisation()) limit 1)""",
        ),
        fence("courses_meeting", OF_COURSE.format(hosts=HOSTS, course="courses_meeting.course_id")),
        fence(
            "courses_staffing",
            OF_COURSE.format(
                hosts=HOSTS,
                course="(select m.course_id from courses_meeting m"
                " where m.id = courses_staffing.meeting_id)",
            ),
        ),
        fence("courses_flagged", OF_COURSE.format(hosts=HOSTS, course="courses_flagged.course_id")),
        fence("courses_qualification", "(select app_role()) = 'coordinator'"),
        wall(
            "courses_feed",
            f"{ONESELF} or {OF_COURSE.format(hosts=HOSTS, course='courses_feed.course_id')}",
        ),
        wall("courses_enrolment", CONCERNS, writable=MAY_ENROL),
        migrations.RunSQL(
            WORKED_WITH, "drop policy courses_enrolment_worked on courses_enrolment;"
        ),
        *[
            wall(
                f"courses_{table}",
                OF_ENROLMENT.format(enrolment=f"courses_{table}.enrolment_id"),
                writable=WORKS_WITH.format(enrolment=f"courses_{table}.enrolment_id", live=LIVE),
            )
            for table in ("appointment", "attendance", "marking", "tick")
        ],
        wall("courses_task", f"{OWN} and {HOSTS}"),
        migrations.RunSQL(DOORS, DROP_DOORS),
        *[
            migrations.RunSQL(STAYS.format(table=table), GOES.format(table=table))
            for table in STAYING
        ],
        *[
            track(f"courses_{table}", "null")
            for table in ("course", "venue", "room", "meeting", "staffing", "flagged")
        ],
        track("courses_qualification", "null"),
        track("courses_enrolment", "r.citizen_id"),
        track("courses_appointment", PERSON, key="meeting_id"),
        track("courses_attendance", PERSON),
        track("courses_tick", PERSON),
        track("courses_task", "r.citizen_id"),
    ]
