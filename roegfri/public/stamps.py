"""The stamp on a public form: which page it was, when it was opened, and a number used once.

It stands in for a cookie. It is signed, so nobody makes one up; it is bound to one municipality, or
to one course of one, so it is of no use on another page; and its number makes the same form, sent
twice, one thing.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core import signing

# Nobody reads the page and writes a name and a number faster; and a page left open over a long
# lunch is still good.
LEAST, MOST = dt.timedelta(seconds=3), dt.timedelta(hours=4)
_SIGNER = "roegfri.public.stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    """`number` is the form's own; `at` is when it was shown."""

    number: UUID
    at: dt.datetime

    def is_early(self, at: dt.datetime) -> bool:
        """Faster than anybody writes."""
        return at - self.at < LEAST

    def is_late(self, at: dt.datetime) -> bool:
        """Older than a form may be."""
        return at - self.at > MOST


def made(place: str, at: dt.datetime) -> str:
    """A fresh stamp for a page of that place (a municipality's code; "code/id" where the page is of
    one thing there), as text for a hidden field."""
    kept = {"number": str(uuid4()), "place": place, "at": at.isoformat()}
    return signing.Signer(salt=_SIGNER).sign_object(kept)


def made_again(place: str, at: dt.datetime) -> str:
    """For a form that is shown once more and may be sent at once: it has been read already."""
    return made(place, at - LEAST)


def read(text: str, place: str) -> Stamp | None:
    """The stamp in the text; None where it is missing, not ours, or another place's."""
    kept = _kept(text)
    if kept is None or kept["place"] != place:
        return None
    return Stamp(UUID(kept["number"]), dt.datetime.fromisoformat(kept["at"]))


def place_of(text: str) -> str:
    """The place a stamp of ours is bound to; empty where it is none."""
    kept = _kept(text)
    return kept["place"] if kept else ""


def _kept(text: str) -> dict[str, str] | None:
    try:
        kept: dict[str, str] = signing.Signer(salt=_SIGNER).unsign_object(text)
    except signing.BadSignature:
        return None
    return kept
