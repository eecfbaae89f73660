"""Personal data at rest: opens in its own place with its own key, and nowhere else."""

import base64
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from roegfri import sealed
from roegfri.sealed import Unsealable, fingerprint, seal, unseal

ROW = UUID("11111111-1111-4111-8111-111111111111")
PLACE = "referrals_citizen.cpr"
OLD = "gammel:" + base64.b64encode(bytes(range(32))).decode()
NEW = "ny:" + base64.b64encode(bytes(range(32, 64))).decode()


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> Iterator[Settings]:
    settings.FIELD_KEYS = [OLD]
    settings.INDEX_KEY = "indeks"
    sealed._keys.cache_clear()
    yield settings
    sealed._keys.cache_clear()


def rotated(settings: Settings, *entries: str) -> None:
    settings.FIELD_KEYS = list(entries)
    sealed._keys.cache_clear()


def test_it_opens_in_its_own_place() -> None:
    box = seal("251248-9996 æøå", place=PLACE, row=ROW)
    assert unseal(box, place=PLACE, row=ROW) == "251248-9996 æøå"
    assert unseal(memoryview(box), place=PLACE, row=str(ROW)) == "251248-9996 æøå"


def test_nothing_of_the_text_shows_and_no_two_are_alike() -> None:
    one, two = (seal("2512489996", place=PLACE, row=ROW) for _ in range(2))
    assert one != two
    assert b"251248" not in one


def test_another_row_or_column_does_not_open_it() -> None:
    box = seal("2512489996", place=PLACE, row=ROW)
    with pytest.raises(Unsealable):
        unseal(box, place=PLACE, row=uuid4())
    with pytest.raises(Unsealable):
        unseal(box, place="referrals_citizen.alternative", row=ROW)


def test_every_single_changed_byte_is_noticed() -> None:
    box = seal("2512489996", place=PLACE, row=ROW)
    for at in range(len(box)):
        changed = box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]
        with pytest.raises(Unsealable):
            unseal(changed, place=PLACE, row=ROW)


@pytest.mark.parametrize("box", [b"", b":", b"gammel", b"gammel:", b"gammel:kort", b"\xff:x"])
def test_what_was_never_sealed_is_not_opened(box: bytes) -> None:
    with pytest.raises(Unsealable):
        unseal(box, place=PLACE, row=ROW)


def test_another_key_under_the_same_name_does_not_open_it(keys: Settings) -> None:
    box = seal("2512489996", place=PLACE, row=ROW)
    rotated(keys, "gammel:" + NEW.partition(":")[2])
    with pytest.raises(Unsealable):
        unseal(box, place=PLACE, row=ROW)


def test_a_key_is_changed_by_putting_the_new_one_first(keys: Settings) -> None:
    before = seal("2512489996", place=PLACE, row=ROW)
    rotated(keys, NEW, OLD)
    after = seal("2512489996", place=PLACE, row=ROW)
    assert before.startswith(b"gammel:")
    assert after.startswith(b"ny:")
    assert {unseal(box, place=PLACE, row=ROW) for box in (before, after)} == {"2512489996"}
    rotated(keys, NEW)
    assert unseal(after, place=PLACE, row=ROW) == "2512489996"
    with pytest.raises(Unsealable, match="gammel"):
        unseal(before, place=PLACE, row=ROW)


@pytest.mark.parametrize(
    "entry",
    ["", "kun-navn", ":" + OLD.partition(":")[2], "kort:" + base64.b64encode(b"x").decode()],
)
def test_a_bad_key_stops_everything_at_once(keys: Settings, entry: str) -> None:
    rotated(keys, entry)
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        seal("x", place=PLACE, row=ROW)


def test_the_fault_does_not_tell_the_text() -> None:
    with pytest.raises(Unsealable) as caught:
        unseal(seal("2512489996", place=PLACE, row=ROW), place=PLACE, row=uuid4())
    assert "251248" not in str(caught.value)


def test_fingerprints_find_the_same_value_of_the_same_thing(keys: Settings) -> None:
    mark = fingerprint("2512489996", of="cpr")
    assert mark == fingerprint("2512489996", of="cpr")
    assert len(mark) == 32
    assert mark != fingerprint("2512489997", of="cpr")
    assert mark != fingerprint("2512489996", of="phone")
    keys.INDEX_KEY = "et andet"
    assert mark != fingerprint("2512489996", of="cpr")


def test_fingerprints_do_not_depend_on_the_sealing_key(keys: Settings) -> None:
    before = fingerprint("2512489996", of="cpr")
    rotated(keys, NEW)
    assert fingerprint("2512489996", of="cpr") == before


@given(st.text(max_size=200))
def test_every_text_comes_back(text: str) -> None:
    with_keys = seal(text, place=PLACE, row=ROW)
    assert unseal(with_keys, place=PLACE, row=ROW) == text
