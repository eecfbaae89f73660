"""Hand-written reads of the few hottest lists: planned once for each connection, plain rows out.

Planning the joins costs more than running them, so the server keeps the plan. Everything else is
ordinary Django; a server-wide switch to prepared statements would spoil searches by LIKE.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from django.db import connection
from psycopg.rows import class_row

Row = TypeVar("Row")
# Django turns preparing off with None, and psycopg then prepares nothing, whatever is asked for.
# With a number no statement reaches, only those prepare that ask for it.
_ONLY_ON_REQUEST = 2**31


def rows(sql: str, values: Mapping[str, Any], into: type[Row]) -> list[Row]:
    """Runs a SELECT with %(name)s parameters and answers with instances of a dataclass.

    Counted with Django's own queries where a test counts them.
    """
    connection.ensure_connection()
    connection.connection.prepare_threshold = _ONLY_ON_REQUEST
    if connection.force_debug_cursor:
        connection.queries_log.append({"sql": sql, "time": ""})
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection, row_factory=class_row(into)) as cursor,
    ):
        return cursor.execute(sql, values, prepare=True).fetchall()
