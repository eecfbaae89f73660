"""The OpenAPI document as people read it: each call with its fields, answers and a curl line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from roegfri.api.openapi import Document
from roegfri.api.problems import KINDS, Kind
from roegfri.refusal import Words

_TYPES: dict[str, Words] = {
    "string": _lazy("tekst"),
    "boolean": "true / false",
    "integer": _lazy("helt tal"),
    "array": _lazy("liste"),
    "object": _lazy("objekt"),
}
_FORMATS: dict[str, Words] = {
    "date": _lazy("åååå-mm-dd"),
    "date-time": _lazy("dato og tid med tidszone"),
}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of what is sent or answered; `limits` in words ("højst 120 tegn")."""

    name: str
    words: str
    limits: str
    example: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A status, what it means, and what it looks like."""

    status: str
    words: str
    example: str


@dataclass(frozen=True, slots=True)
class Call:
    """One address with one method; `is_open`: it needs no key. `asked` stands in the address."""

    anchor: str
    method: str
    path: str
    summary: str
    words: str
    types: str
    is_open: bool
    asked: tuple[FieldLine, ...]
    headers: tuple[FieldLine, ...]
    fields: tuple[FieldLine, ...]
    answers: tuple[AnswerLine, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All of it; `site` is where this site answers."""

    site: str
    words: str
    calls: tuple[Call, ...]
    problems: tuple[Kind, ...]


def docs_page(document: Document, site: str) -> Page:
    """The page about a description, for a reader who came by the address `site`."""
    calls = tuple(
        _call(path, method, said, document, site)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    )
    return Page(site, document["info"]["description"], calls, tuple(KINDS.values()))


def _call(path: str, method: str, said: Document, document: Document, site: str) -> Call:
    content = said.get("requestBody", {}).get("content", {})
    sent = _resolved(content.get("application/json", {}).get("schema", {}), document)
    return Call(
        anchor=said["operationId"],
        method=method.upper(),
        path=path,
        summary=said["summary"],
        words=said["description"],
        types=", ".join(content),
        is_open=not said["security"],
        asked=tuple(_parameters(said, "query")),
        headers=tuple(_parameters(said, "header")),
        fields=tuple(_fields(sent, document)),
        answers=tuple(_answers(said["responses"])),
        samples=tuple(one["source"].replace("$SITE", site) for one in said["x-codeSamples"]),
    )


def _parameters(said: Document, where: str) -> Iterator[FieldLine]:
    """What may be sent beside a body: in the address, or as a header."""
    for one in said["parameters"]:
        if one["in"] == where:
            example = one.get("example", "")
            example = " ".join(map(str, example)) if isinstance(example, list) else str(example)
            limits = _limits(one["schema"]) if where == "query" else ""
            yield FieldLine(one["name"], one["description"], limits, example)


def _fields(schema: Document, document: Document, above: str = "") -> Iterator[FieldLine]:
    """The fields in order; those of an object in it by its name and theirs."""
    for name, field in schema.get("properties", {}).items():
        inner = _resolved(next(iter(field.get("anyOf", [])), field), document)
        if "properties" in inner:
            yield from _fields(inner, document, f"{above}{name}.")
            continue
        example = field.get("examples", [""])[0]
        yield FieldLine(
            f"{above}{name}",
            field.get("description", ""),
            _limits(inner),
            example if isinstance(example, str) else json.dumps(example),
        )


def _limits(schema: Document) -> str:
    if "enum" in schema:
        return " / ".join(map(str, schema["enum"]))
    parts = [str(_TYPES[schema["type"]])] if schema.get("type") in _TYPES else []
    if schema.get("format") in _FORMATS:
        parts = [str(_FORMATS[schema["format"]])]
    if "minimum" in schema and "maximum" in schema:
        parts.append(f"{schema['minimum']}-{schema['maximum']}")
    if "maxLength" in schema:
        parts.append(_("højst %(count)s tegn") % {"count": schema["maxLength"]})
    if "maxItems" in schema:
        parts.append(_("højst %(count)s") % {"count": schema["maxItems"]})
    return ", ".join(parts)


def _answers(responses: Document) -> Iterator[AnswerLine]:
    """What a call itself answers; the problems are told of once for all."""
    for status, said in sorted(responses.items(), key=_made_first):
        if "$ref" in said:
            continue
        content: Document = next(iter(said.get("content", {}).values()), {})
        example = content.get("example")
        shown = json.dumps(example, ensure_ascii=False, indent=2) if example else ""
        yield AnswerLine(status, said["description"], shown)


def _made_first(answer: tuple[str, Any]) -> tuple[int, str]:
    order = ("201", "200")
    return (order.index(answer[0]) if answer[0] in order else len(order), answer[0])


def _resolved(schema: Any, document: Document) -> Document:
    """The schema behind a reference."""
    found: Document = schema
    if "$ref" in found:
        found = document["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found
