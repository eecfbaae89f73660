"""Thousands of damaged files: only a Message, Unreadable or NotOurs may come out, and soon."""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from roegfri.medcom import Message, NotOurs, Unreadable, parse
from tests.roegfri.medcom.messages import VERSIONS, referral

SEEDS = [referral(version, encoding=code) for version in VERSIONS for code in ("UTF-8", "latin1")]
INSERTS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"<?xml", b"&#0;", b"&#xFFFF;", b"\x00",
    b"\xff", b"\xef\xbb\xbf", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"&x;",
    b"<Break/>" * 50, b"9" * 500, b"<a xmlns:b='urn:c'>", b"encoding='UTF-16'", b"\xee\x80\x80",
    b"<Envelope>", b"<Patient/>", b"<Letter><Identifier>1</Identifier></Letter>", b"{", b"}", b"%s",
]  # fmt: skip
TEXTS = [
    "", " ", "0", "-1", "9" * 200, "2026-02-30", "24:00", "99:99", "2026-06-03T10:00", "XH1530R",
    "rettetbrev", "\u0662\u0660\u0662\u0666-01-01", "kommunenummer", "0000", "{", "%s",
    "\ue000" * 9, "\U0001f6ad", "æøå",
]  # fmt: skip
TOUCHING = ("open", "socket.", "os.", "subprocess.", "urllib.")
watched: list[str] | None = None


def _listen(event: str, _args: object) -> None:
    if watched is not None and event.startswith(TOUCHING):
        watched.append(event)


sys.addaudithook(_listen)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Every opening of a file, socket or program by Python meanwhile."""
    global watched  # noqa: PLW0603 (an audit hook cannot be taken off again)
    watched = []
    try:
        yield watched
    finally:
        watched = None


def broken(data: bytes, dice: random.Random) -> bytes:
    """One to eight cuts, copies, insertions or flips of bytes."""
    for _ in range(dice.randint(1, 8)):
        at, to = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        to = min(to, at + 300)
        piece = dice.choice([b"", data[at:to] * 2, dice.choice(INSERTS), dice.randbytes(3)])
        data = (data[:at] + piece + data[to:]) or b"<"
    return data


def rearranged(data: bytes, dice: random.Random) -> bytes:
    """Good XML still, with one to four elements dropped, copied, moved, renamed or rewritten."""
    root = etree.fromstring(data)
    for _ in range(dice.randint(1, 4)):
        nodes = list(root.iter())
        node, other = dice.choice(nodes), dice.choice(nodes)
        parent = node.getparent()
        what = dice.choice(("drop", "copy", "move", "rename", "rewrite", "rewrite"))
        if what == "drop" and parent is not None:
            parent.remove(node)
        elif what == "copy":
            other.append(deepcopy(node))
        elif what == "move" and node not in (root, *other.iterancestors(), other):
            other.insert(0, node)
        elif what == "rename":
            node.tag = other.tag
        else:
            node.text = dice.choice(TEXTS)
    written = etree.tostring(root, encoding=dice.choice(("ISO-8859-1", "UTF-8", "UTF-16")))
    assert isinstance(written, bytes)
    return written


def mutated(data: bytes, dice: random.Random) -> bytes:
    return dice.choice((broken, rearranged))(data, dice)


def outcome(data: bytes) -> str:
    """Which of the three it was. Anything else is the test's failure."""
    started = time.perf_counter()
    try:
        result = type(parse(data)).__name__
    except (Unreadable, NotOurs) as no:
        result = type(no).__name__ if no.reason else "no reason given"
    assert time.perf_counter() - started < 1
    assert result in {"Message", "Unreadable", "NotOurs"}
    return result


def survive(count: int, seed: int) -> Counter[str]:
    dice = random.Random(seed)
    return Counter(outcome(mutated(dice.choice(SEEDS), dice)) for _ in range(count))


def test_2000_damaged_files() -> None:
    parse(SEEDS[0])  # what is imported late is imported now
    with listening() as touched:
        results = survive(2_000, seed=1)
    assert touched == []
    assert results["Unreadable"] > 500
    assert results["Message"] > 200
    assert results["NotOurs"] > 10


@pytest.mark.full
def test_50000_damaged_files() -> None:
    assert sum(survive(50_000, seed=2).values()) == 50_000


def test_control_the_listener_hears_a_file_being_opened() -> None:
    with listening() as touched, open(__file__, "rb"):  # noqa: PTH123
        pass
    assert "open" in touched


def careless(data: bytes) -> str:
    return str(etree.fromstring(data).find("{*}Envelope/{*}Identifier").text.strip())  # type: ignore[union-attr]


def test_control_the_mutations_break_a_parser_that_takes_things_for_granted() -> None:
    dice = random.Random(1)
    with pytest.raises(AttributeError):
        Counter(careless(rearranged(SEEDS[0], dice)) for _ in range(1_000))


@settings(max_examples=300, deadline=1_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_at_all(data: bytes) -> None:
    assert outcome(data) in {"Unreadable", "NotOurs"}


PRINTABLE = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Co", "Cn"]), max_size=200
)


@settings(max_examples=300, deadline=1_000)
@given(text=PRINTABLE, surname=PRINTABLE.map(lambda s: s[:140]))
def test_any_text_comes_back_as_it_was_written(text: str, surname: str) -> None:
    message = parse(referral(text=escape(text), surname=surname, encoding="UTF-8"))
    assert isinstance(message, Message)
    assert message.clinical_text.split() == text.split()
    assert message.patient.surname == " ".join(surname.split())
