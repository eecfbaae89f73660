"""The end of a case, its beginning again, and giving it on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.states import CLOSINGS, CloseReason, HandOverResult
from roegfri.organisations.models import Municipality


class Close(forms.Form):
    """Why a referral ends."""

    reason = forms.ChoiceField(
        label=_("Grund"),
        choices=[("", _("Vælg")), *((one.value, one.label) for one in CLOSINGS)],
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of close_referral."""
        given = super().clean() or {}
        return {"reason": CloseReason(given["reason"])} if "reason" in given else given


class Reopen(forms.Form):
    """Why a closed case is opened again."""

    why = forms.CharField(
        label=_("Hvorfor genåbnes sagen?"),
        help_text=_("For eksempel: borgeren ringede og vil gerne alligevel."),
        min_length=5,
        max_length=180,
    )


class HandOver(forms.Form):
    """To which municipality a case is given."""

    to = forms.ModelChoiceField(
        label=_("Kommune"),
        queryset=Municipality.objects.none(),
        empty_label=_("Vælg kommune"),
        help_text=_("Kun kommuner, der er med i en aftale om rygestop, kan tage imod."),
    )
    reason = forms.CharField(
        label=_("Besked til kommunen"),
        help_text=_("For eksempel: flyttet, eller vil gå på hold der. Den ser hele henvisningen."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, municipalities: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["to"].queryset = municipalities  # type: ignore[attr-defined]


class ToQuitline(forms.Form):
    """A citizen is given to Stoplinien, when she has said yes."""

    agreed = forms.BooleanField(
        label=_("Borgeren har sagt ja til, at Stoplinien får navn og telefonnummer og ringer op"),
        required=False,
    )
    note = forms.CharField(
        label=_("Besked til Stoplinien"),
        help_text=_("For eksempel hvornår borgeren helst vil ringes op. Skriv intet om helbred."),
        max_length=200,
        required=False,
    )


class QuitlineResult(forms.Form):
    """What came of a person who was given to Stoplinien."""

    result = forms.ChoiceField(
        label=_("Hvad kom der ud af det?"),
        choices=[one for one in HandOverResult.choices if one[0] != HandOverResult.WITHDRAWN],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Besked til kommunen"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """The arguments of end_hand_over."""
        given = super().clean() or {}
        if "result" in given:
            given["result"] = HandOverResult(given["result"])
        return given
