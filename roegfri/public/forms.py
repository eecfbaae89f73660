"""What a coordinator answers to a text she has read."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now

APPROVE, WITHDRAW = "approve", "withdraw"


class Answer(forms.Form):
    """Approve or withdraw; `digest` (hexadecimal) is of the words that stood on the page."""

    act = forms.ChoiceField(choices=[(APPROVE, APPROVE), (WITHDRAW, WITHDRAW)])
    digest = forms.CharField(max_length=64, required=False)

    def clean_digest(self) -> bytes:
        """The digest's bytes."""
        try:
            return bytes.fromhex(self.cleaned_data["digest"])
        except ValueError:
            raise ValidationError(_now("Åbn siden igen, og læs teksten.")) from None

    def clean(self) -> dict[str, Any]:
        """A pressed button that is none of ours is told as a whole."""
        given = super().clean() or {}
        if "act" in self.errors:
            del self.errors["act"]
            self.add_error(None, _now("Vælg, om teksten skal godkendes eller trækkes tilbage."))
        return given
