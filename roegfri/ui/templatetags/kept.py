"""Markup that is the same for everybody is rendered once, and kept by the process.

    {% load kept %}
    {% kept menu here %}
      ... only `menu` and `here` can be seen in here ...
    {% endkept %}

The named values are the key, with the language. Nothing else of the page is visible inside, neither
the request nor who is signed in: what one person may see can not be kept for another by mistake.
The values must be hashable, and say all that the markup depends on.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from django import forms, template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.utils import translation
from django.utils.safestring import SafeString

register = template.Library()
MOST = 500


class Shelf:
    """What is kept, by its key; emptied when it grows beyond MOST."""

    def __init__(self) -> None:
        self._held: dict[Hashable, SafeString] = {}

    def get(self, key: Hashable) -> SafeString | None:
        """None when it has to be rendered."""
        return self._held.get(key)

    def put(self, key: Hashable, markup: SafeString) -> SafeString:
        """The markup again."""
        if len(self._held) >= MOST:
            self._held.clear()
        self._held[key] = markup
        return markup


@register.tag
def kept(parser: Parser, token: Token) -> "Kept":
    """{% kept <variable> ... %} ... {% endkept %}"""
    _, *names = token.split_contents()
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept({name: parser.compile_filter(name) for name in names}, inside)


class Kept(template.Node):
    """A part of a template that is rendered once for each language and each set of values."""

    child_nodelists = ("inside",)

    def __init__(self, named: dict[str, FilterExpression], inside: NodeList) -> None:
        if inside.get_nodes_by_type(BlockNode):
            msg = "a block differs from page to page, and can not be kept"
            raise template.TemplateSyntaxError(msg)
        self.named, self.inside, self.shelf = named, inside, Shelf()

    def render(self, context: Context) -> SafeString:
        """The markup."""
        values = {name: value.resolve(context) for name, value in self.named.items()}
        key = (translation.get_language(), *values.values())
        return self.shelf.get(key) or self.shelf.put(key, self.inside.render(context.new(values)))


_forms = Shelf()


@register.simple_tag
def kept_form(form: forms.Form) -> SafeString:
    """A form of filters: the same choices and the same answers look the same."""
    key = (translation.get_language(), *_looks(form))
    return _forms.get(key) or _forms.put(key, form.render())


def _looks(form: forms.Form) -> tuple[Hashable, ...]:
    """All that its markup depends on: what was answered, and what there is to choose from."""
    given: Any = form.data
    answers = given.lists() if hasattr(given, "lists") else given.items()
    return (
        type(form),
        form.is_bound,
        repr(form.initial),
        tuple((name, tuple(answer)) for name, answer in answers if name in form.fields),
        tuple(_own_choices(form)),
    )


def _own_choices(form: forms.Form) -> Iterator[Hashable]:
    """The choices that this form has and others of its class have not."""
    for name, field in form.fields.items():
        choices = getattr(field, "choices", None)
        if choices is not None and choices != getattr(form.base_fields.get(name), "choices", None):
            yield name, tuple((value, str(label)) for value, label in choices)
