"""The letter to a general practitioner: its text, what she agrees to, and who her doctor is."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.citizen import Suggested
from referrals.states import ConsentForm, ConsentKind
from roegfri.medcom import discharge
from roegfri.organisations import lookup

_KINDS = (ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT)


class Letter(forms.Form):
    """The text as it will be sent. How long it may be is said by the command, with how many
    characters are too many, and nothing of it is lost."""

    text = forms.CharField(
        label=_("Brevets tekst"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 11}),
        help_text=_("Ret, hvad der skal rettes. Højst %d tegn.") % discharge.MAX_TEXT,
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class LetterConsent(forms.Form):
    """What she agrees to, said aloud or written; with the letter its result, at once or later."""

    kind = forms.ChoiceField(choices=[(one.value, one.label) for one in _KINDS])
    form = forms.ChoiceField(
        label=_("Givet"),
        choices=ConsentForm.choices,
        widget=forms.RadioSelect,
        initial=ConsentForm.ORAL,
    )
    guardian_agreed = forms.BooleanField(
        label=_("Givet af en forælder eller værge (kun for de yngste)"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of give_consent."""
        given = super().clean() or {}
        if not self.errors:
            given["kind"] = ConsentKind(given["kind"])
            given["form"] = ConsentForm(given["form"])
        return given


class LetterConsentEnds(forms.Form):
    """What she takes back."""

    kind = forms.ChoiceField(choices=[(one.value, one.label) for one in _KINDS])


class Doctor(forms.Form):
    """Which practice is hers: one of those known here."""

    practice = forms.CharField(
        label=_("Lægepraksis"),
        max_length=160,
        help_text=_("Vælg fra listen, eller skriv navnet eller ydernummeret."),
    )

    def __init__(self, data: Any = None, *, practices: Sequence[str] = (), **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["practice"].widget = Suggested(practices)

    def clean_practice(self) -> str:
        """The id of the practice."""
        found = lookup.practice(self.cleaned_data["practice"])
        if found is None:
            raise forms.ValidationError(
                _now(
                    "Praksis kendes ikke her. Bed administratoren om at oprette den, eller skriv"
                    " lægens navn under «Ret oplysninger» og send brevet på papir."
                )
            )
        return str(found.pk)
