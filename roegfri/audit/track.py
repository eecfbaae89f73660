"""The change log of a table: one event for each statement that changed something.

Triggers, not code: bulk_create, queryset.update, the admin and hand-written SQL are all seen. They
fire once a statement, over the sets of old and new rows (schema.TRACK). Column names go into the
event; values, changed keys only, into change_value; what is sealed (bytea) is logged as "***".
"""

from collections.abc import Collection

from django.db import migrations

TABLES = {
    "insert": "new table as new_rows",
    "update": "old table as old_rows new table as new_rows",
    "delete": "old table as old_rows",
}


def track(
    table: str, person: str, *, key: str = "id", kinds: Collection[str] = tuple(TABLES)
) -> migrations.RunSQL:
    """Logs every change of `table`, whose primary key is the column `key`; or only some `kinds`.

    `person` is SQL for the uuid of the citizen a row concerns: a column of the row `r`
    ("r.citizen_id"), or an expression over it
    ("(select e.citizen_id from enrolment e where e.id = r.enrolment_id)"); "null" where a row
    concerns nobody. `audit` 0001_initial must be a dependency.
    """
    quoted = person.replace("'", "''")
    forward = "".join(
        f"create trigger track_{kind} after {kind} on {table} referencing {rows}"
        f" for each statement execute function audit_track('{quoted}', '{key}');\n"
        for kind, rows in TABLES.items()
        if kind in kinds
    )
    backward = "".join(f"drop trigger track_{kind} on {table};\n" for kind in kinds)
    return migrations.RunSQL(forward, backward)
