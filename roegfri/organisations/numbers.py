"""Numbers by which organisations are known, and their check digits."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import ean
from stdnum.dk import cvr


def validate_cvr(value: str) -> None:
    """Eight digits with a right check digit."""
    if not cvr.is_valid(value):
        raise ValidationError(_("Et CVR-nummer har 8 cifre, og kontrolcifferet skal passe."))


def validate_ean(value: str) -> None:
    """13 digits with a right check digit (EAN location numbers are GLNs)."""
    if not re.fullmatch(r"\d{13}", value) or not ean.is_valid(value):
        raise ValidationError(_("Et EAN/GLN-nummer har 13 cifre, og kontrolcifferet skal passe."))


def municipality_code(value: str) -> str:
    """Three digits; MedCom and others write "0187" for "187"."""
    return value.strip().removeprefix("0") if len(value.strip()) == 4 else value.strip()
