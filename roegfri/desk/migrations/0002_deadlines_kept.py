"""How many referrals were reached within the deadline, counted by the database for whoever first
received them.

A case that was handed on is another municipality's to see; that it came here, and whether somebody
was reached in time, is still counted here. The function runs as the owner and answers with numbers.
"""

from django.db import migrations

DEADLINES = """
create function referrals_deadlines_kept(p_from date, p_today date)
returns table (
  week date, kind text, received bigint, in_time bigint, late bigint, waiting bigint,
  missed bigint, handed_on bigint, calls bigint, at_first_call bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  with received as (
    select date_trunc('week', r.received_at at time zone 'Europe/Copenhagen')::date as week,
      case when r.source in ('website', 'own_contact', 'quitline') then 'self'
        when r.source = 'follow_up' then 'follow_up' else 'sent' end as kind,
      r.id, r.state, r.handler_id <> r.received_by_id as handed_on,
      coalesce(h.contact_by_before, r.contact_by) as contact_by,
      -- Whoever takes a case over calls anew: the first conversation is what counts here.
      case when h.at is null then r.reached_at else least(r.reached_at, (
        select min(a.at) from referrals_contactattempt a
        where a.referral_id = r.id and a.undone_at is null
          and a.outcome in ('reached', 'thinking', 'declined')
      )) end as reached_at
    from referrals_referral r
    left join lateral (
      select h.at, h.contact_by_before from referrals_handover h
      where h.referral_id = r.id and h.giver_id = r.received_by_id order by h.at limit 1
    ) h on true
    where app_role() in ('counsellor', 'coordinator') and r.received_by_id = app_organisation()
      and r.received_at >= p_from::timestamp at time zone 'Europe/Copenhagen'
      and r.close_reason <> 'mistake'
  ), judged as (
    select v.*, c.calls, case
      when (v.reached_at at time zone 'Europe/Copenhagen')::date <= v.contact_by then 'in_time'
      when v.reached_at is not null then 'late'
      when v.state <> 'closed' and v.contact_by >= p_today then 'waiting'
      else 'missed' end as verdict
    from received v
    left join lateral (
      select count(*) as calls from referrals_contactattempt a
      where a.referral_id = v.id and a.undone_at is null and not a.incoming
        and a.at <= v.reached_at
    ) c on true
  )
  select w.week::date, k.kind, count(j.id),
    count(*) filter (where j.verdict = 'in_time'), count(*) filter (where j.verdict = 'late'),
    count(*) filter (where j.verdict = 'waiting'), count(*) filter (where j.verdict = 'missed'),
    count(*) filter (where j.handed_on),
    coalesce(sum(j.calls) filter (where j.reached_at is not null), 0)::bigint,
    count(*) filter (where j.reached_at is not null and j.calls = 1)
  from generate_series(p_from::timestamp, p_today::timestamp, interval '7 days') as w(week)
  cross join (values ('sent'), ('self'), ('follow_up')) as k(kind)
  left join judged j on j.week = w.week::date and j.kind = k.kind
  group by 1, 2 order by 1, 2
$$;
revoke execute on function referrals_deadlines_kept(date, date) from public;
do $$ begin
  execute format('grant execute on function referrals_deadlines_kept(date, date) to %I',
    app_role_named('app'));
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial"), ("referrals", "0005_contract")]

    operations = [
        migrations.RunSQL(DEADLINES, "drop function referrals_deadlines_kept(date, date)")
    ]
