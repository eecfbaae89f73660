"""Names as people write them, split as records need them."""

from typing import NamedTuple

_TITLES = frozenset(
    ("dr", "fr", "frk", "fru", "hr", "herr", "læge", "overlæge", "prof", "professor", "mr", "mrs")
)
# Words that belong to the surname that follows them.
_PARTICLES = frozenset(
    ("af", "al", "de", "del", "den", "der", "di", "du", "el", "la", "ten", "ter", "van", "von")
)


class Name(NamedTuple):
    """Given names and surname; either may be empty. `title` is what stood in front."""

    given: str
    surname: str
    title: str = ""


def split(written: str) -> Name:
    """ "Nancy Ann Berggren" and "Berggren, Nancy Ann" alike; one word alone is a given name.

    The last word is the surname, with the particles before it ("van den Berg").
    """
    last, comma, first = (_tidy(part) for part in written.partition(","))
    if comma:
        title, given = _without_titles(first.split())
        before, surname = _without_titles(last.split())
        return Name(" ".join(given), " ".join(surname), " ".join([*before, *title]))
    title, words = _without_titles(last.split())
    at = _surname_at(words)
    return Name(" ".join(words[:at]), " ".join(words[at:]), " ".join(title))


def full(given: str, surname: str) -> str:
    """The whole name in the order it is said."""
    return _tidy(f"{given} {surname}")


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _without_titles(words: list[str]) -> tuple[list[str], list[str]]:
    """Titles in front, and the rest; a name that is nothing but a title is kept as a name."""
    count = 0
    while count < len(words) - 1 and words[count].rstrip(".").lower() in _TITLES:
        count += 1
    return words[:count], words[count:]


def _surname_at(words: list[str]) -> int:
    """Where the surname begins; a given name always stays in front of it."""
    at = max(len(words) - 1, 1)
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return at
