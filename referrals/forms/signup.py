"""The public form: every label and every mistake in the page's own language."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from referrals.commands.signup import SignUp
from roegfri import clock
from roegfri.persons import phone as phones
from roegfri.persons.born import EARLIEST
from roegfri.public.languages import DANISH, LANGUAGES, Language

ANOTHER = "another"
# Control characters, and those that would turn what stands after them around.
_UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DATE = re.compile(
    r"(?P<d>\d{1,2})[-./ ]{1,2}(?P<m>\d{1,2})[-./ ]{1,2}(?P<y>\d{4})"
    r"|(?P<y2>\d{4})[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})",
    re.ASCII,
)


def _plain(text: str) -> str:
    """Without what nobody types."""
    return _UNTYPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class Line(forms.CharField):
    """One line, its spaces tidied; digits of any script are 0 to 9."""

    def to_python(self, value: Any) -> str:
        """The words with single spaces between them."""
        words = " ".join(_plain(super().to_python(value) or "").split())
        return re.sub(r"\d", lambda found: str(unicodedata.digit(found[0])), words)


class Lines(forms.CharField):
    """Several lines."""

    def __init__(self, rows: int, **given: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
        super().__init__(widget=area, required=False, **given)

    def to_python(self, value: Any) -> str:
        """The text as it was written."""
        return _plain(super().to_python(value) or "").strip()


def _line(length: int, **attrs: str) -> Line:
    return Line(max_length=length, required=False, widget=forms.TextInput(attrs=attrs))


class SignUpForm(forms.Form):
    """A first name and a telephone number; the rest can be left out.

    `homepage` is a field nobody sees: whatever fills in all there is, fills it in too.
    """

    first_name = Line(
        max_length=120, widget=forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"})
    )
    surname = _line(120, autocomplete="family-name", dir="auto")
    phone = Line(
        max_length=60,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"}),
    )
    language = forms.ChoiceField(required=False)
    other_language = _line(40, dir="auto", autocomplete="off")
    interpreter = forms.BooleanField(required=False)
    days = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    parts = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    why = Lines(2, max_length=500)
    birth = _line(20, autocomplete="bday", dir="ltr")
    email = forms.EmailField(
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
    message = Lines(4, max_length=2000)
    homepage = forms.Field(required=False)

    def __init__(self, page: Language, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"language": page.code})
        self.page = page
        words, wrong = page.words["signup"], page.words["errors"]
        for name, field in self.fields.items():
            field.label = words.get(f"{name}_label") or words.get(name, "")
            field.help_text = words.get(f"{name}_hint", "")
            field.error_messages |= {
                "required": wrong.get(f"{name}_missing") or wrong.get(name, ""),
                "invalid": wrong.get(name, ""),
                "invalid_choice": wrong["choice"],
                "invalid_list": wrong["choice"],
                "null_characters_not_allowed": wrong.get(name, ""),
            }
            if limit := getattr(field, "max_length", None):
                field.error_messages["max_length"] = wrong["too_long"].format(limit=limit)
        self._choose("language", [*_OWN_NAMES, (ANOTHER, words["another_language"])])
        self._choose("days", list(enumerate(words["days"], start=1)))
        self._choose("parts", list(enumerate(words["parts"])))

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_phone(self) -> phones.Phone:
        """The number, and the words around it."""
        try:
            return phones.parse(self.cleaned_data["phone"])
        except phones.PhoneProblem:
            raise ValidationError(self.page.words["errors"]["phone"]) from None

    def clean_birth(self) -> dt.date | int | None:
        """A date, or a year alone."""
        text = self.cleaned_data["birth"]
        if not text:
            return None
        born = int(text) if _YEAR.fullmatch(text) else _date(text)
        today = clock.today()
        if isinstance(born, int) and EARLIEST.year <= born <= today.year:
            return born
        if isinstance(born, dt.date) and EARLIEST <= born <= today:
            return born
        raise ValidationError(self.page.words["errors"]["birth"])

    @property
    def is_trapped(self) -> bool:
        """The field that nobody sees was filled in."""
        return bool(self.data.get("homepage"))

    @property
    def more_is_open(self) -> bool:
        """Something under the fold was written, or is wrong."""
        folded = ("birth", "email", "message")
        return any(self.data.get(name) or name in self.errors for name in folded)

    @property
    def what(self) -> SignUp:
        """What a form without mistakes says."""
        given = self.cleaned_data
        born = given["birth"]
        return SignUp(
            page=self.page,
            language=self._wished(given["language"], given["other_language"]),
            birth_date=born if isinstance(born, dt.date) else None,
            birth_year=born if isinstance(born, int) else None,
            **{name: given[name] for name in _AS_TYPED},
        )

    def _wished(self, chosen: str, other: str) -> str:
        """In Danish, the language she wants to speak; empty for a Dane on the Danish page."""
        if other and chosen in (ANOTHER, self.page.code, ""):
            return other
        found = LANGUAGES.get(chosen)
        if found is None or (found is DANISH and self.page is DANISH):
            return ""
        return found.danish_name


_OWN_NAMES = [(one.code, one.own_name) for one in LANGUAGES.values()]
_AS_TYPED = (
    "first_name", "surname", "phone", "interpreter", "days", "parts", "email", "why", "message",
)  # fmt: skip


def _date(text: str) -> dt.date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    year, month, day = (int(parts[name] or parts[f"{name}2"]) for name in "ymd")
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
