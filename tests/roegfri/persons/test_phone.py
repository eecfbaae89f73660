"""Telephone numbers as people write them, and numbers found in their texts."""

import time
from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roegfri.persons.phone import Phone, PhoneProblem, display, find_in_text, parse

EIGHT = st.from_regex(r"[2-9][0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "20123456",
        "20 12 34 56",
        "2012 3456",
        "20-12-34-56",
        "20.12.34.56",
        " 20\u00a012\u00a034\u00a056 ",
        "+45 20123456",
        "+4520123456",
        "004520123456",
        "0045 20 12 34 56",
        "(+45) 20 12 34 56",
        "45 20 12 34 56",
        "２０１２３４５６",
    ],
)
def test_every_way_of_writing_a_danish_number(text: str) -> None:
    assert parse(text) == Phone("+4520123456")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("20123456 (mobil)", "mobil"),
        ("20 12 34 56, arbejde", "arbejde"),
        ("Tlf.: 20123456", "Tlf"),
        ("mobil 20123456", "mobil"),
        ("20123456 efter kl. 16", "efter kl. 16"),
        ("20123456 (datter, Mette)", "datter Mette"),
        ("20123456mobil", "mobil"),
    ],
)
def test_words_around_the_number_are_kept_as_a_note(text: str, note: str) -> None:
    assert parse(text) == Phone("+4520123456", note)


def test_control_phonenumbers_alone_reads_letters_as_digits() -> None:
    number = phonenumbers.parse("20123456 (mobil)", "DK")
    assert number.national_number != 20123456


@pytest.mark.parametrize(
    ("text", "e164", "shown"),
    [
        ("+46 70 123 45 67", "+46701234567", "+46 70 123 45 67"),
        ("0046701234567", "+46701234567", "+46 70 123 45 67"),
        ("+49 30 123456", "+4930123456", "+49 30 123456"),
        ("+298 211234", "+298211234", "+298 21 12 34"),
    ],
)
def test_foreign_numbers(text: str, e164: str, shown: str) -> None:
    assert parse(text).e164 == e164
    assert display(e164) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "8 cifre"),
        ("ingen", "8 cifre"),
        ("+", "kan ikke læses"),
        ("2", "kan ikke læses"),
        ("2012345", "8 cifre"),
        ("201234567", "8 cifre"),
        ("12345678", "begynder med 2-9"),
        ("00000000", "8 cifre"),
        ("20 12 34 56 / 30 30 30 30", "kan ikke læses|8 cifre"),
        ("2012AB3456", "bogstaver"),
        ("2o123456", "bogstaver"),
        ("20123456x12", "bogstaver"),
        ("nr20123456", "bogstaver"),
        ("+999 12345678", "kan ikke læses|cifre"),
        ("+46 12", "cifre"),
        ("1" * 500, "kan ikke læses|8 cifre"),
    ],
)
def test_what_is_no_number_is_refused_in_danish(text: str, words: str) -> None:
    with pytest.raises(PhoneProblem) as caught:
        parse(text)
    assert any(word in str(caught.value.reason) for word in words.split("|")), str(caught.value)


def test_display() -> None:
    assert display("+4520123456") == "20 12 34 56"
    assert display("ukendt") == "ukendt"
    assert display("") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Træffes på 20123456.", ["+4520123456"]),
        ("Tlf.20 12 34 56/40 11 22 33", ["+4520123456", "+4540112233"]),
        ("20123456 30303030", ["+4520123456", "+4530303030"]),
        ("mobil: 2012 3456, arbejde: 36-39-12-34", ["+4520123456", "+4536391234"]),
        ("+45 20 12 34 56 eller 0045 20123456", ["+4520123456"]),
        ("4520123456", ["+4520123456"]),
        ("20\u00a012\u00a034\u00a056", ["+4520123456"]),
        ("ring 20.12.34.56", ["+4520123456"]),
        ("CPR 251248-9996, tlf 20123456", ["+4520123456"]),
        ("cpr 2512489996", []),
        ("251248 9996", []),
        ("251248 - 9996", []),
        ("25 12 48 9996", []),
        ("25.12.48-9996", []),
        ("851248-9996", []),
        ("020329-1WQ3", []),
        ("CVR 55606617", []),
        ("EAN-nummer: 5790009001676", []),
        ("født 25.12.1948, set 03-06-2026 kl. 14.30", []),
        ("10 12 34 56", []),
        ("20 12 34 56 78", []),
        ("20 12-34.56", []),
        ("120123456789", []),
        ("ingen telefon", []),
        ("", []),
    ],
)
def test_numbers_in_free_text(text: str, found: list[str]) -> None:
    assert find_in_text(text) == found


@pytest.mark.parametrize("piece", ["cvr" + " " * 9, "1 ", "20 12 34 ", "251248 ", "+45 ", "2", "-"])
def test_a_long_text_is_searched_in_less_than_a_second(piece: str) -> None:
    started = time.perf_counter()
    find_in_text(piece * 20_000 + "cvr" + " " * 100_000)
    assert time.perf_counter() - started < 1


@given(EIGHT, st.sampled_from([(8,), (2, 2, 2, 2), (4, 4)]), st.sampled_from(["", "+45 ", "0045"]))
def test_a_written_number_is_read_found_and_shown_again(
    eight: str, groups: tuple[int, ...], prefix: str
) -> None:
    ends = [sum(groups[: at + 1]) for at in range(len(groups))]
    pieces = [eight[end - size : end] for end, size in zip(ends, groups, strict=True)]
    text = prefix + " ".join(pieces)
    assert parse(text) == Phone(f"+45{eight}")
    assert find_in_text(f"Ring på {text}, tak.") == [f"+45{eight}"]
    assert parse(display(f"+45{eight}")) == Phone(f"+45{eight}")


@given(st.text(max_size=60))
def test_anything_typed_is_a_number_or_a_problem(text: str) -> None:
    with suppress(PhoneProblem):
        phone = parse(text)
        assert phone.e164.startswith("+")
        assert parse(phone.e164).e164 == phone.e164


@given(st.text(alphabet="0123456789 -.+/()ab", max_size=200))
def test_what_is_found_is_always_danish(text: str) -> None:
    for e164 in find_in_text(text):
        assert parse(e164).e164 == e164
        assert len(e164) == 11
