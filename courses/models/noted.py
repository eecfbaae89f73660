"""What is written of a participant as one thing: her two quit dates, and a note."""

import datetime as dt

from courses.models.enrolment import Enrolment
from roegfri.ui.differences import Part, Parts

DATES = ("planned_quit_on", "actual_quit_on")
NOTED = (*DATES, "note")


def parts_of(enrolment: Enrolment) -> dict[str, Part]:
    """All of it as it is; days as text, so that a form can carry them."""
    return part_of(**{name: getattr(enrolment, name) for name in NOTED})


def part_of(**values: dt.date | str | None) -> dict[str, Part]:
    """The same of what a form says."""
    return {
        name: (value.isoformat() if isinstance(value, dt.date) else value,)
        for name, value in values.items()
    }


def columns_of(parts: Parts) -> dict[str, dt.date | str | None]:
    """Parts as columns of Enrolment."""
    return {name: _value(name, str(part[0] or "")) for name, part in parts.items()}


def _value(name: str, text: str) -> dt.date | str | None:
    if name not in DATES:
        return text
    return dt.date.fromisoformat(text) if text else None
