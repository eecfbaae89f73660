"""What somebody who searches may mean by what she typed. Pure: no database, no system clock.

What can be read in two ways is searched in both: 251248 is a birthday and part of a phone number.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Self
from uuid import UUID

from roegfri.persons import cpr

LONGEST = 100
FEWEST_DIGITS = 3
WHOLE_NUMBER = 8  # as many digits as a Danish telephone number has
_OLDEST = dt.date(1900, 1, 1)
_LARGEST = 15  # digits in a telephone number, anywhere in the world (E.164)
_DANISH = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_DANISH, start=1)} | {"may": 5, "oct": 10}
_IN_WORDS = re.compile(
    rf"\b(\d{{1,2}})\s?[.\-/]?\s?({'|'.join(_MONTHS)})[a-zæøå]*\.?[\s\-/]?(\d{{4}}|\d\d)\b", re.I
)
_IN_PARTS = re.compile(r"(\d{1,2})([.\-/ ]) ?(\d{1,2})\2 ?(\d{4}|\d\d)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_RUN = re.compile(r"(\d\d)(\d\d)(\d{4}|\d\d)", re.ASCII)
_SHOWN_ID = re.compile(r"#?([0-9a-f]{8})", re.I)
_NOT_IN_NUMBERS = re.compile(r"[^0-9+./\- ]")
_NOT_IN_NAMES = re.compile(r"[\d+()/_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All readings of one search. A name together with a date or a number means both at once.

    `born` holds two days where the century is not told. `digits` are of a telephone number, without
    the Danish 45. `case` is the first and the last id that begins as typed.
    """

    name: str = field(default="", repr=False)
    born: tuple[dt.date, ...] = field(default=(), repr=False)
    digits: str = field(default="", repr=False)
    civil: str = field(default="", repr=False)
    case: tuple[UUID, UUID] | None = field(default=None, repr=False)

    @classmethod
    def read(cls, text: str, *, on: dt.date) -> Self:
        """Reads what was typed on a Danish date; nobody is born later."""
        text = " ".join(unicodedata.normalize("NFKC", text)[:LONGEST].split())
        if case := _whole_id(text):
            return cls(case=(case, case))
        if civil := _civil(text, on) or _civil(_numbers(text), on):
            return cls(civil=civil)
        if said := _IN_WORDS.search(text):
            day = (said[1], str(_MONTHS[said[2].lower()]), said[3])
            rest = text[: said.start()] + " " + text[said.end() :]
            return cls(name=_name(rest), born=_days(*day, on))
        return replace(cls._of_parts(text, on), case=_shown_id(text))

    @classmethod
    def _of_parts(cls, text: str, on: dt.date) -> Self:
        """A name, a date in figures, a part of a telephone number."""
        numbers = _numbers(text)
        born, only_a_date = _date_in(numbers, on)
        digits = "" if born and only_a_date else _digits(numbers)
        name = _name(text)
        alone = not (born or digits)
        one_letter = alone and len(name) == 1 and name.isascii()
        return cls(name="" if one_letter else name, born=born, digits=digits)

    @property
    def nothing(self) -> bool:
        """Whether it is too little to search by."""
        return not (self.name or self.born or self.digits or self.civil or self.case)

    @property
    def names_one(self) -> bool:
        """Whether it is meant for one person: a CPR number, a case, a whole telephone number."""
        return bool(self.civil or self.case or len(self.digits) >= WHOLE_NUMBER)


def _whole_id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) >= len("0" * 32) else None
    except ValueError:
        return None


def _shown_id(text: str) -> tuple[UUID, UUID] | None:
    """The range of ids that begin with the eight characters shown on screens."""
    found = _SHOWN_ID.fullmatch(text)
    return (UUID(found[1] + "0" * 24), UUID(found[1] + "f" * 24)) if found else None


def _civil(text: str, on: dt.date) -> str:
    try:
        return cpr.parse(text, on=on).value
    except cpr.CprProblem:
        return ""


def _numbers(text: str) -> str:
    """What is left when letters are gone."""
    return " ".join(_NOT_IN_NUMBERS.sub(" ", text).split()).strip("-./ ")


def _name(text: str) -> str:
    """The words, without what stands in dates and telephone numbers."""
    words = _NOT_IN_NAMES.sub(" ", text).split()
    return " ".join(word for word in words if any(sign.isalpha() for sign in word))


def _date_in(numbers: str, on: dt.date) -> tuple[tuple[dt.date, ...], bool]:
    """The days it can be, and whether it can be nothing else."""
    if iso := _ISO.fullmatch(numbers):
        return _days(iso[3], iso[2], iso[1], on), True
    if parts := _IN_PARTS.fullmatch(numbers):
        pairs = {len(parts[1]), len(parts[3]), len(parts[4])} == {2}
        return _days(parts[1], parts[3], parts[4], on), not pairs
    if run := _RUN.fullmatch(numbers):
        return _days(run[1], run[2], run[3], on), False
    return (), False


def _days(day: str, month: str, year: str, on: dt.date) -> tuple[dt.date, ...]:
    """The one day, or one in each century; 60 is taken off the day of a substitute number."""
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    plain = int(day) - 60 if int(day) > 60 else int(day)
    found = (_day(one, int(month), plain) for one in years)
    return tuple(one for one in found if one and _OLDEST <= one <= on)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _digits(numbers: str) -> str:
    """Digits as numbers are kept: without + or 00 in front, and without the Danish 45."""
    digits = "".join(sign for sign in numbers if sign.isdecimal())
    noughts = sum(1 for _ in takewhile(lambda sign: sign == "0", digits)) >= 2
    if noughts and (digits.startswith("0045") or len(digits) > WHOLE_NUMBER + 2):
        digits, abroad = digits[2:], True
    else:
        abroad = numbers.startswith("+")
    if digits.startswith("45") and (abroad or len(digits) == WHOLE_NUMBER + 2):
        digits = digits[2:]
    return digits if FEWEST_DIGITS <= len(digits) <= _LARGEST else ""
