"""What the page of a meeting sends: the whole sheet, or one registration."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.commands.marking import KEEP, Line, Quits, Said
from courses.queries.meeting_room import Present
from courses.states import Mark

CO, NOTE = "co", "note"
DATES = ("planned_quit_on", "actual_quit_on")
SAID = ("mark", CO, NOTE, *DATES)
_DAYS = ["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"]
_FIELDS: dict[str, forms.Field] = {
    "mark": forms.ChoiceField(choices=[("", ""), *Mark.choices], required=False),
    CO: forms.IntegerField(
        min_value=0,
        max_value=200,
        required=False,
        error_messages={
            "invalid": _("Skriv kulilte som et helt tal."),
            "max_value": _("Kulilte måles i ppm, fra 0 til 200. Ret tallet."),
            "min_value": _("Kulilte måles i ppm, fra 0 til 200. Ret tallet."),
        },
    ),
    NOTE: forms.CharField(max_length=2000, required=False),
    **{
        name: forms.DateField(
            input_formats=_DAYS,
            required=False,
            error_messages={"invalid": _("Skriv datoen som 24.12.2026.")},
        )
        for name in DATES
    },
}


def as_shown(one: Present) -> str:
    """What stands on the page of a participant, for the page to send back: what is sent is what
    was changed."""
    return json.dumps({"version": one.version} | {name: _text(getattr(one, name)) for name in SAID})


def _text(value: object) -> str:
    return "" if value is None else str(value)


class Sheet(forms.Form):
    """All of a meeting's participants; `lines` says of whom something was changed.

    A participant's fields are named "<field>-<her id>", and "was-<her id>" is what stood there.
    """

    once = forms.UUIDField()

    def __init__(self, data: Mapping[str, Any], *, people: Sequence[Present]) -> None:
        super().__init__(data)
        self.people = people
        self.is_draft = False
        self.wrong: dict[uuid.UUID, dict[str, str]] = {}

    @classmethod
    def half(cls, data: Mapping[str, Any], people: Sequence[Present]) -> Self:
        """A draft of it, with what was typed and no errors yet."""
        form = cls(data, people=people)
        form.errors.clear()
        form.wrong.clear()
        form.is_draft = True
        return form

    def clean(self) -> dict[str, Any]:
        """The arguments of mark_sheet: `once` and `lines`."""
        given = super().clean() or {}
        lines = [self._line(one.id) for one in self.people if f"was-{one.id}" in self.data]
        if self.wrong:
            raise ValidationError(_now("Ret det, der er markeret, og gem igen. Intet er gemt."))
        return {**given, "lines": [line for line in lines if line]}

    def typed(self, one: uuid.UUID) -> dict[str, str]:
        """What was sent of a participant, as it was written."""
        there = {name: self.data.get(f"{name}-{one}") for name in SAID}
        found = {name: str(value).strip() for name, value in there.items() if value is not None}
        return found | ({"mark": ""} if f"clear-{one}" in self.data else {})

    def _line(self, one: uuid.UUID) -> Line | None:
        try:
            was = json.loads(self.data[f"was-{one}"])
            seen, quits = int(was["version"]), _quits(was)
            changed = {name: text for name, text in self.typed(one).items() if text != was[name]}
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise ValidationError(_now("Genindlæs siden, og prøv igen. Intet er gemt.")) from None
        said, wrong = _read(changed)
        if wrong:
            self.wrong[one] = wrong
        return Line(one, said, seen, quits) if said else None


class One(forms.Form):
    """One registration, as the page's script sends it: only what is said of is there."""

    once = forms.UUIDField()
    enrolment = forms.UUIDField()
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    planned_was = forms.DateField(required=False)
    actual_was = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        """The arguments of mark: `said`, `seen`, `quits`, `once`; and `enrolment`, her id."""
        given = super().clean() or {}
        said, wrong = _read({name: self.data[name].strip() for name in SAID if name in self.data})
        for words in wrong.values():
            self.add_error(None, words)
        quits = Quits(
            planned_quit_on=given.pop("planned_was", None),
            actual_quit_on=given.pop("actual_was", None),
        )
        return {**given, "said": said, "quits": quits}


def _read(texts: Mapping[str, str]) -> tuple[Said, dict[str, str]]:
    """What is said, of what was written; and what is wrong with it, by field."""
    values: dict[str, Any] = dict.fromkeys(SAID, KEEP)
    wrong = {}
    for name, text in texts.items():
        try:
            values[name] = _FIELDS[name].clean(text)
        except ValidationError as fault:
            wrong[name] = " ".join(fault.messages)
    return Said(**values), wrong


def _quits(was: Mapping[str, str]) -> Quits:
    days = {name: dt.date.fromisoformat(was[name]) if was[name] else None for name in DATES}
    return Quits(**days)
