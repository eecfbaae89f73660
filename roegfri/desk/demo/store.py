"""Lays rows in sets: COPY to a stage, then one INSERT a table.

COPY into a table behind a wall is refused by PostgreSQL, hence the stage. It runs as the tables'
owner with the change log off: a made-up past is no change that anybody made.
"""

from collections.abc import Iterable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from roegfri.desk.demo.cases import Rows

COLUMNS: dict[str, LiteralString] = {
    "citizen": "id, given_names, surname, birth_date, sex, address, address_protected, language,"
    " interpreter, created_at",
    "phone": "id, citizen_id, number, note, rank",
    "civilnumber": "id, citizen_id, kind, sealed_value, fingerprint, since",
    "residence": "id, citizen_id, municipality_id, from_on",
    "citizenaccess": "id, citizen_id, organisation_id, ground, about, from_on",
    "referral": "id, citizen_id, handler_id, received_by_id, agreement_id, source, channel,"
    " sender_id, sender_name, text, received_at, contact_by, next_at, next_step, attempts, state,"
    " state_since, reached_at, close_reason, caseworker_id, once",
    "contactattempt": "id, referral_id, at, outcome, note, caller_id, once",
    "consent": "id, citizen_id, kind, form, text_version, given_at, taken_by_id",
}
# Columns that a made-up row leaves empty, but that may not be null.
EMPTY: dict[str, LiteralString] = {
    "citizen": "email, postcode, town, guardian_name, guardian_phone",
    "referral": "guardian_consent, sender_ean, episode",
}


def lay(connection: "psycopg.Connection[Any]", batches: Iterable[Rows]) -> int:
    """Writes all batches in one transaction; answers with the number of referrals."""
    laid = 0
    with connection.transaction(), connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(
                sql.SQL("alter table referrals_{} disable trigger user").format(sql.SQL(table))
            )
            cursor.execute(
                sql.SQL(
                    "create temporary table stage_{0} (like referrals_{0} including defaults)"
                    " on commit drop"
                ).format(sql.SQL(table))
            )
        cursor.execute("alter table stage_citizen alter sort_key drop not null")
        # It copies the citizen's sort key into the row: no change of anybody's, and not the log's.
        cursor.execute("alter table referrals_referral enable trigger referral_named")
        for rows in batches:
            for table in COLUMNS:
                _lay_table(cursor, table, getattr(rows, table))
            laid += len(rows.referral)
        # Foreign keys are checked now: a table with checks to come cannot be altered.
        cursor.execute("set constraints all immediate")
        for table in COLUMNS:
            cursor.execute(
                sql.SQL("alter table referrals_{} enable trigger user").format(sql.SQL(table))
            )
        cursor.execute("select find_rebuild()")
    return laid


def _lay_table(cursor: "psycopg.Cursor[Any]", table: LiteralString, rows: list[Any]) -> None:
    names, empty = COLUMNS[table], EMPTY.get(table, "")
    stage = sql.SQL("stage_") + sql.SQL(table)
    for name in filter(None, empty.split(", ")):
        cursor.execute(
            sql.SQL("alter table {} alter {} drop not null").format(stage, sql.Identifier(name))
        )
    with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(stage, sql.SQL(names))) as copy:
        for row in rows:
            copy.write_row(row)
    filled = sql.SQL(", ").join(
        sql.Literal("unknown" if name == "guardian_consent" else "")
        for name in filter(None, empty.split(", "))
    )
    cursor.execute(
        sql.SQL("insert into {} ({}{}) select {}{} from {}").format(
            sql.SQL("referrals_") + sql.SQL(table),
            sql.SQL(names),
            sql.SQL(", " + empty) if empty else sql.SQL(""),
            sql.SQL(names),
            sql.SQL(", ") + filled if empty else sql.SQL(""),
            stage,
        )
    )
    cursor.execute(sql.SQL("truncate {}").format(stage))
