"""What a coordinator types about her people and her municipality's closing days."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from roegfri.accounts.roles import STAFF, Role
from roegfri.desk.forms.agreements import day_field


class Invite(forms.Form):
    """Who, by which address, and as what."""

    name = forms.CharField(label=_("Navn"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Personens egen arbejdsmail. Den bruges til at logge ind."),
    )
    role = forms.ChoiceField(
        label=_("Rolle"),
        choices=[(role.value, role.label) for role in STAFF],
        initial=Role.COUNSELLOR,
        widget=forms.RadioSelect,
        help_text=_(
            "En koordinator kan det samme som en rådgiver, og kan desuden invitere medarbejdere "
            "og sætte lukkedage."
        ),
    )

    def clean_name(self) -> str:
        """On one line: it is written into a letter."""
        return " ".join(str(self.cleaned_data["name"]).split())


class EndRole(forms.Form):
    """The first day without the role."""

    from_on = day_field(
        label=_("Rollen er slut fra"),
        help_text=_(
            "Vælg i dag, hvis den skal slutte nu. Vælger du en senere dag, gælder den til "
            "og med dagen før."
        ),
    )


class CloseDays(forms.Form):
    """One day, or a stretch of them."""

    from_on = day_field(label=_("Dag, eller første dag"))
    until_on = day_field(
        label=_("Sidste dag"), required=False, help_text=_("Lad feltet stå tomt ved en enkelt dag.")
    )
    reason = forms.CharField(
        label=_("Note"), max_length=80, required=False, help_text=_("For eksempel: Jul, kursusdag.")
    )

    def clean(self) -> dict[str, Any]:
        """The command's arguments: a single day begins and ends with itself."""
        given = {**(super().clean() or self.cleaned_data)}
        if not given.get("until_on"):
            given["until_on"] = given.get("from_on")
        return given


def year_of(text: str, *, today: dt.date) -> int:
    """The year that was asked for; this one when it is none, or far off."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return asked if today.year - 10 <= asked <= today.year + 4 else today.year
