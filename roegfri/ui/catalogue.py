"""The English catalogue: gathered from the sources, checked, and compiled, all in Python.

Source strings are Danish. Babel reads the Python files; the templates are read here, the way
Django's own template tags look their strings up, so no GNU gettext is needed on the machine.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.template import Engine
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace
from django.utils.translation.template import (
    block_re,
    constant_re,
    endblock_re,
    inline_re,
    plural_re,
)

LOCALE = "en"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# The header's dates say nothing that git does not: one fixed day keeps changes to the point.
_DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_LEFT_OUT = frozenset({"migrations", "trial", "__pycache__"})
_PERCENT = ("%", "%%")


@dataclass(frozen=True, slots=True)
class Text:
    """A string to translate: one text, or singular and plural."""

    words: tuple[str, ...]
    context: str | None = None

    @property
    def id(self) -> str | tuple[str, ...]:
        """As Babel's catalogue names it."""
        return self.words if len(self.words) > 1 else self.words[0]


def po_path() -> Path:
    """The catalogue that people edit."""
    return Path(settings.LOCALE_PATHS[0]) / LOCALE / "LC_MESSAGES" / "django.po"


def update() -> int:
    """Brings the .po file up to the sources: new strings empty, old ones gone. How many strings."""
    catalogue = _merged()
    with po_path().open("wb") as file:
        write_po(
            file, catalogue, width=100, sort_output=True, no_location=True, ignore_obsolete=True
        )
    return len(catalogue)


def compile_po() -> Path:
    """Writes the .mo file that Django reads; build output, never committed."""
    target = po_path().with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, _stored())
    return target


def faults() -> list[str]:
    """What is wrong with the catalogue, a line each."""
    stored = _stored()
    wanted = {_key(m): m for m in _gathered() if m.id}
    kept = {_key(m): m for m in stored if m.id}
    found = [f"missing: {_shown(key)}" for key in sorted(wanted.keys() - kept.keys())]
    found += [f"obsolete: {_shown(key)}" for key in sorted(kept.keys() - wanted.keys())]
    found += [f"obsolete: {_shown(_key(message))}" for message in stored.obsolete.values()]
    for key in sorted(wanted.keys() & kept.keys()):
        message = kept[key]
        if message.fuzzy:
            found.append(f"fuzzy: {_shown(key)}")
        if not _is_translated(message):
            found.append(f"untranslated: {_shown(key)}")
        found += [f"{fault}: {_shown(key)}" for fault in message.check(stored)]
    return found


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(texts) and all(texts)


def _key(message: Message) -> tuple[str, tuple[str, ...]]:
    words = tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)
    return message.context or "", words


def _shown(key: tuple[str, tuple[str, ...]]) -> str:
    return " / ".join(repr(word) for word in key[1])


def _merged() -> Catalog:
    catalogue = _stored()
    catalogue.update(_gathered(), no_fuzzy_matching=True)
    catalogue.creation_date = catalogue.revision_date = _DAY
    return catalogue


def _stored() -> Catalog:
    if not po_path().exists():
        return _empty()
    with po_path().open("rb") as file:
        return read_po(file, locale=LOCALE)


def _empty() -> Catalog:
    return Catalog(
        locale=LOCALE,
        header_comment="# English texts of Røgfri.",
        project="Røgfri",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="English",
        creation_date=_DAY,
        revision_date=_DAY,
        fuzzy=False,
    )


# ---- gathering -----------------------------------------------------------------------------------


def _gathered() -> Catalog:
    catalogue = _empty()
    for text in (*_python_texts(), *_template_texts()):
        catalogue.add(text.id, context=text.context)
    return catalogue


def _places() -> list[Path]:
    """The folders of our own code."""
    own = {Path(app.path) for app in apps.get_app_configs()}
    return [settings.ROOT / "roegfri", *(p for p in sorted(own) if p.parent == settings.ROOT)]


def _python_texts() -> Iterator[Text]:
    for place in _places():
        for path in sorted(place.rglob("*.py")):
            if not _LEFT_OUT & set(path.relative_to(place).parts):
                yield from python_texts(path.read_bytes())


def python_texts(source: bytes) -> Iterator[Text]:
    """The strings marked in a Python file, under whatever names it imports gettext."""
    found = extract("python", io.BytesIO(source), keywords=KEYWORDS | _own_names(source))
    for _, words, _, context in found:
        yield Text((words,) if isinstance(words, str) else (words[0], words[1]), context or None)


def _own_names(source: bytes) -> dict[str, tuple[int | tuple[int, str], ...] | None]:
    """What the file calls gettext by: `from django.utils.translation import gettext as _now`."""
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    return {
        name.asname: KEYWORDS[name.name]
        for node in imports
        if node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in KEYWORDS
    }


def _template_texts() -> Iterator[Text]:
    folders = [Path(folder) for folder in Engine.get_default().dirs]
    folders += [place / "templates" for place in _places()]
    for folder in folders:
        for path in sorted((*folder.rglob("*.html"), *folder.rglob("*.txt"))):
            yield from template_texts(path.read_text())


@dataclass(slots=True)
class _Block:
    """A {% blocktranslate %} being read."""

    trimmed: bool
    context: str | None
    singular: list[str] = field(default_factory=list)
    plural: list[str] | None = None

    def add(self, words: str) -> None:
        (self.singular if self.plural is None else self.plural).append(words)

    def text(self) -> Text:
        parts = [self.singular] if self.plural is None else [self.singular, self.plural]
        joined = ["".join(part) for part in parts]
        words = tuple(trim_whitespace(part) if self.trimmed else part for part in joined)
        return Text(words, self.context)


def template_texts(source: str) -> Iterator[Text]:
    """The strings marked in a Django template, as its tags will look them up."""
    block: _Block | None = None
    for token in Lexer(source).tokenize():
        if block is None:
            block = _begun(token)
            if block is None:
                yield from _inline(token)
        elif token.token_type == TokenType.BLOCK and endblock_re.match(token.contents):
            yield block.text()
            block = None
        else:
            _continue(block, token)


def _begun(token: Token) -> _Block | None:
    match = block_re.match(token.contents) if token.token_type == TokenType.BLOCK else None
    if match is None:
        return None
    return _Block("trimmed" in token.split_contents(), _unquoted(match[2]) if match[2] else None)


def _continue(block: _Block, token: Token) -> None:
    if token.token_type == TokenType.TEXT:
        block.add(token.contents.replace(*_PERCENT))
    elif token.token_type == TokenType.VAR:
        block.add(f"%({token.contents})s")
    elif token.token_type == TokenType.BLOCK and plural_re.match(token.contents):
        block.plural = []


def _inline(token: Token) -> Iterator[Text]:
    if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
        return
    match = inline_re.match(token.contents) if token.token_type == TokenType.BLOCK else None
    if match is not None:
        context = _unquoted(match[3]) if match[3] else None
        yield Text((_unquoted(match[1]).replace(*_PERCENT),), context)
    for constant in constant_re.findall(token.contents):
        yield Text((_unquoted(constant).replace(*_PERCENT),))


def _unquoted(literal: str) -> str:
    return literal.strip("'\"")


def report(found: Sequence[str]) -> str:
    """The faults, and what to do about them."""
    return "\n".join(
        [*found, f"{len(found)} faults. Run `manage.py catalogue` and fill in {po_path().name}."]
    )
