"""What the data files say: the concepts of courses, and where else a course is created."""

import csv
import datetime as dt
from functools import cache
from pathlib import Path
from types import MappingProxyType

from courses.states import Flag
from roegfri.actor import Actor
from roegfri.organisations.models import Agreement

_DATA = Path(__file__).parent.parent / "data"


def concepts(viewer: Actor, on: dt.date) -> list[str]:
    """The concepts that are offered on a day, in the file's order; nothing to outsiders."""
    if not viewer.is_system and not viewer.rights:
        return []
    return [line["koncept"] for line in _lines("koncepter.csv") if _holds(line, on)]


def flags_wanted(viewer: Actor, agreement: Agreement, on: dt.date) -> list[Flag]:
    """Where a course of that agreement is created besides here, on a day."""
    if not viewer.is_system and not viewer.rights:
        return []
    return [
        Flag(line["hvor"])
        for line in _lines("oprettes.csv")
        if _holds(line, on) and line["aftale"] in {"", agreement.slug}
    ]


@cache
def _lines(name: str) -> tuple[MappingProxyType[str, str], ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(line) for line in csv.DictReader(file, delimiter=";"))


def _holds(line: MappingProxyType[str, str], on: dt.date) -> bool:
    day = on.isoformat()
    return line["fra"] <= day and (not line["til"] or day <= line["til"])
