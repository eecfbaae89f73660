"""Amounts are whole øre, everywhere; this is how they are read and written."""

import re

_AMOUNT = re.compile(
    r"^(?P<sign>-?)(?P<kroner>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<oere>\d{1,2}))?$", re.ASCII
)


def in_kroner(oere: int) -> str:
    """Danish writing of an amount in øre: 123000 -> "1.230,00"."""
    kroner, rest = divmod(abs(oere), 100)
    sign = "-" if oere < 0 else ""
    return f"{sign}{kroner:,}".replace(",", ".") + f",{rest:02d}"


def from_danish(text: str) -> int:
    """Øre from what a Dane types: "1.230,00", "1230", "225,5 kr." -> 22550.

    Raises ValueError for anything else: "1,230.00" and "1.23" are not guessed at.
    """
    bare = re.sub(r"\s|kr\.?$", "", text.strip(), flags=re.IGNORECASE)
    found = _AMOUNT.match(bare)
    if not found:
        raise ValueError(text)
    kroner = int(found["kroner"].replace(".", ""))
    oere = int((found["oere"] or "0").ljust(2, "0"))
    return (kroner * 100 + oere) * (-1 if found["sign"] else 1)
