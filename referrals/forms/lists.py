"""The filters of the lists."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from referrals.queries import ListedFilters
from referrals.queries.deadlines import Kind
from referrals.states import ReferralState, Source
from roegfri.refusal import Words

# Not closed, whether or not anybody has talked with the citizen.
OPEN = "open"
# What deadlines kept counts: its word in the address, and what it is called, in their order.
CAME_AS: Mapping[str, tuple[str, Words]] = {
    Kind.SENT: ("henvist", _("Henvist")),
    Kind.SELF: ("selv", _("Selvhenvendt")),
    Kind.FOLLOW_UP: ("opfoelgning", _("Efter opfølgning")),
}
VERDICTS: Mapping[str, tuple[str, Words]] = {
    "in_time": ("i_tide", _("I tide")),
    "late": ("for_sent", _("For sent")),
    "waiting": ("venter", _("Venter")),
    "missed": ("overskredet", _("Ikke truffet i tide")),
}


def _meant(known: Mapping[str, tuple[str, Words]], word: str) -> str:
    """What a word of the address stands for; empty for none."""
    return next((name for name, (said, _label) in known.items() if said == word), "")


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    ours = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2199, 12, 31))]
    return forms.DateField(label=label, required=False, widget=widget, validators=ours)


class Filter(forms.Form):
    """The filters of the referral list; nothing personal, because they stand in the address."""

    state = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("Alle")), (OPEN, _("Åben")), *ReferralState.choices],
        required=False,
    )
    source = forms.ChoiceField(
        label=_("Henvist fra"), choices=[("", _("Alle")), *Source.choices], required=False
    )
    due = forms.ChoiceField(
        label=_("Frist"),
        choices=[("", _("Alle")), ("overdue", _("Overskredet")), ("today", _("I dag"))],
        required=False,
    )

    modtaget_fra = _day(_("Modtaget fra"))
    modtaget_til = _day(_("Modtaget til og med"))
    slags = forms.ChoiceField(
        label=_("Kom som"), choices=[("", _("Alle")), *CAME_AS.values()], required=False
    )
    kontakt = forms.ChoiceField(
        label=_("Frist overholdt"), choices=[("", _("Alle")), *VERDICTS.values()], required=False
    )
    raadgiver = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def narrowed(self) -> ListedFilters | None:
        """What the list is narrowed by; None when the form is filled in wrongly."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        return ListedFilters(
            state="" if asked["state"] == OPEN else asked["state"],
            unclosed=asked["state"] == OPEN,
            source=asked["source"],
            due=asked["due"],
            received_from=asked["modtaget_fra"],
            received_until=asked["modtaget_til"],
            came_as=_meant(CAME_AS, asked["slags"]),
            verdict=_meant(VERDICTS, asked["kontakt"]),
            caseworker_id=asked["raadgiver"],
        )
