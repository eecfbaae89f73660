"""What is changed of a citizen as one thing: a name by itself, an address as a whole."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from referrals.models.citizen import Citizen
from roegfri.ui.differences import Part, Parts, Value

# part -> its columns
PARTS: Mapping[str, tuple[str, ...]] = {
    "given_names": ("given_names",),
    "surname": ("surname",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "email": ("email",),
    "address": ("address", "postcode", "town"),
    "address_protected": ("address_protected",),
    "language": ("language",),
    "interpreter": ("interpreter",),
    "practice": ("practice_id", "practice_name"),
    "guardian_name": ("guardian_name",),
    "guardian_phone": ("guardian_phone",),
}


def parts_of(citizen: Citizen) -> dict[str, Part]:
    """All parts as they are; dates and ids as text, so that a form can carry them."""
    return {
        name: tuple(_plain(getattr(citizen, column)) for column in columns)
        for name, columns in PARTS.items()
    }


def columns_of(parts: Parts) -> dict[str, Any]:
    """Parts as columns of Citizen."""
    return {
        column: _FROM_TEXT.get(column, _same)(value)
        for name, part in parts.items()
        for column, value in zip(PARTS[name], part, strict=True)
    }


def part_of(column: str) -> str:
    """The part that a column belongs to; empty for columns that nobody edits."""
    return next((name for name, columns in PARTS.items() if column in columns), "")


def names_of_columns(parts: Iterable[str]) -> list[str]:
    """The columns of some parts."""
    return [column for name in parts for column in PARTS[name]]


def _plain(value: Any) -> Value:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    plain: Value = value
    return plain


def _same(value: Value) -> Value:
    return value


_FROM_TEXT: Mapping[str, Any] = {
    "birth_date": lambda value: dt.date.fromisoformat(value) if value else None,
    "practice_id": lambda value: uuid.UUID(value) if value else None,
}
