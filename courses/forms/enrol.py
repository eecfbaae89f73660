"""Enrolling somebody, and what is wanted when there is no seat."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.rules.seats import WhenFull
from referrals.queries.wanted import Wanted
from roegfri import clock
from roegfri.accounts.models import User

STAFF = "staff"


class Enrol(forms.Form):
    """Who is enrolled. `when_full` is empty until there was no seat and something was chosen."""

    referral = forms.UUIDField(widget=forms.HiddenInput)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    when_full = forms.ChoiceField(
        choices=[(one.value, one.value) for one in WhenFull] + [(STAFF, STAFF)], required=False
    )
    counsellor = forms.ModelChoiceField(
        label=_("Rådgiver"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Vælg en rådgiver"),
    )

    def __init__(self, *given: Any, counsellors: Iterable[uuid.UUID] = (), **more: Any) -> None:
        super().__init__(*given, **more)
        choice: Any = self.fields["counsellor"]
        choice.queryset = User.objects.filter(pk__in=list(counsellors))
        choice.label_from_instance = lambda person: person.name

    def clean(self) -> dict[str, Any]:
        """The arguments of enrol; a counsellor only where one is to be added."""
        given = super().clean() or {}
        if self.errors:
            return given
        wanted = given["when_full"]
        if wanted == STAFF and given["counsellor"] is None:
            self.add_error("counsellor", _now("Vælg den rådgiver, der skal med på mødegangene."))
        return {
            "referral": given["referral"],
            "once": given["once"],
            "when_full": WhenFull.WAIT if wanted == WhenFull.WAIT else WhenFull.REFUSE,
            "counsellor": given.get("counsellor") if wanted == STAFF else None,
        }


class Find(forms.Form):
    """A name or a number among one's own cases: personal data, so it is posted."""

    q = forms.CharField(
        label=_("Find en borger i jeres åbne sager"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=_("Navn eller telefonnummer."),
        error_messages={"required": _("Skriv et navn eller et telefonnummer.")},
    )

    def clean(self) -> dict[str, Any]:
        """Adds `wanted`, what can be meant."""
        given: dict[str, Any] = super().clean() or {}
        if "q" in given:
            given["wanted"] = Wanted.read(given["q"], on=clock.today())
            if given["wanted"].nothing:
                self.add_error("q", _now("Skriv mindst to bogstaver eller tre cifre."))
        return given
