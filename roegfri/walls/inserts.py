"""Many rows of one table in one statement, planned once: for what comes in in sets.

Django's `bulk_create` does the same and writes and plans its statement anew each time, which costs
more than laying the rows. Here as there no `save` runs and no signal is sent.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from roegfri.walls import prepared


def insert(rows: Sequence[models.Model]) -> None:
    """Lays rows of one model; its keys are set already, or the database's own to give."""
    if not rows:
        return
    statement, names = _statement(type(rows[0]))
    prepared.run(statement, {name: [_plain(getattr(row, name)) for row in rows] for name in names})


@cache
def _statement(model: type[models.Model]) -> tuple[str, tuple[str, ...]]:
    given = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    columns = ", ".join(f'"{field.column}"' for field in given)
    values = ", ".join(f"%({field.attname})s::{_type(field)}[]" for field in given)
    table = model._meta.db_table
    statement = f'insert into "{table}" ({columns}) select * from unnest({values})'  # noqa: S608
    return statement, tuple(field.attname for field in given)


def _type(field: "models.Field[Any, Any]") -> str:
    """Text for whatever is limited in length: a cast would cut what the column refuses."""
    named = str(field.db_type(connection))
    return "text" if named.startswith("varchar") else named


def _plain(value: Any) -> Any:
    """As PostgreSQL takes it in an array, whose values must be of one type: no kinds of text."""
    if isinstance(value, DatabaseDefault):
        value = value.expression.value  # type: ignore[attr-defined]
    return str(value) if isinstance(value, str) else value
