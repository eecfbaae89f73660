"""Fields for what people write about people and moments."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now

from roegfri import clock
from roegfri.persons import cpr, phone
from roegfri.persons.born import EARLIEST


class OneLine(forms.CharField):
    """A name or the like: one line, its spaces tidied."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(required=False, **given)

    def to_python(self, value: Any) -> str:
        """The words with single spaces between them."""
        return " ".join((super().to_python(value) or "").split())


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


class BirthDateField(forms.DateField):
    """A day in the past on which a living person can be born."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            widget=forms.DateInput(
                attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"
            ),
            input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d%m%Y"],
            **given,
        )

    def clean(self, value: Any) -> dt.date | None:
        """Raises ValidationError for a day ahead, or so long ago that nobody lives who saw it."""
        born: dt.date | None = super().clean(value)
        if born and born > clock.today():
            raise forms.ValidationError(_now("Fødselsdatoen kan ikke ligge ude i fremtiden."))
        if born and born < EARLIEST:
            raise forms.ValidationError(_now("Fødselsdatoen er før år 1900. Ret årstallet."))
        return born


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

    def compress(self, data_list: Sequence[Any] | None) -> dt.datetime | None:
        """The instant. The hour that comes twice in autumn means the first of the two; raises
        ValidationError for the one that spring leaves out, and for half an answer."""
        day, time = (
            None if part in self.empty_values else part for part in data_list or (None,) * 2
        )
        if day is None and time is None:
            return None
        if day is None or time is None:
            missing = "invalid_date" if day is None else "invalid_time"
            raise forms.ValidationError(self.error_messages[missing], code=missing)
        instant = clock.danish_time(day, time)
        try:
            shown = instant.astimezone(dt.UTC).astimezone(clock.COPENHAGEN).time()
        except OverflowError as beyond:  # the first or the last hour that there is
            raise forms.ValidationError(
                self.error_messages["invalid_date"], code="invalid_date"
            ) from beyond
        if shown != time:
            raise forms.ValidationError(
                _now(
                    "Klokken %(time)s findes ikke den dag: uret stilles frem. Skriv en time senere."
                )
                % {"time": f"{time:%H.%M}"}
            )
        return instant


def not_in_the_future(moment: dt.datetime | None) -> None:
    """Raises ValidationError for a time of receipt that is ahead."""
    if moment and moment > clock.now():
        raise forms.ValidationError(_now("Modtaget kan ikke ligge ude i fremtiden."))
