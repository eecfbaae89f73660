"""Civil registration numbers (CPR) and the numbers that stand in for them.

Modulus 11 is never asked: it has not been guaranteed since 1 October 2007, and MedCom's own test
person 2512489996 fails it.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from stdnum.dk import cpr
from stdnum.exceptions import InvalidComponent

from roegfri.refusal import Words

_WRITTEN = re.compile(r"([0-9]{6})\s*[-\u2010-\u2015\u2212]?\s*([0-9]{4}|[0-9][A-Z]{2}[0-9])")
_OLDEST = 1900
_SUBSTITUTE_DAY = 60


class Kind(StrEnum):
    """A real number, or which kind of stand-in it is."""

    REAL = "cpr"
    SUBSTITUTE = "substitute"  # the day raised by 60, as the CPR office recommends
    X_ECPR = "x-ecpr"  # given out nationally
    D_ECPR = "d-ecpr"  # given out by a region or a practice, unique only there


class Sex(StrEnum):
    """What the tenth digit proposes; a person's sex is a field of its own."""

    FEMALE = "female"
    MALE = "male"


class CprProblem(ValueError):
    """What was typed cannot be a CPR number; `reason` says why, in Danish, for the field."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class CivilNumber:
    """Ten characters without a dash; `born` is None where the number does not tell."""

    value: str = field(repr=False)
    kind: Kind
    born: dt.date | None = field(repr=False)
    proposed_sex: Sex

    def masked(self) -> str:
        """For lists: "251248-****"."""
        return masked(self.value)

    def written(self) -> str:
        """As Danes write it: "251248-9996"."""
        return f"{self.value[:6]}-{self.value[6:]}"


# Kind and first year of the century by the seventh character of a number with letters.
# Source: NSP, "eCPR-formater (X-eCPR og D-eCPR)"; a D-eCPR with 5 is from before 1900.
_LETTERED = {
    "1": (Kind.X_ECPR, 1900),
    "7": (Kind.X_ECPR, 2000),
    "0": (Kind.D_ECPR, 1900),
    "6": (Kind.D_ECPR, 2000),
    "5": (Kind.D_ECPR, None),
}


def parse(text: str, *, on: dt.date) -> CivilNumber:
    """The number in what a person typed: "251248-9996", "251248 9996", "2512489996".

    `on` is the Danish date at which it is written: nobody in it may be born later.
    Raises CprProblem.
    """
    found = _WRITTEN.fullmatch(text.strip().upper())
    if not found:
        raise CprProblem(_("Et CPR-nummer har 10 cifre, for eksempel 251248-9996."))
    value = found[1] + found[2]
    kind, born = _digits(value) if value.isdecimal() else _letters(value)
    if born and born > on:
        raise CprProblem(_("CPR-nummeret har en fødselsdato, som ligger i fremtiden."))
    return CivilNumber(value, kind, born, Sex.MALE if int(value[9]) % 2 else Sex.FEMALE)


def masked(value: str) -> str:
    """A stored number for lists: "2512489996" -> "251248-****"; anything else is all stars."""
    return f"{value[:6]}-****" if len(value) == 10 and value[:6].isdecimal() else "******-****"


def _digits(value: str) -> tuple[Kind, dt.date]:
    """Kind and birth date of ten digits."""
    kind, plain = Kind.REAL, value
    if int(value[:2]) > _SUBSTITUTE_DAY:
        kind, plain = Kind.SUBSTITUTE, f"{int(value[:2]) - _SUBSTITUTE_DAY:02d}{value[2:]}"
    try:
        born: dt.date = cpr.get_birth_date(plain)
    except InvalidComponent:
        raise CprProblem(_("De første seks cifre i CPR-nummeret er ikke en dato.")) from None
    if born.year < _OLDEST:
        raise CprProblem(_("CPR-nummeret hører til en, der er født før år 1900. Ret cifrene."))
    return kind, born


def _letters(value: str) -> tuple[Kind, dt.date | None]:
    """Kind and birth date of a number with a pair of letters in positions 8 and 9."""
    if value[6] not in _LETTERED:
        raise CprProblem(_("Erstatningsnummeret skal have 0, 1, 5, 6 eller 7 som syvende tegn."))
    kind, century = _LETTERED[value[6]]
    year = (century or 1800) + int(value[4:6])
    try:
        born = dt.date(year, int(value[2:4]), int(value[:2]))
    except ValueError:
        raise CprProblem(_("De første seks cifre i nummeret er ikke en dato.")) from None
    return kind, born if century else None
