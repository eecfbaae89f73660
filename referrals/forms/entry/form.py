"""How a referral comes in by hand: the short form, filled in from a pasted text if there is one."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.commands.details import Details
from referrals.commands.identity import NOBODY_KNOWN, Decided
from referrals.forms.entry.fields import GUARDIAN, MAIN, MORE, PHONES, UNTOUCHED, EntryFields
from referrals.forms.findings import found_in, moments
from referrals.forms.sending import OF_AGE
from referrals.queries import Who
from referrals.states import Channel, GuardianConsent, Source
from roegfri import clock
from roegfri.organisations import lookup
from roegfri.persons import cpr, names, phone


class NewReferral(EntryFields):
    """The short form, whose fields may have been filled in from a text."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.given: dict[str, Any] | None = None
        for name, value in found_in(self.data).items():
            field = self.fields.get(name)
            if field and not field.widget.is_hidden and self.data.get(name) == value:
                field.help_text = _("Fundet i teksten. Passer det?")
                field.widget.attrs["data-found"] = ""

    @classmethod
    def half(cls, data: QueryDict) -> Self:
        """As it stands while it is filled in: no errors yet, half a form is no mistake."""
        form = cls(data)
        form.full_clean()
        form.errors.clear()
        return form

    @classmethod
    def refilled(cls, data: QueryDict, typed: Mapping[str, str]) -> Self:
        """The form with findings in the fields that are empty, and the mail's time if it is chosen.

        What an earlier text filled in, and nobody has changed since, gives way.
        """
        data = data.copy()
        for name, value in found_in(data).items():
            if data.get(name) == value:
                data[name] = UNTOUCHED.get(name, "")
        news = {
            name: value
            for name, value in typed.items()
            if data.get(name, "") in ("", UNTOUCHED.get(name, "")) and data.get(name) != value
        }
        for name, value in news.items():
            data[name] = value
        data["found"] = json.dumps(news)
        if chosen := moments(data.get("use_sent", "")):
            local = chosen[0].astimezone(clock.COPENHAGEN)
            data["received_at_0"], data["received_at_1"] = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
        return cls.half(data)

    @property
    def main(self) -> list[BoundField]:
        """What is always in sight."""
        return [self[name] for name in MAIN]

    @property
    def more(self) -> list[BoundField]:
        """What is unfolded when it is needed."""
        return [self[name] for name in (*PHONES, *MORE)]

    @property
    def guardian(self) -> list[BoundField]:
        """About a child's parents."""
        return [self[name] for name in GUARDIAN]

    @property
    def of_age(self) -> bool:
        """By what is filled in so far nobody's parents are asked, and nothing stands there."""
        filled = self.data.get("guardian_name") or self.data.get("guardian_phone")
        return _is_adult(self.who().born) and not filled and not self.errors.keys() & set(GUARDIAN)

    @property
    def open_more(self) -> bool:
        """Something under the fold is wrong, or was found in the text or typed before."""
        folded = {*PHONES, *MORE, *GUARDIAN}
        quiet = {"channel", "phone_note"}
        filled = {name for name in folded - quiet if self.data.get(name)}
        usual = {name for name, value in UNTOUCHED.items() if self.data.get(name) == value}
        return bool(folded & self.errors.keys() or filled - usual)

    @property
    def sent_moments(self) -> list[dt.datetime]:
        """When the mails in the text were sent, to be taken for the time of receipt."""
        return moments(self.data.get("sent", ""))

    def start_at(self, name: str) -> None:
        """The field that gets the keyboard's focus."""
        self.fields[name].widget.attrs["autofocus"] = True

    def who(self) -> Who:
        """By what she is known again, as far as it is filled in."""
        if self.is_bound and self.given is None:
            self.full_clean()
        given = self.given or {}
        name = names.split(given.get("name") or "")
        phones = [given.get(field) for field in ("phone", "phone_2", "phone_3")]
        return Who(
            given_names=name.given[:120],
            surname=name.surname[:120],
            birth_date=given.get("birth_date"),
            phones=[number.e164 for number in phones if number],
            civil_number=given.get("civil_number"),
        )

    def clean_decided(self) -> Decided:
        """The citizen's id, that it is nobody known, or nothing."""
        text = self.cleaned_data["decided"]
        if text in ("", NOBODY_KNOWN):
            return text or None
        try:
            return uuid.UUID(text)
        except ValueError:
            raise ValidationError(_now("Vælg, om det er samme borger.")) from None

    def clean(self) -> dict[str, Any]:
        """The arguments of write_referral: `details`, `decided`, `once` and `message`."""
        given = super().clean() or {}
        self.given = dict(given)
        number: cpr.CivilNumber | None = given.get("civil_number")
        real = number is not None and number.kind is cpr.Kind.REAL
        if real and number and given.get("birth_date") not in (None, number.born):
            self.add_error("birth_date", _now("Fødselsdatoen passer ikke med CPR-nummeret."))
        if self.errors:
            return given
        return {"details": self._details()} | {
            name: given[name] for name in ("decided", "once", "message")
        }

    def _details(self) -> Details:
        given, who = self.given or {}, self.who()
        guardian: phone.Phone | None = given["guardian_phone"]
        return Details(
            source=Source(given["source"]),
            channel=Channel(given["channel"]),
            received_at=given["received_at"],
            given_names=who.given_names,
            surname=who.surname,
            phones=self._phones(),
            civil_number=given["civil_number"],
            guardian_phone=guardian.e164 if guardian else "",
            guardian_consent=_consent(given["guardian_consent"], who.born),
            sender=lookup.sender_named(given["sender_name"]),
            sent_at=next(iter(self.sent_moments), None),
            **{name: given[name] for name in _AS_TYPED},
        )

    def _phones(self) -> list[tuple[str, str]]:
        """Numbers with what is said of them, in order, each once."""
        given, found = self.given or {}, dict[str, str]()
        for field in ("phone", "phone_2", "phone_3"):
            number: phone.Phone | None = given[field]
            if number:
                found.setdefault(number.e164, given[f"{field}_note"] or number.note)
        return list(found.items())


def _is_adult(born: dt.date | None) -> bool:
    return born is not None and clock.age_on(born, clock.today()) >= OF_AGE


def _consent(said: str, born: dt.date | None) -> GuardianConsent:
    """What a text says of consent is not the parents' where she is an adult."""
    return GuardianConsent(said or "unknown") if not _is_adult(born) else GuardianConsent.UNKNOWN


_AS_TYPED = (
    "text",
    "birth_date",
    "email",
    "home",
    "language",
    "interpreter",
    "address_protected",
    "practice_name",
    "sender_name",
    "guardian_name",
)
