"""How often a thing may be tried: counted in PostgreSQL, one row for each key.

The row is locked while it is counted, so that a hundred simultaneous tries are a hundred tries. A
count survives only if the transaction around it commits: whoever counts guesses does so outside one
(sign-in views are not atomic), or returns its refusal instead of raising it.
"""

import datetime as dt
import math

from django.db import connection

_TAKE = """
insert into accounts_ratecount as r (key, hits, admitted, forget_at)
values (%(key)s, array[%(at)s::timestamptz], true, %(forget_at)s)
on conflict (key) do update set
  admitted = (select count(*) from unnest(r.hits) h where h > %(since)s) < %(limit)s,
  hits = array(
    select h from unnest(r.hits) h where h > %(since)s
    union all
    select %(at)s where (select count(*) from unnest(r.hits) h where h > %(since)s) < %(limit)s
  ),
  forget_at = excluded.forget_at
returning admitted
"""
_GIVE_BACK = """
update accounts_ratecount
set hits = hits[:array_position(hits, %(at)s) - 1] || hits[array_position(hits, %(at)s) + 1:]
where key = %(key)s and %(at)s = any(hits)
"""
_OLDEST = """
select min(hit) from accounts_ratecount, unnest(hits) as hit where key = %(key)s and hit > %(since)s
"""


def take(key: str, *, limit: int, window: dt.timedelta, at: dt.datetime) -> bool:
    """Whether this try is among the `limit` (1 or more) that any `window` of time allows.

    The window slides: no stretch of that length ever holds more. A refused try is not counted.
    """
    values: dict[str, str | int | dt.datetime] = {
        "key": key,
        "at": at,
        "since": at - window,
        "limit": limit,
        "forget_at": at + window,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        (admitted,) = cursor.fetchone()
    return bool(admitted)


def wait(key: str, *, window: dt.timedelta, at: dt.datetime) -> int:
    """The whole seconds after which a key that was refused `at` that instant may be tried again."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, {"key": key, "since": at - window})
        (oldest,) = cursor.fetchone()
    left = (oldest or at) + window - at
    return max(1, math.ceil(left.total_seconds()))


def give_back(key: str, *, at: dt.datetime) -> None:
    """Uncounts the try taken `at` that instant: it was no guess after all."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"key": key, "at": at})


def forget(*, at: dt.datetime) -> int:
    """Removes the counts whose window has passed; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("delete from accounts_ratecount where forget_at < %s", [at])
        return int(cursor.rowcount)
