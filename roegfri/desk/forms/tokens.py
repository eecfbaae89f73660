"""What is typed about a key for another system."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.citizen import Suggested
from roegfri import clock
from roegfri.accounts.commands.tokens import LONGEST_MONTHS, MAY_HAVE, USUAL_MONTHS
from roegfri.accounts.models import Token, TokenPurpose
from roegfri.desk.forms.agreements import day_field
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Organisation

OVER = "lukkede"
# Too many to suggest: a practice is found by its ydernummer.
_NOT_SUGGESTED = Kind.PRACTICE


class Shown(forms.Form):
    """Which keys the list shows."""

    vis = forms.ChoiceField(
        choices=[("", _("I brug")), (OVER, _("Lukket eller udløbet"))], required=False
    )

    def narrow(self, rows: QuerySet[Token]) -> QuerySet[Token]:
        """The query has chosen them already."""
        return rows


class NewToken(forms.Form):
    """A key for one's own municipality; `once`: one form makes one key."""

    name = forms.CharField(
        label=_("Hvilket system er nøglen til?"),
        max_length=Token._meta.get_field("name").max_length,
        help_text=_("For eksempel «Integrationsplatformen» eller «Lægesystem, test»."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(
        label=_("Hvad må systemet?"),
        choices=TokenPurpose.choices,
        initial=TokenPurpose.REFERRALS,
        widget=forms.RadioSelect,
    )
    expires_on = day_field(
        label=_("Gælder til og med"),
        help_text=_("Højst to år. Lav en ny i god tid, og luk den gamle, når den nye er i brug."),
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        today = clock.today()
        day = self.fields["expires_on"]
        day.initial = clock.add_months(today, USUAL_MONTHS)
        latest = clock.add_months(today, LONGEST_MONTHS)
        day.widget.attrs |= {"min": today.isoformat(), "max": latest.isoformat()}


class NewTokenForAny(NewToken):
    """The same for any organisation that may have one: an administrator's."""

    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        help_text=_(
            "Navn, kommunekode, ydernummer eller afdelingsnummer. En afdeling kan skrives med sit "
            "hospital efter et komma."
        ),
        widget=Suggested(),
    )
    field_order = ("organisation",)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        widget = self.fields["organisation"].widget
        assert isinstance(widget, Suggested)  # noqa: S101  (said above)
        widget.suggestions = _suggestions()

    def clean_organisation(self) -> Organisation:
        """The one it means."""
        found = lookup.known_as(self.cleaned_data["organisation"])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _now("Ingen organisation hedder sådan eller har det nummer. Vælg én fra listen.")
            )
        named = "; ".join(_in_full(one) for one in found)
        raise forms.ValidationError(
            _now("Flere kan være ment: %(named)s. Skriv navnet, som det står her, eller et nummer.")
            % {"named": named}
        )


def _suggestions() -> list[str]:
    kinds = frozenset().union(*MAY_HAVE.values()) - {_NOT_SUGGESTED}
    rows = Organisation.objects.filter(kind__in=kinds)
    rows = rows.select_related("as_hospitaldepartment__hospital").order_by("kind", "name")
    return list(dict.fromkeys(_in_full(one) for one in rows))


def _in_full(organisation: Organisation) -> str:
    """A department with its hospital: several have the same name."""
    if organisation.kind != Kind.DEPARTMENT:
        return organisation.name
    return f"{organisation.name}, {organisation.as_hospitaldepartment.hospital.name}"
