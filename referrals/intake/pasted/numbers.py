"""Telephone numbers in a text, in the order to call them, and a parent's apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from referrals.intake.pasted import names, words
from referrals.intake.pasted.parts import Part
from roegfri.persons import phone


@dataclass(frozen=True, slots=True)
class Number:
    """A number in E.164, what the text calls it ("mobil", "datter"), and if it is the sender's."""

    e164: str
    note: str = ""
    of_sender: bool = False


class Guardian(NamedTuple):
    """A parent or guardian that the text names; either may be empty."""

    name: str
    phone: str


NO_GUARDIAN = Guardian("", "")
_HEADLINE = 60  # characters of a line that is no sentence
_LABELLED, _UNLABELLED, _RELATIVE, _SENDER, _NEVER = range(5)
_BREAKS = re.compile(r"[.;!?](?=\s)|\s[/|]\s|,\s(?=\w{3,}:)")
_ABBREVIATION = re.compile(r"\b(?:tlf|mob|nr|pt|kl|afd|dir|evt|f)\.\s?", re.IGNORECASE)


class _Seen(NamedTuple):
    """A number where it stands: the words before it, those just behind, and in which part."""

    e164: str
    before: str
    behind: str
    by_sender: bool


def ranked(mails: Sequence[Part], *, by_herself: bool) -> list[Number]:
    """Every candidate once: labelled as hers, unlabelled, a relative's, the sender's own."""
    best: dict[str, tuple[int, Number]] = {}
    for seen in _all(mails):
        rank = _rank(seen, by_herself=by_herself)
        if rank < _NEVER and rank < best.get(seen.e164, (_NEVER,))[0]:
            best[seen.e164] = (rank, Number(seen.e164, _note(seen), rank == _SENDER))
    return [number for _, number in sorted(best.values(), key=lambda one: one[0])]


def guardian(lines: Sequence[str]) -> Guardian:
    """The parent or guardian whom a line names with a number or a name."""
    for line in lines:
        match = words.OF_PARENT.search(line[:400])
        if not match:
            continue
        behind = re.sub(r"^[\s:,(]+", "", line[match.end() : match.end() + 200])
        found = phone.find_in_text(line[match.start() :])
        name = names.leading(behind, least=2)
        if found or (name and line[match.end() :].lstrip().startswith((":", "("))):
            return Guardian(name, found[0] if found else "")
    return NO_GUARDIAN


def _all(mails: Sequence[Part]) -> Iterator[_Seen]:
    """What shapes like a number in the whole text, where it stands on its line."""
    for mail in mails:
        text = "\n".join((*mail.body, *mail.signature))
        allowed = set(phone.find_in_text(text))
        above, letterhead = "", False
        for line in mail.body:
            letterhead = _in_letterhead(line, before=letterhead)
            yield from _on_line(line, above, allowed, by_sender=letterhead)
            above = line
        for line in mail.signature:
            yield from _on_line(line, above, allowed, by_sender=True)
            above = line


def _in_letterhead(line: str, *, before: bool) -> bool:
    """From the line that names a workplace to the next empty one, as letters begin."""
    names_it = len(line) <= _HEADLINE and words.WORKPLACE.search(line) and not line.endswith(".")
    return bool(line) and (before or bool(names_it))


def _on_line(line: str, above: str, allowed: set[str], *, by_sender: bool) -> Iterator[_Seen]:
    at = 0
    for e164 in phone.find_in_text(line):
        if e164 not in allowed:
            continue
        match = re.compile(r"[ .\-\u00a0]?".join(e164[3:])).search(line, at)
        if not match:
            continue
        clause = _clause(line[at : match.start()])
        if not re.search(r"\w", clause.replace("45", "")) and above.endswith((":", "nr.")):
            clause = above
        at = match.end()
        yield _Seen(e164, clause[-160:], line[at : at + 24], by_sender)


def _clause(before: str) -> str:
    """What stands before a number since the last full stop."""
    bare = _ABBREVIATION.sub(lambda found: found[0].replace(".", " "), before)
    breaks = list(_BREAKS.finditer(bare))
    return bare[breaks[-1].end() :] if breaks else bare


def _rank(seen: _Seen, *, by_herself: bool) -> int:
    before, about = seen.before, f"{seen.before} {_bracket(seen.behind)}"
    if words.FAX.search(before):
        return _NEVER
    if by_herself and (seen.by_sender or words.OF_WRITER.search(before)):
        return _LABELLED
    rules = (
        (words.OF_RELATIVE.search(about) or words.OF_PARENT.search(about), _RELATIVE),
        (words.OF_CITIZEN.search(before), _LABELLED),
        (seen.by_sender or words.OF_SENDER.search(about), _SENDER),
        (words.OF_WRITER.search(before), _SENDER),
        (words.LABEL.search(about), _LABELLED),
    )
    return next((rank for fits, rank in rules if fits), _UNLABELLED)


def _note(seen: _Seen) -> str:
    about = f"{seen.before} {_bracket(seen.behind)}"
    return next((note for fits, note in words.NOTES if fits.search(about)), "")


def _bracket(behind: str) -> str:
    """ "(mobil)" right behind a number is about it."""
    return behind.partition(")")[0] if behind.lstrip().startswith("(") else ""
