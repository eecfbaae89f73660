"""The fields of a referral as JSON: read strictly, and described for the docs page.

A validator says what is wrong in words; the value that it gives on is what a command wants.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo

from roegfri import clock
from roegfri.api.faults import wrong
from roegfri.persons import cpr, phone
from roegfri.persons.born import EARLIEST
from roegfri.refusal import Words

# Clocks differ a little; a letter that was "sent" a minute from now was sent now.
CLOCKS_DIFFER = dt.timedelta(minutes=10)
OLDEST_SENT = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII | re.IGNORECASE,
)


def told(words: Words, example: Any = None, *, format: str = "", **given: Any) -> FieldInfo:  # noqa: A002  (JSON Schema's word)
    """A field with what the docs page says of it, in the language that the page is in."""

    def describe(schema: dict[str, Any]) -> None:
        schema["description"] = str(words)
        if example is not None:
            schema["examples"] = [example]
        if format:
            schema["format"] = format
        schema.pop("title", None)
        if schema.get("default") in (None, "", []):
            schema.pop("default", None)

    field: FieldInfo = Field(json_schema_extra=describe, **given)
    return field


def _one_line(text: str) -> str:
    if _CONTROL.search(text) or _SURROGATE.search(text):
        wrong(_("Må ikke indeholde linjeskift eller styretegn."))
    return text.strip()


def _lines(text: str) -> str:
    if _CONTROL_IN_TEXT.search(text) or _SURROGATE.search(text):
        wrong(_("Må ikke indeholde styretegn; linjeskift og tabulator er tilladt."))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _email(text: str) -> str:
    try:
        EmailValidator()(text)
    except ValidationError:
        wrong(_("Er ikke en e-mailadresse."))
    return text


def _phone(text: str) -> phone.Phone:
    try:
        return phone.parse(text)
    except phone.PhoneProblem as fault:
        wrong(fault.reason)


def _civil_number(text: str) -> cpr.CivilNumber:
    try:
        return cpr.parse(text, on=clock.today())
    except cpr.CprProblem as fault:
        wrong(fault.reason)


def _birth_date(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        wrong(_("Skriv en dato, der findes, som åååå-mm-dd."))
    if day > clock.today():
        wrong(_("Fødselsdatoen kan ikke ligge ude i fremtiden."))
    if day < EARLIEST:
        wrong(_("Fødselsdatoen er før år 1900. Ret årstallet."))
    return day


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text.upper() if _MOMENT.fullmatch(text) else "")
    except ValueError:
        wrong(_("Skriv dato og tid med tidszone, for eksempel 2026-11-20T10:15:00+01:00."))
    if moment.year < OLDEST_SENT:
        wrong(_("Tidspunktet er for længe siden. Ret årstallet."))
    if moment > clock.now() + CLOCKS_DIFFER:
        wrong(_("Tidspunktet kan ikke ligge ude i fremtiden."))
    # An offset may be of a whole day; the database takes no more than sixteen hours.
    return min(moment, clock.now()).astimezone(dt.UTC)


def _if_any(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Nothing was written: nothing is known."""
    return lambda text: read(text) if text else None


def _after(*steps: Callable[[Any], Any]) -> AfterValidator:
    """Each step on what the one before made of it; stands behind the limits of the text itself."""

    def read(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return AfterValidator(read)


LINE = _after(_one_line)
LINES = _after(_lines)
EMAIL = _after(_one_line, _if_any(_email), lambda text: text or "")
PHONE = _after(_one_line, _phone)
PHONE_IF_ANY = _after(_one_line, _if_any(_phone))
CIVIL_NUMBER = _after(_one_line, _if_any(_civil_number))
BIRTH_DATE = _after(_if_any(_birth_date))
MOMENT = _after(_if_any(_moment))
