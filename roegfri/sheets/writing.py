"""Header and rows to CSV or XLSX, in which no cell is ever a formula.

A text that a spreadsheet would calculate is written as text in XLSX, and with an apostrophe before
it in CSV. Numbers stay numbers, an empty value stays empty, dates are Danish in CSV and real dates
in XLSX. A cell may be text, a number, a truth value, a date, an aware instant (shown in Danish
local time) or None; anything else is written as its text.
"""

import codecs
import csv
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from roegfri.clock import COPENHAGEN
from roegfri.refusal import Refusal

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a sheet of XLSX holds; its format says so.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_TITLE = 31
FIRST_YEAR = 1900
DAY, MOMENT = "dd-mm-yyyy", "dd-mm-yyyy hh:mm"

_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = frozenset("=+-@")
_CONTROL_STARTS = frozenset("\t\r\n\v\f\0")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could calculate the text; sees full-width signs and leading space."""
    if text[:1] in _CONTROL_STARTS and text:
        return True
    for sign in unicodedata.normalize("NFKC", text[:64]):
        if not (sign.isspace() or unicodedata.category(sign) in {"Cf", "Cc"}):
            return sign in _FORMULA_STARTS
    return False


def neutral(text: str) -> str:
    """The text with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if is_formula(text) else text


def plain(text: str) -> str:
    """What `neutral` was given."""
    return text[1:] if text[:1] == "'" and is_formula(text[1:]) else text


def _text(value: object) -> str:
    return _UNWRITABLE.sub("\ufffd", str(value))


def _local(value: dt.datetime) -> dt.datetime:
    """Danish wall-clock time; spreadsheets know no zones."""
    return value.astimezone(COPENHAGEN).replace(tzinfo=None) if value.tzinfo else value


def _csv_number(value: float | Decimal) -> str:
    return f"{Decimal(str(value)):f}".replace(".", ",") if math.isfinite(value) else ""


def _csv_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("Ja") if value else _("Nej")
        case int() | float() | Decimal():
            return _csv_number(value)
        case dt.datetime():
            return f"{_local(value):%d-%m-%Y %H:%M}"
        case dt.date():
            return f"{value:%d-%m-%Y}"
        case _:
            return neutral(_text(value))


def write_csv(
    header: Sequence[object], rows: Iterable[Sequence[object]], stream: IO[bytes] | Any
) -> None:
    """As Danish Excel opens it: UTF-8 with a byte order mark, semicolons. `stream` takes bytes."""
    out = csv.writer(codecs.getwriter("utf-8-sig")(stream), delimiter=";", lineterminator="\r\n")
    out.writerow([neutral(_text(heading)) for heading in header])
    out.writerows([_csv_cell(value) for value in row] for row in rows)


def write_xlsx(
    header: Sequence[object],
    rows: Iterable[Sequence[object]],
    stream: IO[bytes] | Any,
    *,
    title: str,
) -> None:
    """One sheet, written row by row in constant memory. Raises Refusal when it would not fit."""
    import xlsxwriter  # noqa: PLC0415  (heavy; only where a sheet is written)

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(_sheet_title(title))
        put = _xlsx_writer(book, sheet)
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(header):
            sheet.set_column(column, column, max(10, min(50, len(str(heading)) + 4)))
            sheet.write_string(0, column, _text(heading), bold)
        for number, row in enumerate(rows, start=1):
            if number >= MAX_ROWS:
                raise Refusal(_("Der er for mange rækker til et regneark. Vælg CSV i stedet."))
            for column, value in enumerate(row):
                put(number, column, value)


def _sheet_title(title: str) -> str:
    """What Excel accepts as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\]", " ", _text(title))[:MAX_TITLE].strip("' ") or "Ark1"


def _xlsx_writer(book: Any, sheet: Any) -> Callable[[int, int, object], None]:
    """Writes each value with the call of its own kind, so that nothing is guessed at."""
    day, moment = (book.add_format({"num_format": form}) for form in (DAY, MOMENT))

    def put(row: int, column: int, value: object) -> None:
        match value:
            case None:
                pass
            case bool():
                sheet.write_string(row, column, _("Ja") if value else _("Nej"))
            case int() | float() | Decimal():
                if math.isfinite(value):
                    sheet.write_number(row, column, value)
            case dt.datetime() if value.year > FIRST_YEAR:
                sheet.write_datetime(row, column, _local(value), moment)
            case dt.date() if value.year > FIRST_YEAR:
                sheet.write_datetime(row, column, value, day)
            case _:
                sheet.write_string(row, column, _text(value)[:MAX_TEXT])

    return put
