"""Markup that is rendered once and kept: nobody's own things are ever in it."""

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe

from roegfri.ui.templatetags.kept import MOST, Shelf


def shown(template: Template, **given: object) -> str:
    return template.render(Context(given))


def test_it_is_rendered_once_for_each_value() -> None:
    calls = []
    template = Template("{% load kept %}{% kept what %}{{ what }}{% endkept %}")

    class Word(str):
        def __str__(self) -> str:
            calls.append(self)
            return super().__str__()

    assert [shown(template, what=Word(w)) for w in ("a", "b", "a", "b")] == ["a", "b", "a", "b"]
    assert len(calls) == 2


def test_inside_only_the_named_values_are_seen() -> None:
    template = Template("{% load kept %}{% kept role %}{{ role }}:{{ name }}{% endkept %}")
    assert shown(template, role="rådgiver", name="Mette") == "rådgiver:"
    assert shown(template, role="rådgiver", name="Anna") == "rådgiver:"


def test_neither_the_request_nor_its_token_is_seen() -> None:
    template = Template("{% load kept %}{% kept %}{{ request.path }}{% csrf_token %}{% endkept %}")
    request = RequestFactory().get("/hemmeligt/")
    assert "hemmeligt" in Template("{{ request.path }}").render(
        RequestContext(request, {"request": request})
    )
    assert template.render(RequestContext(request, {"request": request})) == ""


def test_every_language_has_its_own() -> None:
    plain, kept = (
        Template(f"{{% load kept %}}{before}{{% translate 'January' %}}{after}")
        for before, after in (("", ""), ("{% kept %}", "{% endkept %}"))
    )
    said = []
    for language in ("da", "en", "da"):
        with translation.override(language):
            said.append((shown(plain), shown(kept)))
    assert all(one == other for one, other in said)
    assert len(set(said)) == 2


def test_a_block_cannot_be_kept() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% load kept %}{% kept %}{% block title %}{% endblock %}{% endkept %}")


def test_rows_see_what_is_named_after_them() -> None:
    inside = "{% if may %}+{% endif %}{{ name }}[[imag]] "
    template = Template("{% load rows %}{% rows lines may %}" + inside + "{% endrows %}")
    assert shown(template, lines=[1j, 2j], may=True, name="Mette") == "+1.0 +2.0 "
    assert shown(template, lines=[1j], may=False, name="Mette") == "1.0 "


def test_the_shelf_does_not_grow_without_end() -> None:
    shelf = Shelf()
    for number in range(2 * MOST + 1):
        shelf.put(number, mark_safe("x"))
        assert len(shelf._held) <= MOST
    assert shelf.get(2 * MOST) is not None
    assert shelf.get(0) is None


# ---- a form of filters ---------------------------------------------------------------------------


class Narrow(forms.Form):
    state = forms.ChoiceField(choices=[("", "Alle"), ("new", "Nye")], required=False)
    who = forms.ChoiceField(choices=[("", "Alle")], required=False)

    def __init__(self, given: QueryDict, people: tuple[str, ...] = ()) -> None:
        super().__init__(given)
        if people:
            self.fields["who"].choices = [(one, one) for one in people]  # type: ignore[attr-defined]


PAGE = Template("{% load kept %}{% kept_form form %}")


@pytest.mark.parametrize("query", ["", "state=new", "state=none", "state=new&fra=x", "state="])
def test_a_form_of_filters_looks_as_it_would_by_itself(query: str) -> None:
    for _ in range(2):
        form = Narrow(QueryDict(query))
        assert shown(PAGE, form=form) == str(Narrow(QueryDict(query)))


def test_the_choices_of_one_municipality_are_not_shown_to_another() -> None:
    for people in (("Mette",), ("Anna", "Birthe"), (), ("Mette",)):
        form = Narrow(QueryDict("state=new"), people)
        assert shown(PAGE, form=form) == str(Narrow(QueryDict("state=new"), people))
