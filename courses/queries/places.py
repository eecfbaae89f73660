"""Where a Danish postcode is, by a file of our own: no address leaves the house."""

import csv
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from courses.rules.places import Place
from roegfri.actor import Actor, Kind

_FILE = Path(__file__).parent.parent / "data" / "postnumre.csv"
# Greenland has these numbers, and is not near Bornholm, whose numbers are the nearest.
_GREENLAND = range(3900, 4000)


class _Known(NamedTuple):
    first: int
    last: int
    place: Place


def place(viewer: Actor, postcode: str) -> Place | None:
    """Where a postcode is; None for what is none, and where nobody asks.

    One that the file does not hold is where the nearest known number is, and says so
    (`estimated`).
    """
    text = postcode.strip()[:4]
    if viewer.kind is Kind.NOBODY or not (text.isascii() and text.isdecimal()):
        return None
    return _place(int(text)) if len(text) == 4 else None


@cache
def _place(number: int) -> Place | None:
    if number < 1000 or number in _GREENLAND:
        return None
    known = _known()
    at = bisect_right(known, number, key=lambda one: one.first)
    around = known[max(at - 1, 0) : at + 1]
    near = min(around, key=lambda one: _apart(one, number))
    if _apart(near, number) == 0:
        return near.place
    return Place(near.place.latitude, near.place.longitude, estimated=True)


def _apart(known: _Known, number: int) -> int:
    return max(known.first - number, number - known.last, 0)


@cache
def _known() -> Sequence[_Known]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [
            _Known(
                int(line["fra"]),
                int(line["til"]),
                Place(float(line["bredde"]), float(line["længde"])),
            )
            for line in csv.DictReader(file, delimiter=";")
        ]
