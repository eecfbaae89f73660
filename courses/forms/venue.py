"""What is said of a place and its rooms."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from courses.commands.venues import Place
from referrals.forms.fields import OneLine

_POSTCODE = RegexValidator(r"^[0-9]{4}\Z", _("Et postnummer er fire cifre, for eksempel 2650."))
_PLACE = ("name", "street", "postcode", "town", "access", "transport")


class RoomForm(forms.Form):
    """A room, and how many it seats."""

    name = OneLine(label=_("Lokale"), max_length=60)
    seats = forms.IntegerField(
        label=_("Pladser"), min_value=1, max_value=999, required=False, localize=False
    )

    def clean_name(self) -> str:
        """A room has a name."""
        if not self.cleaned_data["name"]:
            raise forms.ValidationError(_("Skriv lokalets navn."))
        return str(self.cleaned_data["name"])


class VenueForm(forms.Form):
    """A place, as people find it."""

    name = OneLine(label=_("Navn"), max_length=80)
    street = OneLine(label=_("Adresse"), max_length=120)
    postcode = forms.CharField(
        label=_("Postnummer"),
        max_length=4,
        validators=[_POSTCODE],
        widget=forms.TextInput(attrs={"inputmode": "number", "autocomplete": "off"}),
    )
    town = OneLine(label=_("By"), max_length=60)
    access = OneLine(
        label=_("Adgang"),
        max_length=300,
        help_text=_("Hvordan man kommer ind: indgang, etage, elevator, dørtelefon."),
    )
    transport = OneLine(label=_("Transport"), max_length=300, help_text=_("Bus, tog og parkering."))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("name", "street", "town"):
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """The arguments of the command."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        rest = {name: value for name, value in given.items() if name not in _PLACE}
        return {"place": Place(**{name: given[name] for name in _PLACE}), **rest}


class NewVenue(VenueForm):
    """A new place, with its first room."""

    room = OneLine(label=_("Første lokale"), max_length=60)
    seats = forms.IntegerField(
        label=_("Pladser i lokalet"), min_value=1, max_value=999, required=False, localize=False
    )
