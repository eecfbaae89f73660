"""The one field one searches in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.queries.wanted import LONGEST, Wanted
from roegfri import clock

_FIELD = {"type": "search", "autocomplete": "off", "spellcheck": "false", "data-search": True}


class Search(forms.Form):
    """What is typed is a person's data: it is posted, and stands in no address."""

    q = forms.CharField(
        label=_("Hvem leder du efter?"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs=_FIELD),
        help_text=_("Navn, telefonnummer, CPR-nummer, fødselsdato eller sagens id."),
        error_messages={
            "required": _("Skriv, hvem du leder efter."),
            "max_length": _("Skriv højst %(limit_value)d tegn."),
            "null_characters_not_allowed": _("Skriv kun bogstaver, tal og almindelige tegn."),
        },
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if not self.is_bound:
            self.fields["q"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Adds `wanted`, what can be meant. Too little to search by is an error of the field."""
        given: dict[str, Any] = super().clean() or {}
        if "q" in given:
            given["wanted"] = Wanted.read(given["q"], on=clock.today())
            if given["wanted"].nothing:
                self.add_error("q", _now("Skriv mindst to bogstaver eller tre cifre."))
        return given
