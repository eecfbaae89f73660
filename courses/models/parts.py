"""What is changed of a course as one thing: its name, its room, what is said of how to get in."""

import uuid
from collections.abc import Mapping
from typing import Any

from courses.models.course import Course
from roegfri.ui.differences import Part, Parts, Value

# The parts that are edited; each is one column.
PARTS: Mapping[str, str] = {
    "kind": "kind",
    "name": "name",
    "target": "target",
    "language": "language",
    "capacity": "capacity",
    "concept": "concept",
    "provider": "provider_id",
    "room": "room_id",
    "access": "access",
    "transport": "transport",
    "listed": "listed",
}
_IDS = {"provider_id", "room_id"}


def parts_of(course: Course) -> dict[str, Part]:
    """All parts as they are; ids as text, so that a form can carry them."""
    return {name: (_plain(getattr(course, column)),) for name, column in PARTS.items()}


def columns_of(parts: Parts) -> dict[str, Any]:
    """Parts as columns of Course."""
    return {PARTS[name]: _value(PARTS[name], part[0]) for name, part in parts.items()}


def _plain(value: Any) -> Value:
    plain: Value = str(value) if isinstance(value, uuid.UUID) else value
    return plain


def _value(column: str, value: Value) -> Any:
    return uuid.UUID(str(value)) if column in _IDS and value else value
