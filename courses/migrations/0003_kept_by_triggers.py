"""Seats, dates and times that the database keeps, for whoever may not see what they are made of."""

from django.db import migrations

FORWARD = """
-- A seat is taken by whoever is enrolled. The course's own check refuses one too many.
create function enrolment_counted() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  v_seats integer := (new.state = 'enrolled')::int;
  v_waiting integer := (new.state = 'waiting')::int;
begin
  if tg_op = 'UPDATE' then
    v_seats := v_seats - (old.state = 'enrolled')::int;
    v_waiting := v_waiting - (old.state = 'waiting')::int;
  end if;
  if v_seats <> 0 or v_waiting <> 0 then
    update courses_course
    set seats_taken = seats_taken + v_seats, waiting = waiting + v_waiting where id = new.course_id;
  end if;
  return null;
end $$;
create trigger enrolment_counted after insert or update of state on courses_enrolment
  for each row execute function enrolment_counted();

-- A participant stays on her course: she moves by a new enrolment.
create function enrolment_keeps() returns trigger language plpgsql as $$
begin
  raise check_violation using message = 'an enrolment keeps its course and its citizen';
end $$;
create trigger enrolment_keeps before update of course_id, citizen_id, referral_id
  on courses_enrolment for each row
  when (old.course_id is distinct from new.course_id or old.citizen_id is distinct from new.citizen_id
    or old.referral_id is distinct from new.referral_id)
  execute function enrolment_keeps();

-- When a course begins and ends, by its meetings.
create function meeting_dates() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare v_course uuid := coalesce(new.course_id, old.course_id);
begin
  update courses_course c set first_at = m.first_at, last_at = m.last_at, meetings = m.meetings
  from (select min(starts_at) as first_at, max(starts_at) as last_at, count(*) as meetings
    from courses_meeting
    where course_id = v_course and state <> 'cancelled' and not appointment) m
  where c.id = v_course and (c.first_at, c.last_at, c.meetings)
    is distinct from (m.first_at, m.last_at, m.meetings::smallint);
  return null;
end $$;
create trigger meeting_dates after insert or delete or update of starts_at, state
  on courses_meeting for each row execute function meeting_dates();

-- Whoever is at a meeting is there when the meeting is.
create function staffing_times() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  select m.starts_at, m.ends_at, m.state <> 'cancelled'
    into new.starts_at, new.ends_at, new.live
  from courses_meeting m where m.id = new.meeting_id for key share;
  return new;
end $$;
create trigger staffing_times before insert or update of meeting_id on courses_staffing
  for each row execute function staffing_times();

create function meeting_staff() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update courses_staffing
  set starts_at = new.starts_at, ends_at = new.ends_at, live = (new.state <> 'cancelled')
  where meeting_id = new.id;
  return null;
end $$;
create trigger meeting_staff after update of starts_at, ends_at, state on courses_meeting
  for each row when (old.starts_at is distinct from new.starts_at
    or old.ends_at is distinct from new.ends_at or old.state is distinct from new.state)
  execute function meeting_staff();

-- What is marked of a participant is marked at a meeting of her own course; an appointment is hers.
create function of_one_course() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from courses_enrolment e join courses_meeting m on m.course_id = e.course_id
    where e.id = new.enrolment_id and m.id = new.meeting_id) then
    raise check_violation using message = 'the meeting is of another course';
  end if;
  return new;
end $$;
create trigger of_one_course before insert or update of enrolment_id, meeting_id
  on courses_attendance for each row execute function of_one_course();
create trigger of_one_course before insert or update of enrolment_id, meeting_id
  on courses_appointment for each row execute function of_one_course();
revoke execute on function enrolment_counted() from public;
revoke execute on function meeting_dates() from public;
revoke execute on function staffing_times() from public;
revoke execute on function meeting_staff() from public;
revoke execute on function of_one_course() from public;
"""
BACKWARD = """
drop trigger of_one_course on courses_appointment;
drop trigger of_one_course on courses_attendance;
drop trigger meeting_staff on courses_meeting;
drop trigger staffing_times on courses_staffing;
drop trigger meeting_dates on courses_meeting;
drop trigger enrolment_keeps on courses_enrolment;
drop trigger enrolment_counted on courses_enrolment;
drop function of_one_course(); drop function meeting_staff(); drop function staffing_times();
drop function meeting_dates(); drop function enrolment_keeps(); drop function enrolment_counted();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_walls")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
