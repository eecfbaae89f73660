"""Every template that becomes a PDF, and something to fill any of them with."""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import cycle
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from pypdf import PdfReader

from courses.letters import diploma
from courses.queries.diplomas import Diplomas, Receiver
from roegfri import letters

# A text is no date: a filter that wants one shows nothing.
OF_DATES = {"year", "month", "day", "hour", "minute", "second", "weekday", "tzinfo", "utcoffset"}
RESERVED = {"block", "forloop", "csrf_token"}


@cache
def templates() -> list[str]:
    """All in templates/letters/ but the parts of others."""
    found = (settings.ROOT / "templates" / "letters").glob("*.html")
    return sorted(
        f"letters/{one.name}" for one in found if one.name[0] != "_" and one.stem != "base"
    )


class Anything:
    """Whatever a template asks of it is there, and is the next of these texts."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts

    def __str__(self) -> str:
        return next(self._texts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in OF_DATES:
            raise AttributeError(name)
        return Anything(self._texts)

    def __getitem__(self, key: Any) -> Any:
        return Anything(self._texts)

    def __contains__(self, key: Any) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter((Anything(self._texts), Anything(self._texts)))

    def __len__(self) -> int:
        return 2

    def __bool__(self) -> bool:
        return True


def pdf_of(template: str, *texts: str) -> bytes:
    """The template with those texts in turn, in every place; the diplomas as they are really
    made."""
    if template == "letters/diplomas.html":
        return diplomas(list(texts[:3]), counsellor=texts[-1], host=texts[0])
    return letters.render(template, context(*texts))


def context(*texts: str) -> dict[str, Any]:
    """Each name that any of the templates asks for."""
    anything = Anything(cycle(texts))
    return dict.fromkeys(_words() - RESERVED, anything)


@cache
def _words() -> frozenset[str]:
    folder = settings.ROOT / "templates" / "letters"
    whole = " ".join(one.read_text(encoding="utf-8") for one in folder.glob("*.html"))
    tags = re.findall(r"\{[{%](.*?)[}%]\}", whole)
    return frozenset(word for tag in tags for word in re.findall(r"(?<![\w.\"'|])[a-z_]\w*", tag))


def diplomas(
    names: list[str], *, counsellor: str = "Mette", host: str = "Hvidovre Kommune"
) -> bytes:
    """Diplomas for these given names: every other has completed."""
    at = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
    rows = [
        Receiver(
            id=uuid4(),
            citizen_id=uuid4(),
            enrolled_as_id=uuid4(),
            state="ended",
            given_names=name,
            surname="",
            attended=5 * (number % 2),
            first_at=at,
            last_at=at + dt.timedelta(weeks=6),
            meeting_id=None,
            ends_at=at,
            mark="attended",
            handed_at=None,
            from_meetings=3,
        )
        for number, name in enumerate(names)
    ]
    named = SimpleNamespace(name=host)
    course = SimpleNamespace(host=named, agreement=named)
    found = SimpleNamespace(course=course, signers=lambda _one: (counsellor,))
    return diploma.diplomas_pdf(cast(Diplomas, found), rows)


def text_of(pdf: bytes) -> str:
    """All of it."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
