"""In which order a course is typed into STOPbasen, and its goals: what the data files say."""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from courses.rules.pack import Goal
from roegfri.actor import Actor

_DATA = Path(__file__).parents[2] / "data" / "stopbasen"
COURSE, PARTICIPANT = "forløb", "deltager"


def typing_order(viewer: Actor, part: str, on: dt.date) -> list[str]:
    """The names of the values of a part (COURSE, PARTICIPANT) in order, as on a day; nothing to
    outsiders."""
    lines = _holding(viewer, "pakke.csv", on)
    return [line["værdi"] for line in lines if line["del"] == part]


def goals(viewer: Actor, on: dt.date) -> dict[str, Goal]:
    """By indicator, as on a day; nothing to outsiders."""
    lines = _holding(viewer, "maal.csv", on)
    return {line["indikator"]: Goal(int(line["mål"]), int(line["mindst"])) for line in lines}


def _holding(viewer: Actor, name: str, on: dt.date) -> Iterator[Mapping[str, str]]:
    if not viewer.is_system and not viewer.rights:
        return
    day = on.isoformat()
    for line in _lines(name):
        if line["fra"] <= day and (not line["til"] or day <= line["til"]):
            yield line


@cache
def _lines(name: str) -> tuple[MappingProxyType[str, str], ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(line) for line in csv.DictReader(file, delimiter=";"))
