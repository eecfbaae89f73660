"""What two people wrote at once: held against what both had seen."""

from uuid import uuid4

import pytest

from roegfri.ui.differences import (
    Clash,
    Part,
    merged,
    opened_parts,
    sealed_parts,
    settled,
)

SEEN: dict[str, Part] = {"name": ("Anna",), "address": ("Vej 1", "2650")}


def with_(**parts: Part) -> dict[str, Part]:
    return {**SEEN, **parts}


def test_nothing_changed_is_nothing_to_save() -> None:
    found = merged(SEEN, SEEN, SEEN)
    assert (found.changed, found.kept, found.conflicts) == ({}, [], [])


def test_what_one_alone_changed_is_taken() -> None:
    found = merged(SEEN, with_(address=("Vej 2", "2650")), with_(name=("Anne",)))
    assert (found.changed, found.kept, found.conflicts) == ({"name": ("Anne",)}, ["address"], [])


def test_what_both_changed_to_the_same_is_done() -> None:
    now = with_(name=("Anne",))
    assert merged(SEEN, now, now).changed == {}


def test_what_both_changed_is_a_clash_of_the_whole_part() -> None:
    theirs, mine = ("Vej 2", "2650"), ("Vej 1", "2600")
    found = merged(SEEN, with_(address=theirs), with_(address=mine))
    assert found.conflicts == [Clash("address", ("Vej 1", "2650"), theirs, mine)]
    assert found.changed == {}


def test_without_what_was_seen_every_difference_is_a_clash() -> None:
    assert merged(None, SEEN, with_(name=("Anne",))).conflicts == [
        Clash("name", None, ("Anna",), ("Anne",))
    ]


@pytest.mark.parametrize(("choice", "saved"), [("theirs", {}), ("mine", {"name": ("Mine",)})])
def test_a_choice_settles_its_part(choice: str, saved: dict[str, Part]) -> None:
    theirs, mine = with_(name=("Theirs",)), with_(name=("Mine",))
    seen, wanted = settled(SEEN, theirs, mine, {"choice-name": choice})
    found = merged(seen, theirs, wanted)
    assert (found.changed, found.conflicts) == (saved, [])
    # Changed once more since it was shown: asked again, whatever was chosen.
    third = with_(name=("Third",))
    found = merged(seen, third, wanted)
    assert bool(found.conflicts) is (choice == "mine")
    assert found.changed == {}


@pytest.mark.parametrize("choice", ["", "both", "THEIRS"])
def test_no_choice_settles_nothing(choice: str) -> None:
    theirs, mine = with_(name=("Theirs",)), with_(name=("Mine",))
    seen, wanted = settled(SEEN, theirs, mine, {"choice-name": choice})
    assert merged(seen, theirs, wanted).conflicts


def test_what_a_form_carries_opens_for_its_own_thing_alone() -> None:
    one, other = uuid4(), uuid4()
    text = sealed_parts(SEEN, about=one)
    assert opened_parts(text, about=one) == SEEN
    assert opened_parts(text, about=other) is None
    assert "Anna" not in text
    for broken in ("", "x", text[:-4], text[4:], "æøå", "\0", "A" * 4000):
        assert opened_parts(broken, about=one) is None
