"""What somebody may mean by what she types into the search."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.queries.wanted import Wanted

ON = dt.date(2026, 3, 2)
CASE = UUID("20123456-89ab-4def-8123-456789abcdef")


def read(text: str) -> Wanted:
    return Wanted.read(text, on=ON)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("20123456", "20123456"),
        ("20 12 34 56", "20123456"),
        ("+45 20 12 34 56", "20123456"),
        ("+4520123456", "20123456"),
        ("0045 20123456", "20123456"),
        ("(+45) 2012-3456", "20123456"),
        ("4520123456", "20123456"),
        ("2012 34", "201234"),
        ("20.12.34.56", "20123456"),
        ("tlf. 20 12 34 56", "20123456"),
        ("123", "123"),
        ("+45 201", "201"),
        ("0012", "0012"),
        ("45201234", "45201234"),
        ("+46 70 123 45 67", "46701234567"),
        ("004670123456", "4670123456"),
    ],
)
def test_part_of_a_phone_number_in_any_format(text: str, digits: str) -> None:
    assert read(text).digits == digits


@pytest.mark.parametrize(
    "text",
    [
        "25.12.48", "25-12-1948", "251248", "25121948", "25. dec 1948", "25 december 1948",
        "25. dec. 48", "1948-12-25", "25/12/48", "25 12 48", "25. 12. 1948", "851248",
    ],
)  # fmt: skip
def test_a_birth_date_in_any_format(text: str) -> None:
    assert read(text).born == (dt.date(1948, 12, 25),)


def test_a_year_of_two_digits_can_be_of_two_centuries() -> None:
    assert read("010212").born == (dt.date(1912, 2, 1), dt.date(2012, 2, 1))
    assert read("010226").born == (dt.date(1926, 2, 1), dt.date(2026, 2, 1))
    assert read("030326").born == (dt.date(1926, 3, 3),)  # 3 March 2026 has not come yet


@pytest.mark.parametrize("text", ["31.02.48", "25-13-1948", "00.00.00", "25.12.2048", "1.1.1899"])
def test_no_date(text: str) -> None:
    assert read(text).born == ()


def test_what_can_be_two_things_is_searched_as_both() -> None:
    both = read("251248")
    assert (both.born, both.digits) == ((dt.date(1948, 12, 25),), "251248")
    assert read("25-12-1948").digits == ""
    assert read("1.5.48").digits == ""


@pytest.mark.parametrize("text", ["2512489996", "251248-9996", "251248 9996", " 251248–9996 "])
def test_a_cpr_number_is_nothing_else(text: str) -> None:
    assert read(text) == Wanted(civil="2512489996")


def test_a_name_beside_a_number_means_both() -> None:
    assert read("Nancy 251248") == Wanted(
        name="Nancy", born=(dt.date(1948, 12, 25),), digits="251248"
    )
    assert read("hansen 2012") == Wanted(name="hansen", digits="2012")
    assert read("nancy 25. dec 1948") == Wanted(name="nancy", born=(dt.date(1948, 12, 25),))
    assert read("Anne-Marie O'Brien") == Wanted(name="Anne-Marie O'Brien")
    assert read("Nancy 2512489996").civil == "2512489996"


def test_a_case_by_its_id_or_the_beginning_of_it() -> None:
    assert read(str(CASE)) == Wanted(case=(CASE, CASE))
    assert read(CASE.hex.upper()) == Wanted(case=(CASE, CASE))
    shown = read("20123456")
    assert shown.case is not None
    assert shown.case[0] <= CASE <= shown.case[1]
    assert shown.digits == "20123456"
    assert read("#deadbeef").case is not None


@pytest.mark.parametrize("text", ["", " ", "a", "12", "+45", "--", "%%", "_", "+", "\u200b", "()"])
def test_too_little_to_search_by(text: str) -> None:
    assert read(text).nothing


@pytest.mark.parametrize("text", ["2512489996", str(CASE), "20123456", "+4520123456", "abcdef12"])
def test_what_is_meant_for_one(text: str) -> None:
    assert read(text).names_one


@pytest.mark.parametrize("text", ["2012345", "Nancy", "251248", "25.12.48"])
def test_what_may_be_many(text: str) -> None:
    assert not read(text).names_one


@given(st.text(max_size=300))
def test_anything_can_be_read(text: str) -> None:
    found = read(text)
    assert len(found.name) <= 400  # NFKC can make a sign longer, and only a hundred are read
    assert found.digits == "" or (found.digits.isascii() and 3 <= len(found.digits) <= 15)
    assert all(day <= ON for day in found.born)


def test_nothing_personal_in_what_it_is_called_in_a_traceback() -> None:
    for text in ("Nancy 251248", "2512489996", "20 12 34 56", "20123456"):
        shown = repr(read(text))
        assert not any(part in shown for part in ("Nancy", "251248", "1948", "2012"))
