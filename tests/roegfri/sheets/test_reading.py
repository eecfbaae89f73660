"""Files come in many encodings and shapes; the bad ones are refused in plain words, and soon."""

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roegfri.refusal import Refusal
from roegfri.sheets import reading
from roegfri.sheets.reading import read_rows
from roegfri.sheets.writing import write_xlsx

WANTED = [["Navn", "Beløb"], ["Ærøskøbing", "1.230,00"]]
TEXT = "Navn{0}Beløb\r\nÆrøskøbing{0}{1}\r\n\r\n"


def xlsx(rows: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    write_xlsx(["Navn", "Beløb"], rows, stream, title="Ark")
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same workbook, with one part exchanged."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(("delimiter", "amount"), [(";", "1.230,00"), ("\t", "1.230,00")])
def test_csv_in_every_usual_writing(encoding: str, delimiter: str, amount: str) -> None:
    assert read_rows(TEXT.format(delimiter, amount).encode(encoding), "x.csv") == WANTED


def test_csv_with_commas() -> None:
    assert read_rows(TEXT.format(",", '"1.230,00"').encode(), "x.csv") == WANTED


def test_xlsx_is_known_by_its_content_not_its_name() -> None:
    assert read_rows(xlsx([["Ærøskøbing", "1.230,00"]]), "x.csv") == WANTED


def bomb(size: int) -> bytes:
    return with_part(xlsx([]), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * size)


def lying_directory() -> bytes:
    """The directory says 100 bytes; the part holds 80 MB."""
    data = bytearray(bomb(80 * 1024 * 1024))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return bytes(data.replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little")))


FAR_CELL = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    b'2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
    b'<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)
BAD = {
    "a bomb": bomb(80 * 1024 * 1024),
    "a bomb behind a lying directory": lying_directory(),
    "one cell at the far corner": with_part(xlsx([]), "xl/worksheets/sheet1.xml", FAR_CELL),
    "half a workbook": xlsx([["a", 1]])[:-200],
    "a zip that is no workbook": with_part(xlsx([]), "", b"")[:0] + b"PK\x03\x04" + b"\0" * 100,
    "no XML": with_part(xlsx([]), "xl/worksheets/sheet1.xml", b"\0\1\2<<<"),
    "old Excel": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "too big": b"a;b\n" * 1_400_000,
    "too many columns": b";" * 300,
    "a quote that never ends": b'a;b\n"c;d\n',
    "a cell without end": b"a" * 200_000,
}


@pytest.mark.parametrize("data", BAD.values(), ids=list(BAD))
def test_a_bad_file_is_refused_soon_and_politely(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(Refusal) as refused:
        read_rows(data, "x.xlsx")
    assert str(refused.value).endswith(".")
    assert time.process_time() - start < 2


def test_control_the_limits_are_what_refuses_the_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    small = bomb(2 * 1024 * 1024)
    monkeypatch.setattr(reading, "MAX_UNPACKED", 1024 * 1024)
    with pytest.raises(Refusal, match="for mange"):
        read_rows(small, "x.xlsx")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        rows = read_rows(data, "x")
    except Refusal:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_changed_bytes_is_rows_or_a_refusal(at: int, noise: bytes) -> None:
    data = bytearray(xlsx([["a", 1], ["b", 2]]))
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        rows = read_rows(bytes(data), "x.xlsx")
    except Refusal:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)
