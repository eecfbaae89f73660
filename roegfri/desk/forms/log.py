"""What the security officer types: which part of the log, a sign-off, whose looks."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.audit.acts import ACTS
from roegfri.audit.models import AuditEvent, AuditEventPerson


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    ours = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2199, 12, 31))]
    return forms.DateField(label=label, required=False, widget=widget, validators=ours)


class LogFilter(forms.Form):
    """Narrows the log by Danish days, act, user and citizen; the last two come from links."""

    fra_dag = _day(_("Fra og med"))
    til_dag = _day(_("Til og med"))
    handling = forms.ChoiceField(
        label=_("Handling"), required=False, choices=[("", _("Alle")), *ACTS.items()]
    )
    bruger = forms.UUIDField(required=False, widget=forms.HiddenInput)
    borger = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def narrow(self, rows: "QuerySet[AuditEvent]") -> "QuerySet[AuditEvent]":
        """The events that meet the clean data."""
        asked: dict[str, Any] = self.cleaned_data
        wanted = {
            "at__gte": asked["fra_dag"] and clock.start_of_day(asked["fra_dag"]),
            "at__lt": asked["til_dag"] and clock.end_of_day(asked["til_dag"]),
            "act": asked["handling"] or None,
            "user_id": asked["bruger"],
        }
        if asked["borger"]:
            concern = AuditEventPerson.objects.filter(person=asked["borger"])
            wanted["seq__in"] = concern.values("event_seq")
        return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


class SignOff(forms.Form):
    """The month's sample has been gone through."""

    remarks = forms.CharField(
        label=_("Bemærkninger"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For eksempel hvem du har spurgt, og hvad svaret var. Skriv ikke om borgere."),
    )


class LooksAt(forms.Form):
    """Whose looks to print."""

    identifier = forms.CharField(
        label=_("CPR-nummer eller sagens id"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Søgningen gemmes i loggen. Sagens id står i adressen på borgerens sag."),
    )


class Since(forms.Form):
    """How far back to look for what is unusual."""

    dage = forms.TypedChoiceField(
        label=_("Periode"),
        coerce=int,
        choices=[(7, _("7 dage")), (30, _("30 dage")), (90, _("90 dage"))],
    )

    def since(self, now: dt.datetime) -> dt.datetime:
        """The start of the period; a week when nothing valid is asked."""
        days = self.cleaned_data["dage"] if self.is_valid() else 7
        return now - dt.timedelta(days=days)


def month_of(text: str, *, today: dt.date) -> dt.date:
    """The first day of "2026-10"; of the month before this one when it says nothing valid."""
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return clock.add_months(today.replace(day=1), -1)
