"""What a project leader types: a day to look at, and a term or an amount from a day on."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri import money
from roegfri.organisations.models import Municipality
from roegfri.organisations.terms import NO, TERMS, YES, Kind

HIGHEST = 9999


def day_field(**given: Any) -> forms.DateField:
    """A date; the browser's own calendar where it has one."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **given)


class AsOf(forms.Form):
    """Which day an agreement is shown as of."""

    dato = day_field(label=_("Vis aftalen, som den gælder den"))


class FromADay(forms.Form):
    """Something new from a day on; the past only with open eyes."""

    from_on = day_field(label=_("Gælder fra"))
    note = forms.CharField(
        label=_("Kilde eller bemærkning"),
        max_length=200,
        required=False,
        help_text=_("For eksempel hvilket møde der besluttede det. Vises ved siden af værdien."),
    )
    confirm = forms.BooleanField(
        label=_("Jeg ved, at opgørelser og rapporter for tiden siden da bliver regnet om"),
        required=False,
        help_text=_("Skal kun sættes, når datoen ligger før i dag."),
    )

    def __init__(self, *given: Any, today: dt.date, **more: Any) -> None:
        super().__init__(*given, **more)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """A date in the past needs the tick; what is left are the command's arguments."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        from_on = cleaned.get("from_on")
        if from_on and from_on < self.today and not cleaned.pop("confirm", False):
            self.add_error(
                "confirm",
                _now(
                    "Datoen ligger før i dag. Opgørelser og rapporter for tiden fra %(day)s bliver "
                    "regnet om med den nye værdi. Sæt flueben her, hvis det er meningen."
                )
                % {"day": f"{from_on:%d.%m.%Y}"},
            )
        cleaned.pop("confirm", None)
        return cleaned


def _number(_municipalities: Iterable[Municipality], unit: str) -> forms.Field:
    return forms.IntegerField(
        label=_("Ny værdi"), min_value=0, max_value=HIGHEST, help_text=unit, localize=False
    )


def _yes_or_no(_municipalities: Iterable[Municipality], _unit: str) -> forms.Field:
    choices = [(YES, _("Ja")), (NO, _("Nej"))]
    return forms.ChoiceField(label=_("Ny værdi"), choices=choices, widget=forms.RadioSelect)


def _municipality(municipalities: Iterable[Municipality], _unit: str) -> forms.Field:
    choices = [("", "-"), *((m.code, m.name) for m in municipalities)]
    return forms.ChoiceField(label=_("Ny værdi"), choices=choices)


def _words(_municipalities: Iterable[Municipality], _unit: str) -> forms.Field:
    return forms.CharField(label=_("Ny værdi"), max_length=40)


_FIELDS = {
    Kind.INT: _number,
    Kind.BOOL: _yes_or_no,
    Kind.MUNICIPALITY: _municipality,
    Kind.TEXT: _words,
}


class NewTerm(FromADay):
    """A term's new value, in the field that suits its kind."""

    field_order = ("value", "from_on", "note", "confirm")

    def __init__(
        self, *given: Any, name: str, municipalities: Iterable[Municipality], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        meaning = TERMS[name]
        if meaning.choices is not None:
            self.fields["value"] = forms.ChoiceField(
                label=_("Ny værdi"), choices=meaning.choices.choices, widget=forms.RadioSelect
            )
        else:
            self.fields["value"] = _FIELDS[meaning.kind](municipalities, str(meaning.unit))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Values are kept as text."""
        cleaned = super().clean()
        return {**cleaned, "value": str(cleaned.get("value", ""))}


class KronerField(forms.CharField):
    """An amount as a Dane types it, as whole øre."""

    def clean(self, value: Any) -> Any:
        """Øre; raises ValidationError for what is not an amount."""
        text = super().clean(value)
        try:
            oere = money.from_danish(text)
        except ValueError as fault:
            words = _now("Skriv beløbet i kroner, for eksempel 1.230,00.")
            raise forms.ValidationError(words) from fault
        if not 0 <= oere < 10**12:
            raise forms.ValidationError(_now("Beløbet kan ikke være negativt eller så stort."))
        return oere


class NewRate(FromADay):
    """An amount from a day on."""

    amount_ore = KronerField(
        label=_("Nyt beløb i kroner"), max_length=20, help_text=_("For eksempel 1.230,00")
    )
    field_order = ("amount_ore", "from_on", "note", "confirm")
