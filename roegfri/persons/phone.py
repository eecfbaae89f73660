"""Telephone numbers: from what people write to E.164, and back to what Danes read.

A Danish mobile cannot be told from a landline, so nothing here tries.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words

_MAX_TYPED = 200
_WRITTEN = re.compile(
    r"(?P<before>[^\d+]*)(?P<number>[+\d](?:[\d\s().\-\u2010-\u2015/]*\d)?)(?P<after>.*)",
    re.ASCII | re.DOTALL,
)
_DANISH = re.compile(r"\+45[2-9]\d{7}", re.ASCII)
# Any Danish one, also one that nobody can have: shown as the others are.
_EIGHT = re.compile(r"\+45\d{8}", re.ASCII)

# A date of birth, with 60 added to the day in a substitute number, and four characters more.
_DATE = r"(?:[06][1-9]|[1278]\d|[39][01])[ .\-]?(?:0[1-9]|1[0-2])[ .\-]?\d\d"
_FOUR = r"\s?[-\u2010-\u2015]?\s?\d(?:\d\d|[A-Za-z]{2})\d"
_CPR = re.compile(rf"(?<![\d+]){_DATE}{_FOUR}(?!\d)", re.ASCII)
_CVR = re.compile(
    r"\b(?:cvr|se|ean|gln|p-nr)[\s.:\-]{0,3}(?:nr|nummer)?[\s.:\-]{0,3}\d{8,13}(?!\d)", re.I
)
_PREFIX = r"(?<![\d+])(?:(?:\+|00)?45[ \-]?)?"
_WHOLE = rf"{_PREFIX}(?P<whole>[2-9]\d{{7}})(?!\d)"
_PAIRS = rf"{_PREFIX}(?P<pairs>[2-9]\d(?P<by>[ .\-])\d\d(?P=by)\d\d(?P=by)\d\d)(?![ .\-]?\d)"
_HALVES = rf"{_PREFIX}(?P<halves>[2-9]\d{{3}}[ \-]\d{{4}})(?![ .\-]?\d)"
_CANDIDATE = re.compile(f"{_PAIRS}|{_HALVES}|{_WHOLE}", re.ASCII)


class PhoneProblem(ValueError):
    """What was typed cannot be one telephone number; `reason` says why, in Danish."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 ("+4520123456") and the words that stood around it ("mobil")."""

    e164: str
    note: str = ""


def parse(text: str) -> Phone:
    """The one number in what a person typed, Danish unless it begins with + or 00.

    The words are taken off first, because `phonenumbers` would turn their letters into digits.
    Raises PhoneProblem.
    """
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text.strip())[:_MAX_TYPED])
    if not found:
        raise PhoneProblem(_("Skriv et telefonnummer med 8 cifre, for eksempel 20 12 34 56."))
    before, after = found["before"], found["after"]
    if before[-1:].isalpha() or (after[:1].isalpha() and re.search(r"\d", after)):
        raise PhoneProblem(_("Der er bogstaver inde i telefonnummeret. Skriv kun cifre."))
    e164 = _e164(found["number"])
    return Phone(e164, _words(f"{before} {after}"))


def understood(text: str) -> str:
    """The number in what a person typed, in E.164; empty where it is none."""
    try:
        return parse(text).e164
    except PhoneProblem:
        return ""


def display(e164: str) -> str:
    """For the screen: "+4520123456" -> "20 12 34 56"; foreign numbers keep their country code."""
    if _EIGHT.fullmatch(e164):
        return " ".join(e164[at : at + 2] for at in range(3, 11, 2))
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def find_in_text(text: str) -> list[str]:
    """Danish numbers (E.164) in free text, in order and once each, to be offered, never trusted.

    Runs shaped like a CPR number, a CVR number or an EAN are taken out first.
    """
    bare = _CVR.sub(" ; ", _CPR.sub(" ; ", text.replace("\u00a0", " ")))
    found = (match[match.lastgroup or 0] for match in _CANDIDATE.finditer(bare))
    digits = (re.sub(r"\D", "", number) for number in found)
    return list(dict.fromkeys(f"+45{eight}" for eight in digits))


def _e164(written: str) -> str:
    try:
        number = phonenumbers.parse(written, "DK")
    except phonenumbers.NumberParseException:
        raise PhoneProblem(_("Telefonnummeret kan ikke læses. Skriv det med cifre.")) from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code == 45 and not _DANISH.fullmatch(e164):
        raise PhoneProblem(_("Et dansk telefonnummer har 8 cifre og begynder med 2-9."))
    if not phonenumbers.is_possible_number(number):
        raise PhoneProblem(_("Det udenlandske telefonnummer har for få eller for mange cifre."))
    return e164


def _words(text: str) -> str:
    """What stands around a number, without its brackets and commas."""
    return re.sub(r"[\s(),;:]+", " ", text).strip(" .-/")
