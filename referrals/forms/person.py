"""About one citizen: why her file is opened, and what she agrees to."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from referrals.states import UNDER, ConsentForm, ConsentKind
from roegfri.refusal import Words


class Reason(forms.Form):
    """Why somebody's file is opened outside one's own open cases."""

    because = forms.CharField(
        label=_("Hvorfor åbner du sagen?"),
        help_text=_("Din begrundelse gemmes i loggen, som borgeren kan få at se."),
        min_length=5,
        max_length=200,
    )


def _below(kind: ConsentKind) -> Words:
    """One that hangs under the one above it in the list."""
    return format_lazy("– {} {}", kind.label, _("(kun sammen med det)"))


class GiveConsent(forms.Form):
    """A consent, and how it was given."""

    kind = forms.ChoiceField(
        label=_("Samtykke til"),
        choices=[(one.value, _below(one) if one in UNDER else one.label) for one in ConsentKind],
    )
    form = forms.ChoiceField(
        label=_("Givet"), choices=ConsentForm.choices, widget=forms.RadioSelect, initial="oral"
    )
    guardian_agreed = forms.BooleanField(
        label=_("Givet af en forælder eller værge (kun for de yngste)"), required=False
    )


class Confirm(forms.Form):
    """A button that needs no more than to be pressed."""
