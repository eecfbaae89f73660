"""A pasted text taken apart: its lines without markup, and its mails with head and signature."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# A tag begins with a name and is followed by a space, a slash or its end: "<a@b.dk>" is none.
_BREAK = re.compile(r"</?(?:br|p|div|tr|li|table|h[1-6])(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9:]{0,15}(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")

_HEAD = re.compile(
    r"^[\s>*_]{0,6}(fra|from|sendt|sent|date|dato|til|to|cc|kopi|emne|subject)[*_]?\s?:[*_]?\s?(.*)$",
    re.IGNORECASE,
)
_KEYS = {
    "fra": "from",
    "from": "from",
    "sendt": "sent",
    "sent": "sent",
    "date": "sent",
    "dato": "sent",
    "emne": "subject",
    "subject": "subject",
}
_FIRST = {"from", "sent"}
# "Den 20. nov. 2026 kl. 10.12 skrev Mette Hansen <m@x.dk>:" and Gmail's English for it.
_WROTE = re.compile(
    r"^[\s>]{0,6}(?:den|on)\s(.{6,60}?)\s(?:skrev\s(.{2,80}?)|(?<=M )(.{2,80}?)\swrote)\s?:?\s?$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^[\s>]{0,6}(?:(?:med\s)?(?:venlige?|kærlige?|bedste|mange|de\sbedste)\shilse?n(?:er)?"
    r"|m\.?\s?v\.?\s?h\b\.?|v\.?h\.(?=\W|$)|hilsen|hilsner|(?:kind|best)\sregards)\b[\s.,!]*(.*)$"
    r"|^--\s?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One mail of a thread, or the whole text where it is none."""

    head: dict[str, str] = field(default_factory=dict)
    body: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()

    @property
    def sender_lines(self) -> tuple[str, ...]:
        """Where a sender says who she is: the mail's head and the signature."""
        return tuple(filter(None, (self.head.get("from", ""), *self.signature)))


def lines_of(text: str) -> list[str]:
    """The lines without tags, entities and double spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).replace("\u200b", "")
    return [_SPACES.sub(" ", line).strip() for line in text.split("\n")]


def split(lines: Sequence[str]) -> list[Part]:
    """The mails in a text, the newest (topmost) first."""
    found: list[Part] = []
    head: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    while at < len(lines):
        length, next_head = _head_at(lines, at)
        if not length:
            rest.append(lines[at])
            at += 1
            continue
        _keep(found, head, rest)
        head, rest, at = next_head, [], at + length
    _keep(found, head, rest)
    return found or [Part()]


def _keep(found: list[Part], head: dict[str, str], rest: list[str]) -> None:
    if head or any(rest):
        body, signature = _signed(rest)
        found.append(Part(head, tuple(body), tuple(signature)))


def _head_at(lines: Sequence[str], at: int) -> tuple[int, dict[str, str]]:
    """How many lines of head begin here, and what they say; a lone "Dato:" is no head."""
    if wrote := _WROTE.match(lines[at][:200]):
        return 1, {"sent": wrote[1], "from": wrote[2] or wrote[3] or ""}
    head: dict[str, str] = {}
    length = 0
    for line in lines[at : at + 8]:
        match = _HEAD.match(line[:400])
        if not match:
            break
        length += 1
        head.setdefault(_KEYS.get(match[1].lower(), match[1].lower()), match[2].strip())
    return (length, head) if length > 1 and head.keys() & _FIRST else (0, {})


def _signed(lines: list[str]) -> tuple[list[str], list[str]]:
    """Body and signature; what stands behind the greeting on its line opens the signature."""
    for at, line in enumerate(lines):
        if match := _GREETING.match(line[:200]):
            return lines[:at], [one for one in ((match[1] or "").strip(), *lines[at + 1 :]) if one]
    return lines, []
