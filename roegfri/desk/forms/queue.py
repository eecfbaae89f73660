"""What is sent from "I dag": a call noted on its line, and what the page has on the screen."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.queries import View
from referrals.states import Outcome

MOST_LINES = 200


class Note(forms.Form):
    """The outcomes that need no more than a key; `once` makes a double click one call."""

    outcome = forms.ChoiceField(
        choices=[(one, one.label) for one in (Outcome.NO_ANSWER, Outcome.VOICEMAIL)]
    )
    once = forms.UUIDField()


class OnScreen(forms.Form):
    """Which lines are shown since when, in which view, and between which times.

    `told` is how many newcomers the page has announced already.
    """

    ids = forms.CharField(required=False, max_length=37 * MOST_LINES)
    shown_at = forms.DateTimeField()
    since = forms.DateTimeField(required=False)
    until = forms.DateTimeField(required=False)
    vis = forms.ChoiceField(choices=[(one, one) for one in View], required=False)
    told = forms.CharField(required=False, max_length=8)

    def clean_ids(self) -> list[UUID]:
        """As ids."""
        try:
            return [UUID(text) for text in self.cleaned_data["ids"].split(",") if text]
        except ValueError as fault:
            raise forms.ValidationError(_("Genindlæs siden.")) from fault
