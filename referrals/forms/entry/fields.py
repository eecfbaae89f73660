"""The fields of the entry form, and where each of them stands."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import (
    BirthDateField,
    CivilNumberField,
    MomentField,
    PhoneField,
    not_in_the_future,
)
from referrals.states import Channel, GuardianConsent, Source
from roegfri.organisations.models import Municipality

MAIN = ("phone", "source", "name", "civil_number", "sender_name", "received_at")
MORE = (
    "home",
    "email",
    "practice_name",
    "language",
    "channel",
    "interpreter",
    "address_protected",
)
PHONES = ("phone_note", "birth_date", "phone_2", "phone_2_note", "phone_3", "phone_3_note")
GUARDIAN = ("guardian_name", "guardian_phone", "guardian_consent")
# What stands in a choice that nobody has touched.
UNTOUCHED = {"channel": Channel.EMAIL, "guardian_consent": GuardianConsent.UNKNOWN}


# What stands beside a number: whose it is.
_NOTE: dict[str, Any] = {
    "help_text": _("For eksempel mobil, arbejde eller datter."),
    "max_length": 40,
    "required": False,
}


class EntryFields(forms.Form):
    """A telephone number and who sent it are enough.

    `found` holds what was filled in from the pasted text (JSON), so that another text can take its
    place; `sent` when the mails in it were sent; `message` the message of the inbox that it is
    written from.
    """

    text = forms.CharField(
        label=_("Henvisningens tekst"),
        help_text=_("Indsæt mailen eller beskeden her: telefon, navn og afsender findes for dig."),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        max_length=20_000,
        required=False,
    )
    phone = PhoneField(label=_("Telefon"), help_text=_("Det nummer, der skal ringes til."))
    phone_note = forms.CharField(label=_("Bemærkning til telefonen"), **_NOTE)
    phone_2 = PhoneField(label=_("Et nummer til"), required=False)
    phone_2_note = forms.CharField(label=_("Bemærkning til det andet nummer"), **_NOTE)
    phone_3 = PhoneField(label=_("Endnu et nummer"), required=False)
    phone_3_note = forms.CharField(label=_("Bemærkning til det tredje nummer"), **_NOTE)
    source = forms.ChoiceField(label=_("Henvist fra"), choices=[("", _("Vælg")), *Source.choices])
    name = forms.CharField(label=_("Navn"), max_length=200, required=False)
    civil_number = CivilNumberField(label=_("CPR- eller erstatningsnummer"), required=False)
    birth_date = BirthDateField(label=_("Fødselsdato"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    home = forms.ModelChoiceField(
        Municipality.objects.order_by("name"),
        label=_("Bopælskommune"),
        empty_label=_("Ukendt"),
        required=False,
    )
    language = forms.CharField(label=_("Sprog"), max_length=40, required=False)
    interpreter = forms.BooleanField(label=_("Behov for tolk"), required=False)
    address_protected = forms.BooleanField(label=_("Beskyttet adresse"), required=False)
    practice_name = forms.CharField(
        label=_("Egen læge"), help_text=_("Ydernummer eller navn."), max_length=160, required=False
    )
    sender_name = forms.CharField(
        label=_("Afdeling, praksis eller person"), max_length=160, required=False
    )
    channel = forms.ChoiceField(
        label=_("Kom som"),
        choices=[c for c in Channel.choices if c[0] != Channel.MEDCOM],
        initial=Channel.EMAIL,
    )
    received_at = MomentField(
        label=_("Modtaget"),
        help_text=_("Fristen regnes herfra: hvornår kommunen fik henvisningen."),
        validators=[not_in_the_future],
    )
    guardian_name = forms.CharField(label=_("Forælder eller værge"), max_length=120, required=False)
    guardian_phone = PhoneField(label=_("Forælders telefon"), required=False)
    guardian_consent = forms.ChoiceField(
        label=_("Har forældrene givet samtykke?"),
        choices=GuardianConsent.choices,
        initial=GuardianConsent.UNKNOWN,
        required=False,
    )
    decided = forms.CharField(
        label=_("Samme borger"), max_length=40, required=False, widget=forms.HiddenInput
    )
    found = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10_000)
    sent = forms.CharField(widget=forms.HiddenInput, required=False, max_length=120)
    message = forms.UUIDField(widget=forms.HiddenInput, required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
