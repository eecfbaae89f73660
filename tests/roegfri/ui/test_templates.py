"""Every template of ours compiles, its addresses exist, and a strict policy lets it be."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Template, engines
from django.template.base import Node, NodeList
from django.template.defaulttags import URLNode
from django.template.loader_tags import IncludeNode
from django.urls import get_resolver

TEMPLATES = Path(settings.ROOT) / "templates"
FILES = sorted(p.relative_to(TEMPLATES).as_posix() for p in TEMPLATES.rglob("*") if p.is_file())
HTML = [name for name in FILES if name.endswith(".html")]
# Ours to print, never to show: letters are read by the PDF press alone.
PAGES = [name for name in HTML if not name.startswith("letters/")]

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
INLINE = re.compile(
    r"<style\b|<[a-z][^>]*?\s(?:style|on[a-z]+)\s*=|(?:href|src|action)\s*=\s*[\"']?\s*javascript:",
    re.IGNORECASE | re.DOTALL,
)
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def compiled(name: str) -> Template:
    return engines["django"].get_template(name).template  # type: ignore[attr-defined, no-any-return]


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    """What a strict policy would refuse. JSON in a script element is data, not script."""
    bare = TAGS.sub(" x ", text)
    found = [m.group(0)[:80] for m in INLINE.finditer(bare)]
    for attributes, inside in SCRIPT.findall(bare):
        data = 'type="application/json"' in attributes
        if inside.strip() and not data:
            found.append(inside.strip()[:80])
        if not data and not re.search(r'\bsrc="', attributes):
            found.append(f"<script{attributes}>")
    return found


def every_node(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        for attribute in node.child_nodelists:
            yield from every_node(getattr(node, attribute, None) or NodeList())


def addresses(name: str) -> Iterator[str]:
    for node in every_node(compiled(name).nodelist):
        if isinstance(node, URLNode) and isinstance(node.view_name.var, str):
            yield str(node.view_name.var)


def known_addresses() -> set[str]:
    known: set[str] = set()

    def collect(resolver: object, prefix: str) -> None:
        known.update(f"{prefix}{n}" for n in resolver.reverse_dict if isinstance(n, str))  # type: ignore[attr-defined]
        for space, (_, inner) in resolver.namespace_dict.items():  # type: ignore[attr-defined]
            collect(inner, f"{prefix}{space}:")

    collect(get_resolver(), "")
    return known


@pytest.mark.parametrize("name", FILES)
def test_it_compiles(name: str) -> None:
    assert compiled(name).nodelist is not None


@pytest.mark.parametrize("name", HTML)
def test_what_it_includes_is_there(name: str) -> None:
    for node in every_node(compiled(name).nodelist):
        if isinstance(node, IncludeNode) and isinstance(node.template.var, str):
            compiled(node.template.var)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_inline(name: str) -> None:
    assert faults(source(name)) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<script src='https://elsewhere.example/x.js'>go()</script>",
        '<p class="a" style="color: red">',
        '<a href="/" onclick="go()">',
        "<style>p { color: red }</style>",
        '<a href="javascript:go()">',
        '<p {% if a %}class="b" {% endif %}style="x">',
    ],
)
def test_what_is_inline_is_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script src=\"{% static 'roegfri.js' %}\" defer></script>",
        '<script type="application/json">{"ids": {}}</script>',
        "{% if style == 1 %}<p>on = off</p>{% endif %}",
    ],
)
def test_what_is_not_inline_is_not(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("name", HTML)
def test_every_address_in_it_exists(name: str) -> None:
    assert set(addresses(name)) <= known_addresses()


def test_addresses_are_found_where_they_stand() -> None:
    assert {"desk:accessibility", "account_logout", "accounts:switch"} <= set(
        addresses("ui/page.html")
    )
    assert "desk:nowhere" not in known_addresses()


@pytest.mark.parametrize("name", HTML)
def test_a_form_says_its_mistakes_on_top(name: str) -> None:
    """ui/form.html leaves the mistakes of the whole form to the summary; so there has to be one."""
    if re.search(r"{{ form }}", source(name)):
        assert "{% error_summary" in source(name)
