"""Every kind of field says what it is for and what is wrong with it, also to a screen reader."""

import re

import pytest
from django import forms
from django.http import QueryDict
from django.template import engines

CHOICES = [("a", "Ja"), ("b", "Nej")]
KINDS: dict[str, forms.Field] = {
    "text": forms.CharField(help_text="Sådan."),
    "textarea": forms.CharField(help_text="Sådan.", widget=forms.Textarea),
    "select": forms.ChoiceField(help_text="Sådan.", choices=CHOICES),
    "radios": forms.ChoiceField(help_text="Sådan.", choices=CHOICES, widget=forms.RadioSelect),
    "checkboxes": forms.MultipleChoiceField(
        help_text="Sådan.", choices=CHOICES, widget=forms.CheckboxSelectMultiple
    ),
    "checkbox": forms.BooleanField(help_text="Sådan."),
    "date": forms.DateField(help_text="Sådan.", widget=forms.DateInput(attrs={"type": "date"})),
    "moment": forms.SplitDateTimeField(help_text="Sådan."),
    "file": forms.FileField(help_text="Sådan."),
}


def one(field: forms.Field, *, sent: bool) -> forms.Form:
    form_class: type[forms.Form] = type("One", (forms.Form,), {"thing": field})
    return form_class(QueryDict("")) if sent else form_class()


def shown(form: forms.Form) -> str:
    template = engines["django"].from_string("{% error_summary form %}{{ form }}")
    return str(template.render({"form": form}))


@pytest.mark.parametrize("kind", KINDS)
def test_hint_and_mistake_are_tied_to_the_field(kind: str) -> None:
    html = shown(one(KINDS[kind], sent=True))
    assert 'aria-describedby="id_thing-hint id_thing-error"' in html
    assert html.count('id="id_thing-hint"') == html.count('id="id_thing-error"') == 1
    assert "Dette felt er påkrævet." in html


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_leads_to_something_that_can_be_filled_in(kind: str) -> None:
    html = shown(one(KINDS[kind], sent=True))
    target = re.search(r'<a href="#([^"]+)"', html)
    assert target
    assert re.search(rf'<(input|select|textarea)\b[^>]*\bid="{target[1]}"', html)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_field_has_a_label_and_no_mistake(kind: str) -> None:
    html = shown(one(KINDS[kind], sent=False))
    assert "<label" in html or "<legend" in html
    assert "form-error" not in html
    assert "aria-invalid" not in html


def test_only_what_may_be_left_out_says_so() -> None:
    assert "frivilligt" not in shown(one(forms.CharField(), sent=False))
    assert "frivilligt" in shown(one(forms.CharField(required=False), sent=False))


def test_what_was_typed_is_shown_and_never_run() -> None:
    form_class = type("One", (forms.Form,), {"thing": forms.IntegerField(label="<b>Antal</b>")})
    html = shown(form_class(QueryDict("thing=%22><script>")))
    assert 'value="&quot;&gt;&lt;script&gt;"' in html
    assert "<script" not in html
    assert "<b>" not in html


def test_a_unit_stands_behind_the_field() -> None:
    form = one(forms.IntegerField(), sent=False)
    template = engines["django"].from_string("{% include 'ui/field.html' with unit='dage' %}")
    html = template.render({"field": form["thing"]})
    assert re.search(r"<input\b[^>]*>\s*<div class=\"form-input-suffix\"[^>]*>dage<", html)
