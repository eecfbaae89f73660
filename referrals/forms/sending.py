"""How a sender refers somebody: a telephone number is enough."""

import uuid
from collections.abc import Sequence
from typing import Any, Self

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.commands.details import Details
from referrals.forms.fields import BirthDateField, CivilNumberField, PhoneField
from referrals.queries import Receivers
from referrals.states import Channel, GuardianConsent, SentState, Source
from roegfri import clock
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr, names, phone

OF_AGE = 18
_GUARDIAN = ("guardian_consent", "guardian_name", "guardian_phone")
_QUIET = {"autocomplete": "off"}


class NumberField(PhoneField):
    """Shown as needed, and left empty where the number stands in the message: the form looks."""

    def validate(self, value: Any) -> None:
        """Nothing is asked of it alone."""


class SendReferral(forms.Form):
    """The sender's form. `offered` are the municipalities there are to choose among.

    The telephone number may stand in the message instead, when it is the only one there.
    """

    # What decides by when they call, and what is asked of her parents.
    WATCHED = ("to", "civil_number", "birth_date")

    to = forms.ChoiceField(
        label=_("Kommune"),
        help_text=_("Den kommune, der skal ringe. Som regel den, borgeren bor i."),
    )
    phone = NumberField(
        label=_("Borgerens telefon"),
        help_text=_("Det nummer, kommunen skal ringe til. Kan også stå i beskeden."),
    )
    text = forms.CharField(
        label=_("Besked til kommunen"),
        help_text=_(
            "For eksempel hvor meget borgeren ryger, og hvornår det passer at blive ringet op."
        ),
        widget=forms.Textarea(attrs={"rows": 4, **_QUIET}),
        # Danish whatever the screen is in: the municipality reads it.
        initial="Henvisning til rygestop",
        max_length=20_000,
        required=False,
    )
    name = forms.CharField(
        label=_("Borgerens navn"),
        max_length=200,
        widget=forms.TextInput(attrs=_QUIET),
        required=False,
    )
    civil_number = CivilNumberField(label=_("CPR-nummer"), required=False)
    birth_date = BirthDateField(label=_("Eller fødselsdato"), required=False)
    language = forms.CharField(
        label=_("Sprog, hvis ikke dansk"),
        max_length=40,
        widget=forms.TextInput(attrs=_QUIET),
        required=False,
    )
    interpreter = forms.BooleanField(label=_("Behov for tolk"), required=False)
    guardian_consent = forms.ChoiceField(
        label=_("Samtykke oplyst: har forældrene sagt ja til henvisningen?"),
        choices=GuardianConsent.choices,
        initial=GuardianConsent.UNKNOWN,
        widget=forms.RadioSelect,
    )
    guardian_name = forms.CharField(
        label=_("Forælder eller værge"),
        max_length=120,
        widget=forms.TextInput(attrs=_QUIET),
        required=False,
    )
    guardian_phone = PhoneField(label=_("Forælders telefon"), required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, offered: Receivers, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offered = offered
        self.fixed = offered.usual if offered.fixed else None
        if self.fixed:
            del self.fields["to"]
        else:
            self.fields["to"].choices = _choices(offered)  # type: ignore[attr-defined]
            self.fields["to"].initial = str(offered.usual.pk) if offered.usual else ""
            self.fields["to" if offered.usual is None else "phone"].widget.attrs["autofocus"] = True
        self.told: dict[str, Any] = {}

    @classmethod
    def half(cls, data: QueryDict, *, offered: Receivers) -> Self:
        """As it stands while it is filled in: no errors yet, half a form is no mistake."""
        form = cls(data, offered=offered)
        form.full_clean()
        form.errors.clear()
        return form

    @property
    def main(self) -> list[BoundField]:
        """All but what is asked of a child's parents."""
        return [self[name] for name in self.fields if name not in (*_GUARDIAN, "once")]

    @property
    def receiver(self) -> Municipality | None:
        """The municipality chosen so far."""
        if self.fixed:
            return self.fixed
        chosen = self.data.get("to", "") if self.is_bound else self.fields["to"].initial
        return next((one for one in self.offered.every if str(one.pk) == chosen), None)

    @property
    def is_child(self) -> bool:
        """Under 18 by what is filled in so far."""
        number: cpr.CivilNumber | None = self.told.get("civil_number")
        born = self.told.get("birth_date") or (number.born if number else None)
        return born is not None and clock.age_on(born, clock.today()) < OF_AGE

    @property
    def open_guardian(self) -> bool:
        """Something of it is filled in or wrong."""
        filled = any(self.data.get(name) for name in ("guardian_name", "guardian_phone"))
        said = self.data.get("guardian_consent") in (GuardianConsent.YES, GuardianConsent.NO)
        return filled or said or bool(self.errors.keys() & set(_GUARDIAN))

    def clean(self) -> dict[str, Any]:
        """The arguments of send_referral: `details`, `to` and `once`."""
        given = super().clean() or {}
        self.told = dict(given)
        number: cpr.CivilNumber | None = given.get("civil_number")
        real = number is not None and number.kind is cpr.Kind.REAL
        if real and number and given.get("birth_date") not in (None, number.born):
            self.add_error("birth_date", _now("Fødselsdatoen passer ikke med CPR-nummeret."))
        phones = self._phones() if "phone" not in self.errors else []
        if self.errors:
            return given
        return {"details": self._details(phones), "to": self.receiver, "once": given["once"]}

    def _phones(self) -> list[tuple[str, str]]:
        """The number that is written; else the one that stands in the message. Adds an error where
        there is none, or several."""
        typed: phone.Phone | None = self.told.get("phone")
        if typed:
            return [(typed.e164, typed.note[:40])]
        found = phone.find_in_text(self.told.get("text") or "")
        if len(found) == 1:
            return [(found[0], "")]
        several = _now("Der står flere numre i beskeden. Skriv her det, kommunen skal ringe til.")
        self.add_error(
            "phone", several if found else _now("Skriv et nummer, kommunen kan ringe til.")
        )
        return []

    def _details(self, phones: Sequence[tuple[str, str]]) -> Details:
        """Who sends it, how and when is said by the command."""
        told, name = self.told, names.split(self.told["name"])
        guardian: phone.Phone | None = told["guardian_phone"]
        return Details(
            source=Source.OTHER,
            channel=Channel.WEB,
            received_at=clock.now(),
            given_names=name.given[:120],
            surname=name.surname[:120],
            phones=phones,
            guardian_phone=guardian.e164 if guardian else "",
            guardian_consent=GuardianConsent(told["guardian_consent"]),
            **{field: told[field] for field in _AS_TYPED},
        )


_AS_TYPED = ("text", "civil_number", "birth_date", "language", "interpreter", "guardian_name")


def _choices(offered: Receivers) -> list[Any]:
    """Those near first; as one list where all are."""
    near = [(str(one.pk), one.name) for one in offered.near]
    others = [(str(one.pk), one.name) for one in offered.others]
    if not near or not others:
        return [("", _now("Vælg")), *near, *others]
    region = offered.near[0].region.name
    return [("", _now("Vælg")), (region, near), (_now("Andre kommuner"), others)]


class AmendSent(forms.Form):
    """What was written wrong or left out of a referral that is sent: a number, a message, or both.

    Nothing of what stands on the case is filled in: it is the municipality's.
    """

    phone = PhoneField(
        label=_("Rigtigt telefonnummer"),
        help_text=_("Hvis nummeret var forkert, eller der er et bedre."),
        required=False,
    )
    text = forms.CharField(
        label=_("Besked til kommunen"),
        widget=forms.Textarea(attrs={"rows": 3, **_QUIET}),
        max_length=4_000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of amend_sent: `phones` and `text`."""
        given = super().clean() or {}
        number: phone.Phone | None = given.get("phone")
        if not self.errors and not number and not given["text"]:
            self.add_error("phone", _now("Skriv det rigtige nummer, eller skriv en besked."))
        phones = [(number.e164, number.note[:40])] if number else []
        return {"phones": phones, "text": given.get("text", "")}


class SentSearch(forms.Form):
    """Looks for somebody among one's own; a name stands in no address, so it is posted."""

    name = forms.CharField(
        label=_("Find borger"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "spellcheck": "false", "data-search": True, **_QUIET}
        ),
        required=False,
    )
    state = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Alle")), *SentState.choices], required=False
    )
