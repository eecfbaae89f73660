"""Giving cases to a colleague, and covering for one who is away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.queries import Colleague


class Assign(forms.Form):
    """To whom; whether she may have cases is asked by the command."""

    to = forms.UUIDField()


class Cover(forms.Form):
    """Who is away, who looks after her cases, and when. `people` are those one may choose from."""

    absent = forms.TypedChoiceField(label=_("Fraværende"), coerce=UUID)
    substitute = forms.TypedChoiceField(label=_("Dækkes af"), coerce=UUID)
    from_on = forms.DateField(
        label=_("Fra"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until_on = forms.DateField(
        label=_("Til og med"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, people: Sequence[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Vælg")), *((str(one.id), one.name) for one in people)]
        for name in ("absent", "substitute"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  (said above)
            field.choices = choices
