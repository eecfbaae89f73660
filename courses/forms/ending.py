"""What the pages of the end send: a line for each participant, all of them in one press."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.commands.ending import Line, Result
from courses.queries.ended import Ended
from courses.rules.ending import Doubt, against_smoke_free, doubts
from courses.states import DropOut, SmokeFree
from roegfri import clock

SMOKE_FREE, CO, QUIT_ON = "smoke_free", "co", "actual_quit_on"
SATISFACTION, DROPPED_OUT, NOTE = "satisfaction", "dropped_out", "note"
SAID = (SMOKE_FREE, CO, QUIT_ON, SATISFACTION, DROPPED_OUT, NOTE)
_CO_WORDS = _("Kulilte måles i ppm, fra 0 til 200. Ret tallet.")
_FIVE = _("Tilfredshed er et tal fra 1 til 5.")
_CHOOSE = {"invalid_choice": _("Vælg en af mulighederne.")}
_FIELDS: dict[str, forms.Field] = {
    SMOKE_FREE: forms.ChoiceField(
        choices=SmokeFree.choices, required=False, error_messages=_CHOOSE
    ),
    CO: forms.IntegerField(
        min_value=0,
        max_value=200,
        required=False,
        error_messages={
            "invalid": _("Skriv kulilte som et helt tal."),
            "max_value": _CO_WORDS,
            "min_value": _CO_WORDS,
        },
    ),
    QUIT_ON: forms.DateField(
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"],
        required=False,
        error_messages={"invalid": _("Skriv datoen som 24.12.2026.")},
    ),
    SATISFACTION: forms.IntegerField(
        min_value=1,
        max_value=5,
        required=False,
        error_messages={"invalid": _FIVE, "max_value": _FIVE, "min_value": _FIVE},
    ),
    DROPPED_OUT: forms.ChoiceField(choices=DropOut.choices, required=False, error_messages=_CHOOSE),
    NOTE: forms.CharField(
        max_length=300,
        required=False,
        error_messages={"max_length": _("Skriv højst 300 tegn.")},
    ),
}


def as_shown(one: Ended) -> dict[str, str]:
    """What the fields of a participant show: what is noted; and before anything is, the carbon
    monoxide that was measured at the last meeting."""
    return _stands(one) | ({CO: _text(one.last_co)} if not one.version else {})


def as_seen(one: Ended) -> str:
    """What stands there and what was shown, for the page to send back: only what was changed is
    saved, and what a colleague has written meanwhile is noticed."""
    return json.dumps({"stands": _stands(one), "shown": as_shown(one)})


class Table(forms.Form):
    """All of a course's participants, or one; `lines` are those of whom something is said.

    A participant's fields are named "<field>-<her id>"; "was-<her id>" is what stood there. `rest`
    is what is said of everybody who was at the last meeting and of whom nothing else is said, but
    for those who are `left_out`: why, in words. What hardly goes together is `asked` about first;
    "sure-<her id>" is the answer.
    """

    rest = forms.ChoiceField(choices=SmokeFree.choices, required=False)

    def __init__(self, data: Mapping[str, Any], *, rows: Sequence[Ended]) -> None:
        super().__init__(data)
        self.rows = [one for one in rows if one.may_note]
        self.is_draft = False
        self.wrong: dict[UUID, dict[str, str]] = {}
        self.asked: dict[UUID, frozenset[Doubt]] = {}
        self.left_out: dict[UUID, str] = {}

    @classmethod
    def half(cls, data: Mapping[str, Any], rows: Sequence[Ended]) -> Self:
        """A draft of it, with what was typed and no errors yet."""
        form = cls(data, rows=rows)
        form.errors.clear()
        form.wrong.clear()
        form.asked.clear()
        form.is_draft = True
        return form

    def clean(self) -> dict[str, Any]:
        """`lines`; what is wrong with a line is said in `wrong`, and keeps no other back."""
        given = super().clean() or {}
        there = [one for one in self.rows if self.has(one.id)]
        found = [self._line(one, given.get("rest", "")) for one in there]
        return {"lines": [line for line in found if line]}

    def has(self, one: UUID) -> bool:
        """Whether the page had a line of her."""
        return f"was-{one}" in self.data

    def typed(self, one: UUID) -> dict[str, str]:
        """What was sent of a participant, as it was written."""
        there = {name: self.data.get(f"{name}-{one}") for name in SAID}
        return {name: str(value).strip() for name, value in there.items() if value is not None}

    def touched(self, one: UUID) -> dict[str, str]:
        """What was sent of her and is another thing than the page showed; all, where the page does
        not say what it showed."""
        try:
            shown = dict(json.loads(self.was(one))["shown"])
        except (ValueError, KeyError, TypeError, RecursionError):
            shown = {}
        return {name: text for name, text in self.typed(one).items() if text != shown.get(name)}

    def was(self, one: UUID) -> str:
        """What stood there, as the page sent it back."""
        return str(self.data.get(f"was-{one}", ""))

    def _line(self, one: Ended, rest: str) -> Line | None:
        try:
            was = json.loads(self.was(one.id))
            shown, seen = dict(was["shown"]), _result(dict(was["stands"]))
            said = {name: str(shown[name]) for name in SAID} | self.typed(one.id)
            "".join(said.values()).encode()  # JSON can spell halves of characters; nobody types one
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise ValidationError(_now("Genindlæs siden, og prøv igen. Intet er gemt.")) from None
        touched = {name for name in SAID if said[name] != shown[name]}
        # As it will stand: a colleague's words in whatever nobody has touched here.
        whole = as_shown(one) | {name: said[name] for name in touched}
        if rest and one.missing and one.at_last and not (whole[SMOKE_FREE] or whole[DROPPED_OUT]):
            if why := self._not_with_the_rest(one, whole, rest):
                self.left_out[one.id] = why
            else:
                said[SMOKE_FREE] = whole[SMOKE_FREE] = rest
        if said == shown:
            return None
        values, wrong = _read(said)
        if wrong:
            self.wrong[one.id] = wrong
            return None
        if asked := _doubts(whole) - _doubts(_stands(one)) - self._sure(one.id):
            self.asked[one.id] = asked
            return None
        proposed = {CO} - touched if said[CO] != _text(seen.co) else set()
        return Line(one.id, Result(**values), seen, frozenset(proposed))

    def _not_with_the_rest(self, one: Ended, whole: Mapping[str, str], rest: str) -> str:
        if rest != SmokeFree.YES:
            return ""
        values, _wrong = _read(whole)
        return why_not_smoke_free(one, values.get(CO), values.get(QUIT_ON))

    def _sure(self, one: UUID) -> frozenset[str]:
        return frozenset(str(self.data.get(f"sure-{one}", "")).split())


def why_not_smoke_free(one: Ended, co: int | None, quit_on: dt.date | None) -> str:
    """Why she is not taken for smoke-free with the rest: «30 ppm, intet rygestop endnu»; empty: she
    is. `co` and `quit_on` are what is said of her, None: nothing."""
    measured = one.measured_co if co is None else co
    found = against_smoke_free(measured, quit_on, one.planned_quit_on, today=clock.today())
    words = {Doubt.CO: f"{measured} ppm", Doubt.NO_QUIT_DATE: _now("intet rygestop endnu")}
    return ", ".join(text for doubt, text in words.items() if doubt in found)


def _doubts(texts: Mapping[str, str]) -> frozenset[Doubt]:
    co = texts[CO]
    return doubts(texts[SMOKE_FREE], int(co) if co.isdecimal() else None, texts[DROPPED_OUT])


def _stands(one: Ended) -> dict[str, str]:
    return {name: _text(getattr(one, name)) for name in SAID}


def _read(texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What is said, of what was written; and what is wrong with it, by field."""
    values, wrong = {}, {}
    for name, text in texts.items():
        try:
            values[name] = _FIELDS[name].clean(text)
        except ValidationError as fault:
            wrong[name] = " ".join(fault.messages)
    return values, wrong


def _result(texts: Mapping[str, str]) -> Result:
    """What stood there. Raises ValueError and the like for what no page of ours has sent."""
    return Result(
        smoke_free=str(texts[SMOKE_FREE]),
        co=int(texts[CO]) if texts[CO] else None,
        satisfaction=int(texts[SATISFACTION]) if texts[SATISFACTION] else None,
        dropped_out=str(texts[DROPPED_OUT]),
        note=str(texts[NOTE]),
        actual_quit_on=dt.date.fromisoformat(texts[QUIT_ON]) if texts[QUIT_ON] else None,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
