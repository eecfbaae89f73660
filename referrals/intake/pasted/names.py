"""Who the text is about: her name and her CPR number."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from referrals.intake.pasted import words
from referrals.intake.pasted.parts import Part
from roegfri.persons import cpr

_CPR = re.compile(
    r"(?<![\d+\w])(\d{6})\s?([-\u2010-\u2015\u2212]?)\s?(\d{4}|\d[A-Za-z]{2}\d)(?![\d\w])", re.ASCII
)
_CPR_WORD = re.compile(r"\b(?:cpr|person)[\w.-]{0,8}\s?:?\s?$", re.IGNORECASE)
_LABELLED = re.compile(
    r"^\W{0,4}(?:(?:borgers?|patients?|patientens|borgerens|fulde?)\s)?"
    r"(navn|patient|patienten|pt|borger|borgeren|vedr|vedrørende|angående|henvisning af"
    r"|henvisning vedr)\b\s?[.:]{1,2}\s?(.{0,120})$",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"^\W{0,4}fornavne?\s?:\s?(.{1,60})$", re.IGNORECASE)
_SURNAME = re.compile(r"^\W{0,4}efternavn\s?:\s?(.{1,60})$", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:jeg hedder|mit navn er)\s(.{1,80})", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*")
_STRIPPED = "()[]<>{},;:*\"'«»•"
_STOPS = (",", ";", ":", ")")
_MOST_WORDS = 6


def civil_number(text: str, *, on: dt.date) -> cpr.CivilNumber | None:
    """The first run that is a CPR number with a real date; one that is labelled comes first."""
    found: list[tuple[int, cpr.CivilNumber]] = []
    for match in _CPR.finditer(text):
        try:
            number = cpr.parse(match[1] + match[3], on=on)
        except cpr.CprProblem:
            continue
        labelled = _CPR_WORD.search(text[max(0, match.start() - 16) : match.start()])
        found.append((0 if labelled else 1 if match[2] else 2, number))
    return min(found, key=lambda one: one[0], default=(9, None))[1]


def of_citizen(mails: Sequence[Part], *, by_herself: bool) -> str:
    """Her name: where a label says so, beside her number, or under a letter that is her own."""
    lines: list[str] = [line for mail in mails for line in (*mail.body, *mail.signature)]
    subjects = [mail.head.get("subject", "") for mail in mails]
    ways: list[Iterator[str]] = [
        _labelled(lines),
        _in_two_fields(lines),
        _beside_number([*lines, *subjects]),
    ]
    if by_herself:
        ways.append(_signed(mails, lines))
    return next(filter(None, chain.from_iterable(ways)), "")


def _labelled(lines: Sequence[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        match = _LABELLED.match(line[:200])
        if not match:
            continue
        value = match[2] or next(iter(lines[at + 1 : at + 2]), "")
        yield _value(value, least=1 if match[1].lower() == "navn" else 2)


def _in_two_fields(lines: Sequence[str]) -> Iterator[str]:
    given = next((m[1] for line in lines if (m := _GIVEN.match(line[:90]))), "")
    surname = next((m[1] for line in lines if (m := _SURNAME.match(line[:90]))), "")
    yield " ".join(filter(None, (leading(given), whole(surname, least=1))))


def _beside_number(lines: Sequence[str]) -> Iterator[str]:
    """Before it or behind it on the line; else a line of its own above or below."""
    for at, line in enumerate(lines):
        match = _CPR.search(line)
        if not match:
            continue
        before = _CPR_WORD.sub("", line[: match.start()].rstrip()).rstrip(" ,;:(-–[")
        yield _surname_first(before) or trailing(before)
        yield leading(line[match.end() :].lstrip(" ,;:)-–]"), least=2)
        for near in (lines[at - 1] if at else "", *lines[at + 1 : at + 2]):
            yield whole(near)


def _signed(mails: Sequence[Part], lines: Sequence[str]) -> Iterator[str]:
    yield from (leading(m[1]) for line in lines if (m := _CALLED.search(line[:400])))
    yield from (leading(mail.signature[0], least=1) for mail in mails if mail.signature)
    yield from (leading(mail.head.get("from", "").partition("<")[0], least=2) for mail in mails)


def _value(text: str, *, least: int) -> str:
    """A name behind a label: until the number, the birth date or whatever else follows."""
    cut = _CPR.search(text)
    text = text[: cut.start()] if cut else text
    return _surname_first(text) or leading(text, least=least)


def _surname_first(text: str) -> str:
    """ "Berggren, Nancy Ann", as registers write it."""
    last, comma, first = text.partition(",")
    surname, given = whole(last, least=1), leading(first)
    alone = surname and len(surname.split()) <= 2 and comma
    return f"{surname}, {given}" if alone and given and len(surname.split()) == 1 else ""


def leading(text: str, *, least: int = 1) -> str:
    """The words with capitals that a text begins with, if they may be a name."""
    found: list[str] = []
    for word in text.split()[: _MOST_WORDS + 2]:
        bare = word.strip(_STRIPPED).rstrip(".") or word
        if not _may_follow(bare, found):
            break
        found.append(bare)
        if word.endswith(_STOPS):
            break
    return _name(found, least)


def trailing(text: str) -> str:
    """The words with capitals that a text ends with, at least two."""
    found: list[str] = []
    for word in reversed(text.split()[-_MOST_WORDS - 2 :]):
        bare = word.strip(_STRIPPED).rstrip(".") or word
        if (found and word.endswith((*_STOPS, "."))) or not (
            _capital(bare) or (found and bare.lower() in words.PARTICLES)
        ):
            break
        found.insert(0, bare)
    while found and not _capital(found[0]):
        found.pop(0)
    return _name(found, 2)


def whole(line: str, *, least: int = 2) -> str:
    """A line that is a name and nothing else."""
    found = line.strip(" ,;.").split()
    if len(found) > _MOST_WORDS or words.WORKPLACE.search(line[:200]):
        return ""
    fits = all(_capital(w) or w in words.PARTICLES for w in found)
    return _name(found, least) if fits else ""


def _may_follow(word: str, found: list[str]) -> bool:
    return _capital(word) or (bool(found) and word in words.PARTICLES)


def _capital(word: str) -> bool:
    return bool(_LETTERS.fullmatch(word)) and word[0].isupper() and not _is_no_name(word)


def _is_no_name(word: str) -> bool:
    return word.lower().rstrip(".") in words.NO_NAMES and word.lower() not in words.PARTICLES


def _name(found: list[str], least: int) -> str:
    while found and found[-1] in words.PARTICLES:
        found = found[:-1]
    text = " ".join(found)
    fits = least <= len(found) <= _MOST_WORDS and not words.WORKPLACE.search(text)
    return text[:120] if fits else ""
