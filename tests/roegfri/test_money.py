"""Øre in and out: Danish writing only, and nothing lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roegfri.money import from_danish, in_kroner


@pytest.mark.parametrize(
    ("oere", "written"),
    [
        (0, "0,00"),
        (5, "0,05"),
        (-5, "-0,05"),
        (22500, "225,00"),
        (123000, "1.230,00"),
        (-123000, "-1.230,00"),
        (62000000, "620.000,00"),
        (123456789012, "1.234.567.890,12"),
    ],
)
def test_danish_writing(oere: int, written: str) -> None:
    assert in_kroner(oere) == written
    assert from_danish(written) == oere


@pytest.mark.parametrize(
    ("text", "oere"),
    [
        ("1230", 123000),
        ("1.230", 123000),
        ("1230,00", 123000),
        ("225,5", 22550),
        ("225,5 kr.", 22550),
        ("225 kr", 22500),
        ("225 KR.", 22500),
        (" 1.230,00 ", 123000),
        ("1 230,00", 123000),
        ("1\u00a0230,00", 123000),
        ("-40.000", -4000000),
        ("0,07", 7),
    ],
)
def test_what_a_dane_types(text: str, oere: int) -> None:
    assert from_danish(text) == oere


@pytest.mark.parametrize(
    "text",
    [
        "1,230.00",
        "1.23",
        "1.2300",
        "12.34,00",
        "1230.00",
        "1,234",
        "225,",
        ",50",
        "",
        "kr.",
        "1e3",
        "--5",
        "+5",
        "225,00 EUR",
        "2-2",
        "nan",
        "٢٢٥",
        "225,00\n225,00 kr.",
    ],
)
def test_english_writing_and_guesses_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_danish(text)


@given(st.integers())
def test_every_amount_comes_back(oere: int) -> None:
    assert from_danish(in_kroner(oere)) == oere
    assert from_danish(f"{in_kroner(oere)} kr.") == oere


@given(st.integers(min_value=0), st.integers(0, 99))
def test_kroner_and_oere_without_dots(kroner: int, rest: int) -> None:
    assert from_danish(f"{kroner},{rest:02d}") == kroner * 100 + rest
