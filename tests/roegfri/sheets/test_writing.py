"""Nothing that leaves as a spreadsheet is a formula; numbers stay numbers, empty stays empty."""

import csv
import datetime as dt
import io
import unicodedata
import zipfile
from decimal import Decimal
from uuid import UUID

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from roegfri.refusal import Refusal
from roegfri.sheets import writing
from roegfri.sheets.reading import read_rows
from roegfri.sheets.writing import is_formula, write_csv, write_xlsx

SIGNS = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫⁺₌"
HOSTILE = st.builds(
    "".join,
    st.tuples(
        st.text(" \u00a0\ufeff\u200b\u2028\x0b\0", max_size=2),
        st.sampled_from(SIGNS),
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x";"y")', ";\r\n=1"]),
        ),
    ),
)
MANY = st.lists(HOSTILE, min_size=100, max_size=100)


def formula_cells(data: bytes) -> list[str]:
    """An independent judge of CSV: what a spreadsheet might calculate."""
    found = []
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        for cell in row:
            seen = unicodedata.normalize("NFKC", cell).lstrip("\ufeff\u200b\0 \t\r\n\v\f\u2028")
            if cell[:1] in tuple("\t\r\n\0\v\f") or seen[:1] in tuple("=+-@"):
                found.append(cell)
    return found


def formulas_in(data: bytes) -> int:
    """How many live formulas or links an XLSX file holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return len(sheet.findall(".//{*}f")) + len(sheet.findall(".//{*}hyperlink"))


def as_csv(*rows: list[object]) -> bytes:
    stream = io.BytesIO()
    write_csv(["=Navn", "Tal"], rows, stream)
    return stream.getvalue()


def as_xlsx(*rows: list[object]) -> bytes:
    stream = io.BytesIO()
    write_xlsx(["=Navn", "Tal"], rows, stream, title="Ark [1]: *?/\\ 'med et alt for langt navn'")
    return stream.getvalue()


@settings(max_examples=20, deadline=None)
@given(MANY)
def test_no_hostile_text_is_a_formula_in_csv(texts: list[str]) -> None:
    data = as_csv(*([text, 1] for text in texts))
    assert formula_cells(data) == []
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    written = [row[0] for row in lines[1:]]
    assert [text.removeprefix("'") for text in written] == texts


@settings(max_examples=20, deadline=None)
@given(MANY)
def test_no_hostile_text_is_a_formula_in_xlsx(texts: list[str]) -> None:
    assert formulas_in(as_xlsx(*([text, 1] for text in texts))) == 0


def test_control_a_naive_writer_leaves_formulas() -> None:
    naive = io.StringIO()
    csv.writer(naive, delimiter=";").writerow(["=1+1", "＝1+1", " @SUM(1)"])
    assert len(formula_cells(naive.getvalue().encode())) == 3
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write(0, 0, "=1+1")
    assert formulas_in(stream.getvalue()) == 1


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_what_was_written_is_read_back(write: object) -> None:
    texts = ["=1+1", "+4520123456", "-", "@x", 'Ærø; "Øl"\nÅ', "'hej", "  =1", "_x0041_", "'=1"]
    rows = read_rows(write(*([text, 7] for text in texts)), "ark")  # type: ignore[operator]
    assert [row[0] for row in rows[1:]] == [plain_twice(text) for text in texts]
    assert {row[1] for row in rows[1:]} == {"7"}


def plain_twice(text: str) -> str:
    """A text that begins with an apostrophe and then a sign reads back without the apostrophe."""
    return "=1" if text == "'=1" else text


VALUES: list[tuple[object, str]] = [
    (None, ""),
    ("", ""),
    (0, "0"),
    (-5, "-5"),
    (True, "Ja"),
    (2.5, "2,5"),
    (Decimal("1230.00"), "1230,00"),
    (float("nan"), ""),
    (dt.date(2026, 11, 3), "03-11-2026"),
    (dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC), "01-07-2026 00:30"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ("x\ud800\uffff", "x\ufffd\ufffd"),
]


def test_csv_values_are_danish() -> None:
    data = as_csv(*([value] for value, _text in VALUES))
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[1:-1] == ['""' if text == "" else text for _value, text in VALUES]


def test_xlsx_values_keep_their_kind() -> None:
    data = as_xlsx(*([value] for value, _text in VALUES))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    kinds = {
        cell.get("r"): (cell.get("t"), cell.findtext("{*}v")) for cell in sheet.findall(".//{*}c")
    }
    assert "A2" not in kinds, "None left a cell"
    assert kinds["A4"] == (None, "0")
    assert kinds["A5"] == (None, "-5")
    assert kinds["A8"] == (None, "1230.00")
    assert kinds["A10"][0] is None
    assert [row[0] for row in read_rows(data, "x.xlsx")][-4:-2] == [
        "2026-11-03",
        "2026-07-01T00:30:00",
    ]


def test_a_sheet_that_would_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_ROWS", 3)
    with pytest.raises(Refusal, match="CSV"):
        as_xlsx(["a"], ["b"], ["c"])


@pytest.mark.parametrize("text", ["", "abc", "12", "a=b", "'=1", "ø+"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert not is_formula(text)
