"""The database the benchmarks run in: the trial's world, multiplied.

The first 10,000 referrals are drawn by `demo_data`. More are copies of those under new ids, made in
SQL as the set-up role with triggers off: the numbers repeat, the rows do not.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.core.management import call_command
from psycopg import sql

from roegfri import database
from roegfri.desk.management.commands.prepare_database import migrate
from tests.conftest import drop_database

DRAWN = 10_000
URL = os.environ["DATABASE_URL"]
Connection = psycopg.Connection[tuple[Any, ...]]

# table -> the columns that get another value in a copy
NEW_ID, CITIZEN, REFERRAL = "gen_random_uuid()", "c.new", "r.new"
COPIED = {
    "citizen": {"id": CITIZEN},
    "phone": {"id": NEW_ID, "citizen_id": CITIZEN},
    "civilnumber": {"id": NEW_ID, "citizen_id": CITIZEN},
    "residence": {"id": NEW_ID, "citizen_id": CITIZEN},
    "citizenaccess": {"id": NEW_ID, "citizen_id": CITIZEN, "about": REFERRAL},
    "referral": {"id": REFERRAL, "citizen_id": CITIZEN, "once": NEW_ID, "episode": "''"},
    "contactattempt": {"id": NEW_ID, "referral_id": REFERRAL, "once": NEW_ID},
    "consent": {"id": NEW_ID, "citizen_id": CITIZEN},
}
JOINS = {
    "c.new": " join new_citizen c on c.old = t.{}",
    "r.new": " join new_referral r on r.old = t.{}",
}


def make() -> None:
    """An empty database with the tables, the reference data and the first referrals."""
    drop_database(URL)
    database.prepare(URL, os.environ["SECRET_KEY"])
    migrate(database.role_url(URL, "owner", os.environ["SECRET_KEY"]))
    call_command("load_reference", demo=True, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    call_command("demo_data", scale=DRAWN, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    with inside() as connection:
        # The peers run without walls and so would be helped by other cores: CPU time is compared.
        name = sql.Identifier(database.database_name(URL))
        connection.execute(
            sql.SQL("alter database {} set max_parallel_workers_per_gather = 0").format(name)
        )
    remember()
    settle()


@contextmanager
def inside() -> Iterator[Connection]:
    """As the set-up role, which no wall binds."""
    with psycopg.connect(URL, autocommit=True) as connection:
        yield connection


def remember() -> None:
    """What there is now is what will be copied."""
    with inside() as connection:
        connection.execute("drop schema if exists drawn cascade")
        connection.execute("create schema drawn")
        for table in COPIED:
            connection.execute(_sql(f"create table drawn.{table} as table referrals_{table}"))


def grow(scale: int) -> None:
    """Copies until there are `scale` referrals (to the nearest 10,000 drawn)."""
    with inside() as connection:
        found = connection.execute("select count(*) from referrals_referral").fetchone()
    copies = round((scale - found[0]) / DRAWN) if found else 0
    if copies > 0:
        multiply(copies)
        settle()


def multiply(copies: int) -> None:
    """Adds so many copies of what `remember` saw."""
    with inside() as connection:
        connection.execute("set session_replication_role = replica")
        for kind in ("citizen", "referral"):
            connection.execute(
                _sql(
                    f"create temporary table new_{kind} as select t.id as old, copy,"
                    f" gen_random_uuid() as new from drawn.{kind} t,"
                    f" generate_series(1, {copies}) copy"
                )
            )
            connection.execute(_sql(f"analyze new_{kind}"))
        for table, changed in COPIED.items():
            _copy(connection, table, changed)


def _copy(connection: Connection, table: str, changed: dict[str, str]) -> None:
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = 'public'"
        " and table_name = %s and is_generated = 'NEVER'",
        [f"referrals_{table}"],
    )
    columns = [name for (name,) in rows]
    values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    joined = {new: name for name, new in changed.items() if new in JOINS}
    joins = "".join(JOINS[new].format(name) for new, name in joined.items())
    same = " where c.copy = r.copy" if len(joined) > 1 else ""
    connection.execute(
        _sql(
            f"insert into referrals_{table} ({', '.join(columns)})"
            f" select {values} from drawn.{table} t{joins}{same}"
        )
    )


def drawn_case(handler: uuid.UUID | None) -> uuid.UUID:
    """A waiting case of nobody's that is no copy: a copied CPR number does not open in its row."""
    with inside() as connection:
        found = connection.execute(
            "select id from drawn.referral where handler_id = %s and state = 'received'"
            " and caseworker_id is null order by received_at, id limit 1",
            [handler],
        ).fetchone()
    if found is None:
        raise LookupError(handler)
    return cast(uuid.UUID, found[0])


def settle() -> None:
    """Statistics and visibility map, as autovacuum would have made them by the next day."""
    with inside() as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def _sql(words: Any) -> sql.SQL:
    return sql.SQL(words)  # our own words only
