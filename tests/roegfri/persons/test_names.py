"""Names as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roegfri.persons.names import Name, full, split


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Nancy Ann Berggren", Name("Nancy Ann", "Berggren")),
        ("  Nancy   Ann\tBerggren ", Name("Nancy Ann", "Berggren")),
        ("Berggren, Nancy Ann", Name("Nancy Ann", "Berggren")),
        ("Bruno", Name("Bruno", "")),
        ("Hr. Bruno Elmer", Name("Bruno", "Elmer", "Hr.")),
        ("overlæge dr. Karen Sørensen", Name("Karen", "Sørensen", "overlæge dr.")),
        ("Sørensen, dr. Karen", Name("Karen", "Sørensen", "dr.")),
        ("Anna-Lise Holm-Jensen", Name("Anna-Lise", "Holm-Jensen")),
        ("Pieter van den Berg", Name("Pieter", "van den Berg")),
        ("Ludwig von Trapp", Name("Ludwig", "von Trapp")),
        ("von Trapp, Ludwig", Name("Ludwig", "von Trapp")),
        ("Van Nguyen", Name("Van", "Nguyen")),
        ("Hr.", Name("Hr.", "")),
        ("Berggren,", Name("", "Berggren")),
        ("", Name("", "")),
    ],
)
def test_split(written: str, name: Name) -> None:
    assert split(written) == name


def test_full() -> None:
    assert full("Nancy Ann", "Berggren") == "Nancy Ann Berggren"
    assert full("", " Berggren ") == "Berggren"


@given(st.text(max_size=60))
def test_no_word_is_lost(written: str) -> None:
    kept = sorted(" ".join(split(written)).split())
    assert kept == sorted(written.replace(",", " ", 1).split())
