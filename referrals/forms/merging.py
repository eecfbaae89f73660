"""Two rows that may be one person: how the other is found, and who is kept."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


class MergeTwo(forms.Form):
    """Sent three times: to find the other, to compare the two, and to merge them."""

    written = forms.CharField(
        label=_("Find den anden"),
        help_text=_("CPR-nummer, telefonnummer eller sagens id."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    why = forms.CharField(
        label=_("Hvorfor er det måske samme borger?"),
        help_text=_("Gemmes i loggen, som borgeren kan få at se."),
        min_length=5,
        max_length=200,
    )
    other = forms.UUIDField(label=_("Den anden"), required=False)
    keep = forms.UUIDField(label=_("Behold"), required=False)

    def pair(self, one: uuid.UUID, candidates: set[uuid.UUID]) -> tuple[uuid.UUID, ...]:
        """(kept, merged) when both have been chosen among those that were found; else nothing."""
        if self.data.get("step") != "merge" or not self.is_valid():
            return ()
        other, keep = self.cleaned_data["other"], self.cleaned_data["keep"]
        if other not in candidates or keep not in {one, other}:
            return ()
        return (keep, other if keep == one else one)

    def clean(self) -> dict[str, Any]:
        """One is chosen or looked for; nobody is merged before it is chosen who is kept."""
        given = super().clean() or {}
        looks_for = self.data.get("step") == "find" or not given.get("other")
        if looks_for and not given.get("written") and "written" not in self.errors:
            self.add_error("written", _now("Skriv et nummer, eller vælg en, der er fundet."))
        if self.data.get("step") == "merge" and not given.get("keep") and "keep" not in self.errors:
            self.add_error("keep", _now("Vælg, hvem af de to der skal beholdes."))
        return given
