"""Who is calling whom right now: one person, one caller."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction

from referrals.models import Referral, Reservation
from referrals.queries.conditions import MINE
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record

# Long enough for a call and its notes; renewed as long as somebody works on the screen, and short
# enough that a forgotten screen keeps nobody from being called.
HELD_FOR = dt.timedelta(minutes=15)

# One statement: of two callers at the same instant one waits for the other, and then reads what the
# other wrote. The referral is locked before its reservation, as _NEXT does it: the other way round
# (insert, then the foreign key's own lock) the two would wait for each other. A closed case, or one
# that was given on, is held by nobody.
_HOLD = """
insert into referrals_reservation (referral_id, holder_id, until)
select r.id, %(holder)s, %(until)s from referrals_referral r
where r.id = %(referral)s and r.handler_id = %(organisation)s and r.state <> 'closed'
for key share of r
on conflict (referral_id) do update set holder_id = excluded.holder_id, until = excluded.until
where referrals_reservation.until <= %(at)s
  or referrals_reservation.holder_id = excluded.holder_id
returning referral_id
"""

# The first in the queue that is due now and that nobody holds. A row that another transaction has
# in hand is skipped; one that was taken since this statement began is refused by the insert, and
# then the statement is asked again.
_NEXT = f"""
with due as materialized (
  select r.id from referrals_referral r
  where r.handler_id = %(organisation)s and r.next_at is not null
    and (r.next_step = 'call' or r.next_at <= %(at)s)
    and r.id is distinct from %(after)s::uuid
    and (r.state = 'received' or r.caseworker_id is null or r.caseworker_id in {MINE})
    and not exists (select from referrals_reservation v
      where v.referral_id = r.id and v.until > %(at)s and v.holder_id <> %(holder)s)
  order by r.next_at, r.received_at, r.id limit 1
  for update of r skip locked
), held as (
  insert into referrals_reservation (referral_id, holder_id, until)
  select id, %(holder)s, %(until)s from due
  on conflict (referral_id) do update set holder_id = excluded.holder_id, until = excluded.until
  where referrals_reservation.until <= %(at)s
    or referrals_reservation.holder_id = excluded.holder_id
  returning referral_id
)
select (select id from due), (select referral_id from held)
"""  # noqa: S608  (our own words)


@transaction.atomic
def reserve(referral: Referral, *, by: Actor, at: dt.datetime) -> Reservation | None:
    """Holds a case for whoever opens its call screen, or goes on holding it.

    Answers with the reservation as it stands: hers, or that of the colleague who is calling. None
    for a case that nobody holds, because it is closed or has been given on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {**_values(by, at), "referral": referral.pk})
    held = Reservation.objects.filter(referral=referral, until__gt=at)
    return held.select_related("holder").first()


@transaction.atomic
def reserve_next(*, by: Actor, at: dt.datetime, after: uuid.UUID | None = None) -> uuid.UUID | None:
    """Claims the next person to call now, for `by` alone; None when nobody is due.

    In the order of the queue: first calls whatever their deadline, everything else when its time
    has come; a colleague's own conversations are left to her, or to who covers for her. `after` is
    whom one has just called, and is not called again at once.
    """
    values = {**_values(by, at), "after": after, "today": clock.danish_date(at)}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, values)
            due, held = cursor.fetchone()
        if held or not due:
            found: uuid.UUID | None = held
            return found


@transaction.atomic
def take_over(referral: Referral, *, by: Actor, at: dt.datetime) -> None:
    """Takes a case from the colleague who holds it: she has gone, or they have agreed on it."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {**_values(by, at), "referral": referral.pk})
        taken = cursor.fetchone() is None
    if taken:
        Reservation.objects.filter(
            referral=referral, referral__handler_id=by.organisation_id
        ).update(holder_id=by.person, until=at + HELD_FOR)
        record("call.taken_over", referral, by=by, at=at, persons=[referral.citizen_id])


@transaction.atomic
def release(referral: Referral, *, by: Actor, at: dt.datetime) -> None:
    """Lets go of a case, if it is hers; nothing happens otherwise."""
    Reservation.objects.filter(referral=referral, holder_id=by.person).delete()


def _values(by: Actor, at: dt.datetime) -> dict[str, Any]:
    return {
        "holder": by.person,
        "viewer": by.person,
        "organisation": by.organisation_id,
        "until": at + HELD_FOR,
        "at": at,
    }
