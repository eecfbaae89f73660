"""Who is given a diploma."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.queries.diplomas import Diplomas, Receiver


class Receivers(forms.Form):
    """Those who are ticked, of those who may have one. Nobody else's id is taken."""

    who = forms.TypedMultipleChoiceField(
        coerce=UUID,
        error_messages={
            "required": _("Sæt kryds ved mindst én deltager."),
            "invalid_choice": _("En af deltagerne er her ikke længere. Genindlæs siden."),
        },
    )

    def __init__(self, data: Any = None, *, found: Diplomas) -> None:
        super().__init__(data)
        self.found = found
        choices = [(str(one.id), one.name) for one in found.rows]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]

    @property
    def ticked(self) -> frozenset[UUID]:
        """What the page shows: what was sent, or who is due."""
        if not self.is_bound:
            return self.found.expected
        said = set(self.data.getlist("who"))  # type: ignore[attr-defined]
        return frozenset(one.id for one in self.found.rows if str(one.id) in said)

    @property
    def chosen(self) -> list[Receiver]:
        """Those of a form that is valid, by name."""
        return [one for one in self.found.rows if one.id in set(self.cleaned_data["who"])]
