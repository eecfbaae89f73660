"""STOPbasen's form on a page: one field for each question, whatever language it is asked in."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.queries.agreed import OF_A_COURSE
from courses.rules.answering import TEXT_MOST, Wrong, fault_words, part_of, parts_of, read
from courses.rules.stopbase import Answer, Answers, Form, Kind, Question
from courses.states import FormKind
from referrals.states import ConsentForm, ConsentKind
from roegfri.persons import cpr
from roegfri.refusal import Words
from roegfri.ui.differences import Part, opened_parts, sealed_parts

# Beside the questions in what the page showed: which answers of the citizen stood there in place
# of a counsellor's, and which form it was. No question's code begins so.
_REPLACED, _KIND = "*replaced", "*form"
_PRESS: dict[str, Words] = {
    fault: _("Tryk på en af knapperne.") for fault in ("required", "invalid_choice")
}
_DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class Asked(forms.Field):
    """One question: its answer as it is kept, or what is wrong with it in the page's language."""

    def __init__(
        self, question: Question, *, errors: Mapping[str, str], on: dt.date, radios: bool
    ) -> None:
        self.question, self._errors, self._on = question, errors, on
        super().__init__(
            label=question.label,
            help_text=question.hint,
            # Half a form is saved as well: this tells the page alone which may be left out.
            required=question.needed,
            widget=_widget(question, radios=radios),
        )

    def clean(self, value: Any) -> Answer | None:
        """None where nothing was answered."""
        given = value if isinstance(value, list) else [value or ""]
        try:
            return read(self.question, [str(one) for one in given], on=self._on)
        except Wrong as wrong:
            raise ValidationError(fault_words(self.question, wrong.fault, self._errors)) from wrong

    def has_changed(self, initial: Any, data: Any) -> bool:
        """What was changed is held against what was seen, by the command."""
        return bool(initial != data)


def _widget(question: Question, *, radios: bool) -> forms.Widget:
    choices = list(question.choices.items())
    match question.kind:
        case Kind.MANY:
            return forms.CheckboxSelectMultiple(choices=choices)
        case Kind.ONE | Kind.YES_NO if radios:
            return forms.RadioSelect(choices=choices)
        case Kind.ONE | Kind.YES_NO:
            return forms.Select(choices=[("", _("Ikke besvaret")), *choices])
        case Kind.TEXT:
            most = {"maxlength": str(TEXT_MOST), "autocomplete": "off", "dir": "auto"}
            return forms.TextInput(attrs=most)
        case Kind.NUMBER | Kind.YEAR:
            return forms.TextInput(attrs={**_DIGITS, "dir": "ltr", "size": "6"})


class Answering(forms.Form):
    """Some questions of the form. Nothing has to be answered."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        questions: Iterable[Question],
        errors: Mapping[str, str],
        on: dt.date,
        radios: bool = False,
        **given: Any,
    ) -> None:
        super().__init__(data, **given)
        self.questions = list(questions)
        how: dict[str, Any] = {"errors": errors, "on": on, "radios": radios}
        asked = {one.code: Asked(one, **how) for one in self.questions}
        self.fields = {**asked, **self.fields}

    def clean(self) -> dict[str, Any]:
        """What is not to be asked has no mistakes: it is not kept."""
        given = super().clean() or {}
        for question in self.questions:
            if question.code in self.errors and not question.applies(self.answers):
                del self.errors[question.code]
                given[question.code] = None
        return given

    @property
    def answers(self) -> dict[str, Answer]:
        """What was answered, of a form without mistakes."""
        given = ((one.code, self.cleaned_data.get(one.code)) for one in self.questions)
        return {code: answer for code, answer in given if answer is not None}


class Fill(Answering):
    """The whole form for a counsellor. `seen` is what the page showed when it was opened.

    What is known already stands in the fields that nobody has answered. `number` is her CPR number,
    only where `asks_number`.
    """

    number = forms.CharField(
        label=_("CPR-nummer"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40_000)

    def __init__(
        self,
        data: Any = None,
        *_files: Any,
        about: UUID,
        form: Form,
        answers: Answers,
        known: Answers,
        replaced: Iterable[str],
        errors: Mapping[str, str],
        on: dt.date,
        asks_number: bool = False,
    ) -> None:
        self.about, self.on, self.form = about, on, form
        self._now = {
            **parts_of(form, answers),
            _REPLACED: tuple(sorted(replaced)),
            _KIND: (str(form.kind),),
        }
        initial = {**known, **answers, "seen": self.sealed()}
        super().__init__(data, questions=form.questions, errors=errors, on=on, initial=initial)
        if not asks_number:
            del self.fields["number"]

    def sealed(self) -> str:
        """What stands there now, for the hidden field."""
        return sealed_parts(self._now, about=self.about)

    def clean_seen(self) -> dict[str, Part]:
        """What the page showed; one that was made elsewhere, or of the other form, has to be opened
        again."""
        seen = opened_parts(self.cleaned_data["seen"], about=self.about)
        if seen is None or seen.keys() != self._now.keys() or seen[_KIND] != self._now[_KIND]:
            raise forms.ValidationError(_now("Siden er for gammel. Åbn den igen."))
        return seen

    def clean_number(self) -> cpr.CivilNumber | None:
        """The number, or nothing."""
        text = self.cleaned_data["number"]
        if not text.strip():
            return None
        try:
            return cpr.parse(text, on=self.on)
        except cpr.CprProblem as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        """The arguments of fill_form."""
        given = super().clean() or {}
        if self.errors:
            return given
        seen = dict(given["seen"])
        confirmed, kind = seen.pop(_REPLACED), seen.pop(_KIND)
        return {
            "changes": {one.code: part_of(given[one.code]) for one in self.questions},
            "seen": seen,
            "confirmed": [str(one) for one in confirmed],
            "kind": FormKind(str(kind[0])),
            "number": given.get("number"),
        }


class LinkAct(forms.Form):
    """The two buttons of a link."""

    MAKE, END = "make", "end"
    act = forms.ChoiceField(
        choices=[(MAKE, MAKE), (END, END)],
        error_messages={
            "required": _("Tryk på en af knapperne."),
            "invalid_choice": _("Tryk på en af knapperne."),
        },
    )


class Agreed(forms.Form):
    """That she agrees to something, or takes it back."""

    GIVE, WITHDRAW = "give", "withdraw"
    act = forms.ChoiceField(
        choices=[(GIVE, GIVE), (WITHDRAW, WITHDRAW)],
        error_messages={
            "required": _("Tryk på en af knapperne."),
            "invalid_choice": _("Tryk på en af knapperne."),
        },
    )
    kind = forms.ChoiceField(
        choices=[(one.value, one.label) for one in OF_A_COURSE],
        error_messages={
            "required": _("Vælg, hvad borgeren siger ja til."),
            "invalid_choice": _("Det samtykke noteres på sagen, af den kommune, der har den."),
        },
    )
    form = forms.ChoiceField(
        label=_("Givet"), choices=ConsentForm.choices, widget=forms.RadioSelect, required=False
    )
    guardian_agreed = forms.BooleanField(
        label=_("Givet af en forælder eller værge (kun for de yngste)"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """How it was given is asked of a consent alone."""
        given = super().clean() or {}
        if self.errors:
            return given
        if given["act"] == self.GIVE and not given["form"]:
            self.add_error("form", _now("Vælg, om det er givet mundtligt eller skriftligt."))
            return given
        kind = ConsentKind(given["kind"])
        form = ConsentForm(given["form"]) if given["form"] else None
        return {**given, "kind": kind, "form": form}
