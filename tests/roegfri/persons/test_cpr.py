"""Civil registration numbers: what people write, and the numbers that stand in."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roegfri.persons.cpr import CivilNumber, CprProblem, Kind, Sex, masked, parse

TODAY = dt.date(2026, 6, 3)


def read(text: str) -> CivilNumber:
    return parse(text, on=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "2512489996",
        "251248-9996",
        "251248 9996",
        "251248 - 9996",
        "  251248-9996\n",
        "251248–9996",
        "251248\u00a09996",
    ],
)
def test_every_way_of_writing_gives_the_same_number(text: str) -> None:
    number = read(text)
    assert number.value == "2512489996"
    assert number.written() == "251248-9996"
    assert number.masked() == "251248-****"
    assert (number.kind, number.born) == (Kind.REAL, dt.date(1948, 12, 25))
    assert number.proposed_sex is Sex.FEMALE


@pytest.mark.parametrize(
    ("value", "born", "sex"),
    [
        ("2512489996", dt.date(1948, 12, 25), Sex.FEMALE),
        ("2509479989", dt.date(1947, 9, 25), Sex.MALE),
        ("2911829996", dt.date(1982, 11, 29), Sex.FEMALE),
        ("0107729995", dt.date(1972, 7, 1), Sex.MALE),
        ("1509819996", dt.date(1981, 9, 15), Sex.FEMALE),
    ],
)
def test_medcoms_test_persons(value: str, born: dt.date, sex: Sex) -> None:
    number = read(value)
    assert (number.kind, number.born, number.proposed_sex) == (Kind.REAL, born, sex)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("0101000000", 1900),
        ("0101993000", 1999),
        ("0101004000", 2000),
        ("0101264000", 2026),
        ("0101374000", 1937),
        ("0101005000", 2000),
        ("0101268000", 2026),
        ("0101009000", 2000),
        ("0101379000", 1937),
    ],
)
def test_the_seventh_digit_tells_the_century(value: str, year: int) -> None:
    assert read(value).born == dt.date(year, 1, 1)


def test_modulus_11_is_never_asked() -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    number = "2512489996"
    assert sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11  # it fails the test
    assert read(number).kind is Kind.REAL


def test_a_day_raised_by_60_is_a_substitute() -> None:
    number = read("851248-9996")
    assert (number.kind, number.born) == (Kind.SUBSTITUTE, dt.date(1948, 12, 25))
    assert number.value == "8512489996"
    assert read("6101804000").born == dt.date(1980, 1, 1)
    assert read("9112804001").born == dt.date(1980, 12, 31)


@pytest.mark.parametrize(
    ("text", "kind", "born", "sex"),
    [
        ("020329-1WQ3", Kind.X_ECPR, dt.date(1929, 3, 2), Sex.MALE),
        ("1308781os6", Kind.X_ECPR, dt.date(1978, 8, 13), Sex.FEMALE),
        ("3101057JC9", Kind.X_ECPR, dt.date(2005, 1, 31), Sex.MALE),
        ("0101800AB2", Kind.D_ECPR, dt.date(1980, 1, 1), Sex.FEMALE),
        ("0101106AB1", Kind.D_ECPR, dt.date(2010, 1, 1), Sex.MALE),
        ("0101805AB1", Kind.D_ECPR, None, Sex.MALE),
    ],
)
def test_numbers_with_letters(text: str, kind: Kind, born: dt.date | None, sex: Sex) -> None:
    number = read(text)
    assert (number.kind, number.born, number.proposed_sex) == (kind, born, sex)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "10 cifre"),
        ("251248", "10 cifre"),
        ("25124899961", "10 cifre"),
        ("2512489A96", "10 cifre"),
        ("251248--9996", "10 cifre"),
        ("٢٥١٢٤٨٩٩٩٦", "10 cifre"),
        ("2512489996; drop table", "10 cifre"),
        ("3102489996", "ikke en dato"),
        ("0013489996", "ikke en dato"),
        ("2902990000", "ikke en dato"),
        ("6000809996", "ikke en dato"),
        ("9912809996", "ikke en dato"),
        ("3102801AB1", "ikke en dato"),
        ("0101803AB1", "syvende tegn"),
        ("0101625629", "før år 1900"),
        ("0406264000", "fremtiden"),
        ("0101575000", "fremtiden"),
        ("0101997AB1", "fremtiden"),
    ],
)
def test_what_is_no_number_is_refused_in_danish(text: str, words: str) -> None:
    with pytest.raises(CprProblem) as caught:
        read(text)
    assert words in str(caught.value)
    assert words in str(caught.value.reason)


def test_born_on_the_day_it_is_written() -> None:
    assert read("0306264000").born == TODAY
    with pytest.raises(CprProblem):
        parse("0306264000", on=TODAY - dt.timedelta(days=1))


def test_the_problem_and_the_repr_do_not_tell_the_number() -> None:
    assert "251248" not in repr(read("2512489996"))
    with pytest.raises(CprProblem) as caught:
        read("3102489996")
    assert "310248" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize("text", ["", "12", "abcdefghij", "25124899961"])
def test_masking_something_else_shows_nothing_of_it(text: str) -> None:
    assert masked(text) == "******-****"


@given(
    born=st.dates(dt.date(1900, 1, 1), TODAY),
    serial=st.integers(0, 999),
    dash=st.sampled_from(["", "-", " ", " - "]),
    raised=st.sampled_from([0, 60]),
)
def test_every_day_since_1900_is_found_again(
    born: dt.date, serial: int, dash: str, raised: int
) -> None:
    seventh = "0" if born.year < 2000 else "4" if born.year % 100 <= 36 else "5"
    text = f"{born.day + raised:02d}{born:%m%y}{dash}{seventh}{serial:03d}"
    number = read(text)
    assert number.born == born
    assert number.kind is (Kind.SUBSTITUTE if raised else Kind.REAL)
    assert number.proposed_sex is (Sex.MALE if serial % 2 else Sex.FEMALE)


@given(st.one_of(st.text(max_size=20), st.from_regex(r"[0-9]{6}-?[0-9A-Z]{4}", fullmatch=True)))
def test_anything_typed_is_a_number_or_a_problem(text: str) -> None:
    with suppress(CprProblem):
        number = read(text)
        assert len(number.value) == 10
        assert read(number.written()) == number
