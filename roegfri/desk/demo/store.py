"""Lays rows in sets: COPY to a stage, then one INSERT a table.

COPY into a table behind a wall is refused by PostgreSQL, hence the stage. It runs as the tables'
owner with the change log off: a made-up past is no change that anybody made.
"""

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from roegfri.desk.demo.courses import tables as courses
from roegfri.desk.demo.rows import TABLES, Row

# Without defaults and conditions: what is missing in a row is said by the table itself.
_STAGE: LiteralString = "create temporary table {} on commit drop as select {} from {} limit 0"


def lay(connection: "psycopg.Connection[Any]", batches: Iterable[dict[str, list[Row]]]) -> int:
    """Writes all batches in one transaction; answers with the number of referrals."""
    laid = 0
    with connection.transaction(), connection.cursor() as cursor:
        for table in TABLES:
            _alter(cursor, table, "disable trigger user")
            cursor.execute(sql.SQL(_STAGE).format(_stage(table), _columns(table), _named(table)))
        # It copies the citizen's sort key into the row: no change of anybody's, and not the log's.
        _alter(cursor, "referral", "enable trigger referral_named")
        for rows in batches:
            for table in TABLES:
                _lay_table(cursor, table, rows[table])
            laid += len(rows["referral"])
        # Foreign keys are checked now: a table with checks to come cannot be altered.
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            _alter(cursor, table, "enable trigger user")
        cursor.execute("select find_rebuild()")
    return laid


def _named(table: str) -> sql.Identifier:
    app = "courses" if table in courses.TABLES else "referrals"
    return sql.Identifier(f"{app}_{table}")


def _stage(table: str) -> sql.Identifier:
    return sql.Identifier(f"stage_{table}")


def _columns(table: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in TABLES[table])


def _alter(cursor: "psycopg.Cursor[Any]", table: str, how: LiteralString) -> None:
    cursor.execute(sql.SQL("alter table {} ").format(_named(table)) + sql.SQL(how))


def _lay_table(cursor: "psycopg.Cursor[Any]", table: str, rows: list[Row]) -> None:
    if not rows:
        return
    stage, names = _stage(table), _columns(table)
    with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(stage, names)) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))
    cursor.execute(
        sql.SQL("insert into {} ({}) select {} from {}").format(_named(table), names, names, stage)
    )
    cursor.execute(sql.SQL("truncate {}").format(stage))
