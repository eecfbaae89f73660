"""Somebody walks in: as little as is known of her, and who she may be."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.commands.walkin import WalkIn
from referrals.forms.fields import OneLine
from roegfri import clock
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr, names, phone

# What people write where there is no name.
UNKNOWN = frozenset({"ukendt", "navn ukendt", "unknown", "?", "-"})
NEW = "new"
# How a form names who somebody is, and what the command calls it.
KINDS = {"participant": "participant", "citizen": "citizen"}


class WalkInForm(forms.Form):
    """Name or telephone, or «ukendt»; `decided` is who of those who were shown it is.

    A telephone number that cannot be read stops nobody: it is kept as it was typed.
    """

    name = OneLine(
        label=_("Navn"), max_length=200, help_text=_("Skriv «ukendt», hvis du ikke ved det.")
    )
    phone = OneLine(
        label=_("Telefon"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    home = forms.ModelChoiceField(
        Municipality.objects.order_by("name"),
        label=_("Bopælskommune"),
        empty_label=_("Ukendt"),
        required=False,
    )
    note = OneLine(label=_("Bemærkning"), max_length=300)
    decided = forms.CharField(
        label=_("Hvem er det?"), required=False, max_length=60, widget=forms.HiddenInput
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """`who`; and `participant` or `citizen`, the id of who it is, or neither."""
        given = super().clean() or {}
        if self.errors:
            return given
        if not (given["name"] or given["phone"] or given["note"] or given["decided"]):
            self.add_error("name", _now("Skriv et navn eller et telefonnummer, eller «ukendt»."))
            return given
        known = "" if given["name"].casefold() in UNKNOWN else given["name"]
        name, number = names.split(known), phone.understood(given["phone"])
        who = WalkIn(
            given_names=name.given[:120],
            surname=name.surname[:120],
            phone=number,
            unread="" if number else _kept(given["phone"]),
            home=given["home"],
            note=given["note"],
        )
        return {"who": who, "once": given["once"], "decided": given["decided"]}

    def clean_decided(self) -> tuple[str, uuid.UUID] | None:
        """("participant" or "citizen", her id); ("new", …): none of those who were shown."""
        kind, _colon, text = self.cleaned_data["decided"].partition(":")
        if not kind:
            return None
        if kind == NEW:
            return NEW, uuid.UUID(int=0)
        try:
            return KINDS[kind], uuid.UUID(text)
        except (KeyError, ValueError):
            raise ValidationError(_now("Vælg, hvem det er.")) from None


def _kept(typed: str) -> str:
    """What was typed for a number, as it can stand in a text: a CPR number never in full."""
    try:
        return cpr.parse(typed, on=clock.today()).masked()
    except cpr.CprProblem:
        return "".join(one for one in typed if one.isprintable())
