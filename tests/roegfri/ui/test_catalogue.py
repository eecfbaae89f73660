"""The English catalogue: what is gathered, what is looked up, and what turns the check red."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import trans_real

from roegfri.ui import catalogue
from roegfri.ui.catalogue import Text, python_texts, template_texts

TEMPLATE = """
<h1>{% translate "I dag" %}</h1> {% translate '100 % røgfri' context "mål" %}
{% blocktranslate %}Hej {{ name }}, 5 %{% endblocktranslate %}
{% blocktranslate trimmed count n=antal context "kø" %}
  {{ n }} opkald
{% plural %}
  {{ n }} opkald
  i alt
{% endblocktranslate %}
{{ _("Ring nu") }} {% if _("Ring nu") == name %}{% endif %}
{# {% translate "skjult" %} #} {% translate variabel %}
"""
PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext, gettext_lazy
a = _("En lang "
      "linje")
b = ngettext("%(n)d sag", "%(n)d sager", n)
c = pgettext("dag", "I alt")
d = gettext_lazy("Doven")
e = _(variabel)
"""


def test_strings_of_a_template() -> None:
    assert list(template_texts(TEMPLATE)) == [
        Text(("I dag",)),
        Text(("100 %% røgfri",), "mål"),
        Text(("Hej %(name)s, 5 %%",)),
        Text(("%(n)s opkald", "%(n)s opkald i alt"), "kø"),
        Text(("Ring nu",)),
        Text(("Ring nu",)),
    ]


def test_strings_of_python() -> None:
    assert list(python_texts(PYTHON.encode())) == [
        Text(("En lang linje",)),
        Text(("%(n)d sag", "%(n)d sager")),
        Text(("I alt",), "dag"),
        Text(("Doven",)),
    ]


def test_strings_under_a_name_of_the_files_own() -> None:
    source = """
from django.utils.translation import gettext as _now, gettext_lazy as _, npgettext as counted
a = _now("Straks"), _("Siden")
def later():
    from django.utils.translation import ngettext as some
    return some("%(n)s dag", "%(n)s dage", n), counted("kø", "et opkald", "%(n)s opkald", n)
b = other("Ikke mærket")
"""
    assert list(python_texts(source.encode())) == [
        Text(("Straks",)),
        Text(("Siden",)),
        Text(("%(n)s dag", "%(n)s dage")),
        Text(("et opkald", "%(n)s opkald"), "kø"),
    ]


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """A project with one template and one Python file."""
    (tmp_path / "roegfri").mkdir()
    (tmp_path / "roegfri" / "words.py").write_text(PYTHON)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    settings.ROOT = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    engine = "django.template.backends.django.DjangoTemplates"
    settings.TEMPLATES = [{"BACKEND": engine, "DIRS": [tmp_path / "templates"]}]
    po = catalogue.po_path()
    po.parent.mkdir(parents=True)
    call_command("catalogue", verbosity=0)
    return po


def translate_all(po: Path) -> None:
    """Every translation is its source, upside down in capitals as it were."""
    from babel.messages.pofile import read_po, write_po

    with po.open("rb") as file:
        catalog = read_po(file, locale="en")
    for message in catalog:
        if message.id:
            message.string = message.id
    with po.open("wb") as file:
        write_po(file, catalog)


def forget_english() -> None:
    """Django keeps what it has read of a catalogue."""
    trans_real._translations.pop("en", None)  # type: ignore[attr-defined]


def checked() -> str:
    with pytest.raises(CommandError) as fault:
        call_command("catalogue", "--check")
    return str(fault.value)


def test_a_complete_catalogue_passes(place: Path) -> None:
    translate_all(place)
    call_command("catalogue", "--check")


def test_an_untranslated_string_fails(place: Path) -> None:
    translate_all(place)
    place.write_text(place.read_text().replace('msgstr "I dag"', 'msgstr ""'))
    assert "untranslated: 'I dag'" in checked()


def test_half_a_plural_fails(place: Path) -> None:
    translate_all(place)
    text = place.read_text()
    assert 'msgstr[1] "%(n)d sager"' in text
    place.write_text(text.replace('msgstr[1] "%(n)d sager"', 'msgstr[1] ""'))
    assert "untranslated: '%(n)d sag' / '%(n)d sager'" in checked()


def test_a_fuzzy_string_fails(place: Path) -> None:
    translate_all(place)
    place.write_text(place.read_text().replace('msgid "I dag"', '#, fuzzy\nmsgid "I dag"'))
    assert "fuzzy: 'I dag'" in checked()


def test_a_new_and_a_forgotten_string_fail(place: Path) -> None:
    translate_all(place)
    page = place.parents[3] / "templates" / "page.html"
    page.write_text(page.read_text().replace("I dag", "I morgen"))
    assert "missing: 'I morgen'" in checked()
    assert "obsolete: 'I dag'" in checked()
    call_command("catalogue", verbosity=0)
    assert "untranslated: 'I morgen'" in checked()
    assert "I dag" not in place.read_text()


def test_a_lost_placeholder_fails(place: Path) -> None:
    translate_all(place)
    place.write_text(place.read_text().replace('msgstr "Hej %(name)s', 'msgstr "Hello %(navn)s'))
    assert "name" in checked()


def test_updating_twice_changes_nothing(place: Path) -> None:
    translate_all(place)
    call_command("catalogue", verbosity=0)
    once = place.read_text()
    call_command("catalogue", verbosity=0)
    assert place.read_text() == once
    assert 'msgstr "I dag"' in once


def test_django_looks_up_what_was_gathered(place: Path) -> None:
    """The extraction agrees with Django's own tags: every marked text comes out translated."""
    from babel.messages.pofile import read_po, write_po

    with place.open("rb") as file:
        catalog = read_po(file, locale="en")
    for message in catalog:
        if message.id:
            both = isinstance(message.id, tuple)
            message.string = tuple(f"EN {w}" for w in message.id) if both else f"EN {message.id}"
    with place.open("wb") as file:
        write_po(file, catalog)
    call_command("catalogue", "--compile")
    forget_english()
    try:
        with translation.override("en"):
            shown = Template("{% load i18n %}" + TEMPLATE).render(
                Context({"name": "Bo", "antal": 2, "variabel": "x"})
            )
    finally:
        forget_english()
    for expected in (
        "EN I dag",
        "EN 100 % røgfri",
        "EN Hej Bo, 5 %",
        "EN 2 opkald i alt",
        "EN Ring nu",
    ):
        assert expected in shown
