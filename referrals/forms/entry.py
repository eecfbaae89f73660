"""How a referral comes in by hand: the short form, and the upload of a file."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.commands.details import Details
from referrals.forms.fields import CivilNumberField, MomentField, PhoneField, not_in_the_future
from referrals.states import Channel, GuardianConsent, Source
from roegfri.persons import names, phone


class NewReferral(forms.Form):
    """The short form: a telephone number and who sent it are enough."""

    phone = PhoneField(label=_("Telefon"), help_text=_("Det nummer, der skal ringes til."))
    source = forms.ChoiceField(label=_("Henvist fra"), choices=[("", _("Vælg")), *Source.choices])
    name = forms.CharField(label=_("Navn"), max_length=200, required=False)
    civil_number = CivilNumberField(label=_("CPR-nummer"), required=False)
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
    guardian_consent = forms.ChoiceField(
        label=_("Har forældrene givet samtykke? (kun for de yngste)"),
        choices=GuardianConsent.choices,
        initial=GuardianConsent.UNKNOWN,
        required=False,
    )
    text = forms.CharField(
        label=_("Henvisningens tekst"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
        required=False,
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """The arguments of receive_referral: `details` and `once`."""
        given = super().clean() or {}
        if self.errors:
            return given
        name = names.split(given["name"])
        number: phone.Phone = given["phone"]
        details = Details(
            source=Source(given["source"]),
            channel=Channel(given["channel"]),
            received_at=given["received_at"],
            given_names=name.given[:120],
            surname=name.surname[:120],
            phones=[(number.e164, number.note)],
            civil_number=given["civil_number"],
            text=given["text"],
            sender_name=given["sender_name"],
            guardian_consent=GuardianConsent(given["guardian_consent"] or "unknown"),
        )
        return {"details": details, "once": given["once"]}


class Upload(forms.Form):
    """One MedCom file, and when the municipality got it."""

    file = forms.FileField(
        label=_("MedCom-henvisning (XML)"),
        help_text=_("XREF15 fra almen praksis eller hospital. Højst 2 MB."),
        allow_empty_file=True,
    )
    received_at = MomentField(
        label=_("Modtaget"),
        help_text=_("Fristen regnes herfra. Kom filen i fredags, så skriv fredag."),
        validators=[not_in_the_future],
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of take_file."""
        given = super().clean() or {}
        if self.errors:
            return given
        file = given["file"]
        return {
            "body": file.read(),
            "filename": file.name,
            "received_at": given["received_at"],
        }
