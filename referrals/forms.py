"""What people type about citizens and referrals, turned into arguments for the commands."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.commands.receive import Details
from referrals.queries import ListedFilters
from referrals.states import (
    Channel,
    CloseReason,
    ConsentForm,
    ConsentKind,
    GuardianConsent,
    Outcome,
    ReferralState,
    Source,
)
from roegfri import clock
from roegfri.persons import cpr, names, phone


class PhoneField(forms.CharField):
    """A telephone number as people write it; its clean value is a persons.phone.Phone."""

    def __init__(self, **given: Any) -> None:
        given.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})
        )
        super().__init__(max_length=60, **given)

    def clean(self, value: Any) -> phone.Phone | None:
        """Raises ValidationError in the words of the number's own fault."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return phone.parse(text)
        except phone.PhoneProblem as fault:
            raise forms.ValidationError(str(fault)) from fault


class CivilNumberField(forms.CharField):
    """A CPR number as people write it; its clean value is a persons.cpr.CivilNumber."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=20, **given)

    def clean(self, value: Any) -> cpr.CivilNumber | None:
        """Raises ValidationError in the words of the number's own fault."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return cpr.parse(text, on=clock.today())
        except cpr.CprProblem as fault:
            raise forms.ValidationError(str(fault)) from fault


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day, as two fields that a browser knows; its value is an instant."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            widget=forms.SplitDateTimeWidget(
                date_attrs={"type": "date"},
                time_attrs={"type": "time"},
                date_format="%Y-%m-%d",
                time_format="%H:%M",
            ),
            input_date_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"],
            input_time_formats=["%H:%M", "%H.%M"],
            **given,
        )


def _not_in_the_future(moment: dt.datetime | None) -> None:
    if moment and moment > clock.now():
        raise forms.ValidationError(_now("Modtaget kan ikke ligge ude i fremtiden."))


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
        validators=[_not_in_the_future],
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
        validators=[_not_in_the_future],
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


class Call(forms.Form):
    """What came of a call; each outcome is a button of its own."""

    outcome = forms.ChoiceField(label=_("Resultat"), choices=Outcome.choices)
    note = forms.CharField(
        label=_("Notat"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
        required=False,
    )
    call_back_at = MomentField(label=_("Ring igen"), required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """A time to call back counts only with that outcome."""
        given = super().clean() or {}
        if given.get("outcome") == Outcome.CALL_BACK:
            if not given.get("call_back_at") and "call_back_at" not in self.errors:
                self.add_error("call_back_at", _now("Skriv, hvornår der skal ringes igen."))
        elif "call_back_at" in given or "call_back_at" in self.errors:
            given["call_back_at"] = None
            self.errors.pop("call_back_at", None)
        return given


class AddPhone(forms.Form):
    """Another number for a citizen."""

    phone = PhoneField(label=_("Nyt telefonnummer"))

    def clean(self) -> dict[str, Any]:
        """The arguments of add_phone."""
        given = super().clean() or {}
        number = given.get("phone")
        return {"number": number.e164, "note": number.note} if number else {}


class Reason(forms.Form):
    """Why somebody's file is opened outside one's own open cases."""

    because = forms.CharField(
        label=_("Hvorfor åbner du sagen?"),
        help_text=_("Din begrundelse gemmes i loggen, som borgeren kan få at se."),
        min_length=5,
        max_length=200,
    )


class GiveConsent(forms.Form):
    """A consent, and how it was given."""

    kind = forms.ChoiceField(label=_("Samtykke til"), choices=ConsentKind.choices)
    form = forms.ChoiceField(
        label=_("Givet"), choices=ConsentForm.choices, widget=forms.RadioSelect, initial="oral"
    )


class Close(forms.Form):
    """Why a referral ends."""

    reason = forms.ChoiceField(label=_("Grund"), choices=CloseReason.choices)


class Filter(forms.Form):
    """The filters of the referral list; nothing personal, because they stand in the address."""

    state = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Alle")), *ReferralState.choices], required=False
    )
    source = forms.ChoiceField(
        label=_("Henvist fra"), choices=[("", _("Alle")), *Source.choices], required=False
    )
    due = forms.ChoiceField(
        label=_("Frist"),
        choices=[("", _("Alle")), ("overdue", _("Overskredet")), ("today", _("I dag"))],
        required=False,
    )

    def narrowed(self) -> ListedFilters | None:
        """What the list is narrowed by; None when the form is filled in wrongly."""
        return ListedFilters(**self.cleaned_data) if self.is_valid() else None


class Confirm(forms.Form):
    """A button that needs no more than to be pressed."""
