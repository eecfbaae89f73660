"""The tests' database: real PostgreSQL, its tables made by the owner, used as the app role."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from psycopg import sql

from roegfri import database

SETUP_URL = os.environ.get("DATABASE_URL", "")
KEPT = ("django_migrations", "django_content_type", "auth_permission", "cache_entry")
settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Instead of Django's own test database: the roles, walls and grants of production."""
    from django.db import connection

    from roegfri.desk.management.commands.prepare_database import migrate

    drop_database(SETUP_URL)
    with django_db_blocker.unblock():
        database.prepare(SETUP_URL, os.environ["SECRET_KEY"])
        migrate(database.role_url(SETUP_URL, "owner", os.environ["SECRET_KEY"]))
        yield
        connection.close()
        pooled: Any = connection
        pooled.close_pool()
    drop_database(SETUP_URL)


def drop_database(url: str) -> None:
    """Removes a test database, whoever is still connected to it."""
    name = database.database_name(url)
    assert name.startswith("test_"), f"{name} is not a test database"
    with psycopg.connect(database.with_database(url, "postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def setup_connection() -> "psycopg.Connection[tuple[Any, ...]]":
    """As the set-up role, which no wall binds: for tests that look behind the walls."""
    return psycopg.connect(SETUP_URL, autocommit=True)


# Dead rows of more than this are cleared away, or every scan after it would read them.
MANY_BYTES = 1 << 20


def empty_all_tables(_case: object) -> None:
    """After a test with real commits. The app role may not, and logs refuse it: so the set-up role
    does, with triggers off.

    TRUNCATE makes new files for every table and index: ten times as long as deleting a few rows.
    It waits for whoever still writes, as TRUNCATE would.
    """
    with setup_connection() as inside:
        names = [str(row[0]) for row in inside.execute(_TABLES, [list(KEPT)])]
        inside.execute("set session_replication_role = replica")
        with inside.transaction():
            inside.execute(f"lock table {', '.join(names)} in share row exclusive mode")
            inside.execute("; ".join(f"delete from only {name}" for name in names))
            inside.execute(_RESTART, [f"^({'|'.join(KEPT)})_"])
        for (name,) in inside.execute(_LARGE, [names, MANY_BYTES]).fetchall():
            inside.execute(f"vacuum {name}")


_TABLES = """
select quote_ident(tablename) from pg_tables
where schemaname = 'public' and not tablename = any(%s)
"""
_RESTART = """
select setval(format('public.%%I', sequencename)::regclass, start_value, false)
from pg_sequences
where schemaname = 'public' and last_value is not null and not sequencename ~ %s
"""
_LARGE = """
select name from unnest(%s::text[]) name where pg_relation_size(name::regclass) > %s
"""
TransactionTestCase._fixture_teardown = empty_all_tables  # type: ignore[attr-defined]
