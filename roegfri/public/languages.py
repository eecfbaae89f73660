"""The languages of the public pages: a TOML file each in words/, and one in words/form/ with the
questions of STOPbasen's form (`words["form"]`); every text is in them.

Whoever approves a language approves exactly those words, so their digest is what is kept. A word
that is needed is added to all five files; a test holds them to the same keys and placeholders.
"""

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_WORDS = Path(__file__).parent / "words"
# Marks that keep a name in Latin letters together inside a line that runs from the right.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: what it calls itself, what Danes call it, how it runs, and all its words.

    `digest` is the SHA-256 of the words, whatever the file's layout and comments.
    """

    code: str
    own_name: str
    danish_name: str
    direction: Literal["ltr", "rtl"]
    words: Words
    digest: bytes

    @property
    def name(self) -> str:
        """What the reader's language calls it."""
        return gettext(self.danish_name)

    def said(self, **names: str) -> Words:
        """The words with names in the place of {municipality} and {phone}."""
        if self.direction == "rtl":
            names = {key: f"{_ISOLATE}{name}{_END_ISOLATE}" for key, name in names.items()}
        return dict(_filled(self.words, names))

    def day(self, day: dt.date, *, today: dt.date | None = None) -> str:
        """A date in words; with its year where `today` is given and is in another one."""
        dates = self.words["dates"]
        this_year = today is None or today.year == day.year
        return str(dates["pattern" if this_year else "pattern_year"]).format(
            weekday=dates["weekdays"][day.weekday()],
            day=day.day,
            month=dates["months"][day.month - 1],
            year=day.year,
        )


def _filled(words: Words, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, text in words.items():
        if isinstance(text, Mapping):
            yield key, dict(_filled(text, names))
        elif isinstance(text, str):
            for name, value in names.items():
                text = text.replace(f"{{{name}}}", value)  # noqa: PLW2901
            yield key, text
        else:
            yield key, text


def texts(words: Words, above: str = "") -> Iterator[tuple[str, str]]:
    """Every single text with its place, such as ("dates.months.1", "januar"), in order."""
    for key, text in words.items():
        place = f"{above}{key}"
        if isinstance(text, Mapping):
            yield from texts(text, f"{place}.")
        elif isinstance(text, list):
            yield from ((f"{place}.{n}", one) for n, one in enumerate(text, start=1))
        else:
            yield place, text


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _language(
    code: str, own_name: str, danish_name: str, direction: Literal["ltr", "rtl"] = "ltr"
) -> Language:
    words = _read(_WORDS / f"{code}.toml") | {"form": _read(_WORDS / "form" / f"{code}.toml")}
    plain = json.dumps(words, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(plain.encode()).digest()
    return Language(code, own_name, danish_name, direction, words, digest)


# In the order they are offered in. What Danes call them is what a citizen's language is noted as.
LANGUAGES: Mapping[str, Language] = {
    one.code: one
    for one in (
        _language("da", "Dansk", _("Dansk")),
        _language("en", "English", _("Engelsk")),
        _language("tr", "Türkçe", _("Tyrkisk")),
        _language("pl", "Polski", _("Polsk")),
        _language("ar", "العربية", _("Arabisk"), "rtl"),
    )
}
DANISH = LANGUAGES["da"]
# Those that a municipality shows once a coordinator has approved them.
FOREIGN = tuple(one for one in LANGUAGES.values() if one is not DANISH)
