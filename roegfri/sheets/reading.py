"""CSV or XLSX to rows of text, however hostile the file.

Every cell comes as the text a person would have typed; what a cell means is for a form to judge.
A file that cannot be read is a Refusal in plain words. Nothing in a file is ever calculated.
"""

import csv
import io
import json
import lzma
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from roegfri.refusal import Refusal
from roegfri.sheets.child import TOO_BIG
from roegfri.sheets.writing import plain

Rows = list[list[str]]

# Limits of the reader, not of any agreement.
MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MEMORY = 768 * 1024 * 1024
SECONDS = 10
_CHUNK = 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ";\t,"
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    UnicodeError,
)


def read_rows(data: bytes, name: str) -> Rows:
    """All rows of a CSV file or of the first sheet of an XLSX file; blank rows are left out.

    `name` is what the sender called the file; its content decides. Raises Refusal.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(_("Filen er for stor. Den må højst fylde 5 MB."))
    if data.startswith(_OLD_EXCEL):
        raise Refusal(_("Filen er i et gammelt eller beskyttet Excel-format. Gem den som .xlsx."))
    rows = _read_xlsx(data) if data.startswith(_ZIP) else _read_csv(data, name)
    return [row for row in rows if any(cell.strip() for cell in row)]


# ---- XLSX ----------------------------------------------------------------------------------------
def _read_xlsx(data: bytes) -> Rows:
    _check_zip(data)
    limits = map(str, (MEMORY, SECONDS, MAX_ROWS, MAX_COLUMNS))
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD), *limits],
            input=data,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as fault:
        raise _unreadable() from fault
    if done.returncode == TOO_BIG:
        raise _too_many()
    if done.returncode:
        raise _unreadable()
    return [[plain(cell) for cell in row] for row in json.loads(done.stdout)]


def _check_zip(data: bytes) -> None:
    """Unpacks every part into nothing, so that a directory which lies about sizes is found out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _too_many()
            if "xl/workbook.xml" not in archive.namelist():
                raise _unreadable()
            for part in parts:
                with archive.open(part) as unpacked:
                    while unpacked.read(_CHUNK):
                        pass
    except _BROKEN_ZIP as fault:
        raise _unreadable() from fault


# ---- CSV -----------------------------------------------------------------------------------------
def _read_csv(data: bytes, name: str) -> Rows:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal(
            _("«%s» er hverken et regneark (.xlsx) eller en tekstfil (.csv).") % name[:80]
        )
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_within_limits(reader))
    except csv.Error as fault:
        raise Refusal(
            _("Linje %s kan ikke læses. Se efter anførselstegn, der ikke er lukket.")
            % reader.line_num
        ) from fault


def _within_limits(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(reader, start=1):
        if number > MAX_ROWS or len(row) > MAX_COLUMNS:
            raise _too_many()
        yield [plain(cell) for cell in row]


def _decoded(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with one; else what Danish Windows writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _too_many() -> Refusal:
    return Refusal(_("Filen har for mange rækker eller kolonner. Del den op i mindre filer."))


def _unreadable() -> Refusal:
    return Refusal(
        _("Filen kan ikke læses som regneark. Åbn den i Excel, og gem den igen som .xlsx.")
    )
