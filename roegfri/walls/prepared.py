"""Hand-written statements that are run all day: planned once for each connection, plain rows out.

Planning the joins costs more than running them, so the server keeps the plan. Everything else is
ordinary Django; a server-wide switch to prepared statements would spoil searches by LIKE.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import connection
from psycopg.rows import RowFactory, class_row, tuple_row

Row = TypeVar("Row")
# Django turns preparing off with None, and psycopg then prepares nothing, whatever is asked for.
# With a number no statement reaches, only those prepare that ask for it.
ONLY_ON_REQUEST = 2**31
_PLANS = "select set_config('plan_cache_mode', %(mode)s::text, true)"


def rows(sql: str, values: Mapping[str, Any], into: type[Row]) -> list[Row]:
    """Runs a SELECT with %(name)s parameters and answers with instances of a dataclass.

    Counted with Django's own queries where a test counts them.
    """
    return _run(sql, values, class_row(into))


def tuples(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The same, with bare tuples."""
    return _run(sql, values, tuple_row)


def run(sql: str, values: Mapping[str, Any]) -> None:
    """Runs what answers with no rows: an insert."""
    with _ran(sql, values, tuple_row):
        pass


@contextmanager
def plans_kept(wanted: bool = True) -> Iterator[None]:  # noqa: FBT001, FBT002
    """Every statement inside keeps one plan, those of triggers too, whatever its arguments.

    Left to itself the server plans anew for each list it is given: for a list of one that costs
    four times the running. Where lists are long leave it alone (`wanted`). In a transaction.
    """
    if wanted:
        run(_PLANS, {"mode": "force_generic_plan"})
    yield
    if wanted:
        run(_PLANS, {"mode": "auto"})


def _run(sql: str, values: Mapping[str, Any], factory: RowFactory[Row]) -> list[Row]:
    with _ran(sql, values, factory) as cursor:
        return cursor.fetchall()


@contextmanager
def _ran(
    sql: str, values: Mapping[str, Any], factory: RowFactory[Row]
) -> Iterator[psycopg.Cursor[Row]]:
    connection.ensure_connection()
    connection.connection.prepare_threshold = ONLY_ON_REQUEST
    if connection.force_debug_cursor:
        connection.queries_log.append({"sql": sql, "time": ""})
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection, row_factory=factory) as cursor,
    ):
        yield cursor.execute(sql, values, prepare=True)
