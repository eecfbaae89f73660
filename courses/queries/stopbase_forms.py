"""The editions of STOPbasen's forms, read from data/stopbasen/skemaer; the words of each language
from roegfri/public/words/form."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from courses.rules.stopbase import Form, Kind, OnlyIf, Part, Question
from courses.states import FormKind
from roegfri.public.languages import DANISH, LANGUAGES, Language, Words

_DATA = Path(__file__).parent.parent / "data" / "stopbasen" / "skemaer"
_YES_NO = ("yes", "no")


class NoEdition(LookupError):
    """No edition of that form is in force on that day, or begins on it."""


@cache
def editions(kind: FormKind) -> Sequence[dt.date]:
    """The days on which an edition of a form came into force, the oldest first."""
    names = [one.stem for one in _DATA.glob(f"{FormKind(kind).value}-*.toml")]
    days = (dt.date.fromisoformat(name.partition("-")[2]) for name in names)
    return tuple(sorted(days))


def form_on(kind: FormKind, day: dt.date, language: Language = DANISH) -> Form:
    """The edition in force on a day, in the words of a language. Raises NoEdition."""
    for since in reversed(editions(kind)):
        if since <= day:
            return edition(kind, since, language)
    raise NoEdition(f"{kind} {day}")


def edition(kind: FormKind, day: dt.date, language: Language = DANISH) -> Form:
    """The edition that began on that very day. Raises NoEdition."""
    if day not in editions(kind):
        raise NoEdition(f"{kind} {day}")
    return _read(FormKind(kind), day, language.code)


def first_edition(kind: FormKind) -> dt.date:
    """The oldest there is: a course of before is filled in by it."""
    return editions(kind)[0]


@cache
def _read(kind: FormKind, day: dt.date, code: str) -> Form:
    """Read once in a process for each language."""
    words: Words = LANGUAGES[code].words["form"]
    text = (_DATA / f"{kind.value}-{day.isoformat()}.toml").read_text(encoding="utf-8")
    parts = [
        Part(
            part["code"],
            words["parts"][part["code"]],
            tuple(_question(one, part["code"], words) for one in part["question"]),
        )
        for part in tomllib.loads(text)["part"]
    ]
    return Form(kind, day, tuple(parts))


def _question(given: Mapping[str, Any], part: str, words: Words) -> Question:
    code, kind = given["code"], Kind(given["kind"])
    yes_no = kind is Kind.YES_NO
    codes = _YES_NO if yes_no else given.get("choices", ())
    said = words["choices"]["yes_no" if yes_no else given.get("words", code)] if codes else {}
    only_if = given.get("only_if")
    return Question(
        code=code,
        part=part,
        label=words["questions"][code],
        kind=kind,
        choices={one: said[one] for one in codes},
        alone=frozenset(given.get("alone", ())),
        hint=words["hints"].get(code, ""),
        unit=words["units"][given["unit"]] if "unit" in given else "",
        least=given.get("least", 0),
        most=given.get("most", 0),
        needed=given.get("needed", False),
        only_if=_only_if(only_if) if only_if else None,
        known=given.get("known", ""),
    )


def _only_if(given: Mapping[str, Any]) -> OnlyIf:
    return OnlyIf(given["code"], frozenset(given.get("among", ())), given.get("at_least"))
