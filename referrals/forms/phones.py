"""A citizen's telephone numbers: another one, a digit corrected, another order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import OneLine, PhoneField
from roegfri.persons.phone import Phone, display


class AddPhone(forms.Form):
    """Another number, to be called first."""

    phone = PhoneField(
        label=_("Nyt telefonnummer"),
        help_text=_("Det bliver det første, der ringes til. Skriv gerne, hvis det er: «mor»."),
    )
    note = OneLine(label=_("Mobil, fastnet eller hvis"), max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands beside the call's own form, which has a note as well.
        super().__init__(*args, **{"auto_id": "id_new_%s", **kwargs})

    def clean(self) -> dict[str, Any]:
        """The arguments of add_phone."""
        given = super().clean() or {}
        return given | _told(given)


class ChangePhone(forms.Form):
    """A number corrected, and whose it is; `was` is the number that the page showed."""

    was = forms.CharField(max_length=16)
    phone = forms.CharField(label=_("Telefonnummer"), max_length=60)
    note = OneLine(label=_("Mobil, fastnet eller hvis"), max_length=40)

    def clean_phone(self) -> Phone | None:
        """One that was not touched stays as it is kept, whatever the numbering plan says of it."""
        typed, was = self.cleaned_data["phone"], self.cleaned_data.get("was", "")
        if _digits(typed) in {_digits(was), _digits(display(was))}:
            return Phone(was)
        return PhoneField().clean(typed)

    def clean(self) -> dict[str, Any]:
        """The arguments of change_phone."""
        given = super().clean() or {}
        return _told(given) | {"was": given["was"]} if not self.errors else given


class PhonePlace(forms.Form):
    """The place in the order of calling."""

    place = forms.IntegerField(min_value=0, max_value=1000)


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """The number and the words that stood around it, unless the note has others."""
    number = given.pop("phone", None)
    return {"number": number.e164, "note": given.get("note") or number.note} if number else {}


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
