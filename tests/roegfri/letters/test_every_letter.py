"""Every document that leaves the house: what a screen reader finds, and what no text can reach."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from tests.roegfri.letters import every
from tests.roegfri.letters.test_letters import ATTACKS, SECRET, Bait

PLAIN = "Æblegrød på Ærø"
# What paints; everything that does stands inside marked content, or is said to be an ornament.
PAINTS = set(b"Tj TJ ' f F f* S s B B* b b* Do sh EI".split())


@pytest.fixture(scope="module", params=every.templates())
def reader(request: pytest.FixtureRequest) -> Any:
    return PdfReader(BytesIO(every.pdf_of(request.param, PLAIN)))


def catalogue(reader: Any) -> Any:
    return reader.trailer["/Root"]


def parts(node: Any) -> Iterator[Any]:
    """Every element of the structure, in the order it is read."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, dict) and found.get("/Type") == "/StructElem":
            yield found
            yield from parts(found)


# ---- PDF/UA-1: what can be checked without its validator ----------------------------------------


def test_it_says_what_it_is_and_in_which_language(reader: Any) -> None:
    root = catalogue(reader)
    assert root["/Lang"] == "da"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in xmp
    assert ">1<" in xmp.split("pdfuaid:part", 1)[1][:20] or '"1"' in xmp


def test_everything_drawn_is_marked(reader: Any) -> None:
    bare = []
    for page in reader.pages:
        depth = 0
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            depth += (operator in (b"BMC", b"BDC")) - (operator == b"EMC")
            if operator in PAINTS and not depth:
                bare.append((operator, operands))
        assert depth == 0
    assert bare == []


def test_every_marked_text_has_its_place_in_the_structure(reader: Any) -> None:
    root = catalogue(reader)["/StructTreeRoot"]
    numbers = root["/ParentTree"].get_object()["/Nums"]
    owners = {int(numbers[n]): numbers[n + 1].get_object() for n in range(0, len(numbers), 2)}
    for page in reader.pages:
        assert page["/Tabs"] == "/S"
        mine = owners[int(page["/StructParents"])]
        for mark in marks_on(page, reader):
            owner = mine[mark].get_object()
            assert owner["/Pg"].get_object() == page.get_object()
            assert mark in owner["/K"]


def marks_on(page: Any, reader: Any) -> list[int]:
    operations = ContentStream(page.get_contents(), reader).operations
    return [
        int(operands[1]["/MCID"])
        for operands, operator in operations
        if operator == b"BDC" and isinstance(operands[1], dict) and "/MCID" in operands[1]
    ]


def test_it_begins_with_a_heading_of_the_first_level_and_skips_none(reader: Any) -> None:
    levels = [
        int(one["/S"][2])
        for one in parts(catalogue(reader)["/StructTreeRoot"])
        if str(one["/S"]) in {f"/H{n}" for n in range(1, 7)}
    ]
    assert levels[:1] == [1]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_pictures_say_what_they_show_and_tables_have_headings(reader: Any) -> None:
    tree = list(parts(catalogue(reader)["/StructTreeRoot"]))
    assert all(one.get("/Alt") for one in tree if one["/S"] == "/Figure")
    for table in (one for one in tree if one["/S"] == "/Table"):
        assert any(one["/S"] == "/TH" for one in parts(table))


def test_its_fonts_are_in_it_and_can_be_read_out(reader: Any) -> None:
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/ToUnicode" in font.get_object()
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert any(words in said for words in (PLAIN, "Guide til rygestop", "Tjekliste for"))


def test_a_diploma_is_read_in_the_order_it_is_seen() -> None:
    names = ["Anna", "Bo", "Cai", "Dan Ole"]
    reader: Any = PdfReader(BytesIO(every.diplomas(names)))
    sheets = [one for one in parts(catalogue(reader)["/StructTreeRoot"]) if one["/S"] == "/Sect"]
    assert len(sheets) == len(reader.pages) == 4
    for name, page, sheet in zip(names, reader.pages, sheets, strict=True):
        kinds = [str(kid.get_object()["/S"]) for kid in sheet["/K"]]
        assert kinds[:5] == ["/P", "/P", "/H1", "/P", "/P"]
        assert sheet["/Pg"].get_object() == page.get_object()
        said = " ".join(page.extract_text().split())
        order = ["Hvidovre", "Diplom", "Tillykke", name, "rygestopforløb", "16. februar", "Mette"]
        places = [said.index(word) for word in order]
        assert places == sorted(places)
        # The name is its own paragraph, whose text is the name's alone.
        assert len(list(marks_in(sheet["/K"][4].get_object()))) == 1


def marks_in(part: Any) -> Iterator[int]:
    for kid in part["/K"]:
        found = kid.get_object()
        if isinstance(found, dict):
            yield from marks_in(found)
        else:
            yield int(found)


# ---- 0 files, 0 sockets -------------------------------------------------------------------------

# In a process of its own, which hears all that the interpreter opens: `reached` is empty, or the
# text got out.
CHILD = """
import json, sys
import django
django.setup()
from tests.roegfri.letters import every
given = json.load(sys.stdin)
for name in every.templates():
    every.pdf_of(name, "Anna Æble")
reached, listening = [], False
def hear(event, arguments):
    if listening and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        reached.append(f"{event} {arguments}")
sys.addaudithook(hear)
out = []
for template in every.templates():
    texts = given["texts"]
    for number in range(0, len(texts), given["step"]):
        reached.clear(); listening = True
        pdf = every.pdf_of(template, *texts[number:], *texts[:number])
        listening = False
        words = every.text_of(pdf)
        out.append([template, number, list(reached), given["secret"] in words])
print(json.dumps(out))
"""
CONTROL = """
import json, sys
import django
django.setup()
from django.template.engine import Engine
from django.utils.safestring import mark_safe
from weasyprint import HTML
from weasyprint.urls import URLFetcher
from tests.roegfri.letters import every
given = json.load(sys.stdin)
every.Anything.__str__ = lambda self: mark_safe(next(self._texts))
from django.template.loader import render_to_string
out = []
for template in every.templates():
    html = render_to_string(template, every.context(*given["texts"]))
    words = every.text_of(HTML(string=html, url_fetcher=URLFetcher(timeout=1)).write_pdf())
    out.append([template, given["secret"] in words])
print(json.dumps(out))
"""
# The texts stand in a letter's places in turn, and each time so many further on: where it has but
# few places, each text has been in it all the same.
STEP = 3
# They have nothing of anybody's in them but who sent them.
OURS = {"letters/guide.html", "letters/checklist.html"}


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    found = Bait(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()


def said_by(code: str, bait: Bait, attacks: list[str]) -> list[Any]:
    port = bait.server.server_port
    texts = [one.format(f=bait.file, h=bait.http, p=bait.path, port=port) for one in attacks]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({"texts": texts, "secret": SECRET, "step": STEP}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_text_in_any_letter_reaches_a_file_or_a_socket(bait: Bait) -> None:
    assert len(ATTACKS) >= 30
    found = said_by(CHILD, bait, ATTACKS)
    assert len(found) == len(ATTACKS[::STEP]) * len(every.templates())
    assert [one for one in found if one[2] or one[3]] == []
    assert bait.hits == []


def test_control_unescaped_and_with_weasyprints_own_fetcher_the_file_stands_in_it(
    bait: Bait,
) -> None:
    found = dict(said_by(CONTROL, bait, ["<img src='{f}/secret.svg' alt=''><img src='{h}/x.png'>"]))
    assert {name for name, leaked in found.items() if leaked} >= set(every.templates()) - OURS
    assert bait.hits


# ---- names --------------------------------------------------------------------------------------

PIECES = (
    "Anna", "Å", "Ole-Bo", "Łukasz", "Ngọc", "Žofia", "محمد", "שרה", "Ελένη", "Жанна", "अनिल",
    "李", "ああ", "한", "😀", "👩‍👩‍👧", "é", "Z̴̡̢̛̼̈́a", "ﷺ", "𒐫", "\u202eanna", "\u200b", "\ufeff",
    "\t", "\n", "  ", "a" * 60, "W" * 40, "'", '"', "&amp;", "<b>", "{{ x }}", "%s", "\x7f", "\x00",
    "\u0600", "ｗｉｄｅ", "O'Neill", "d'Arc", "I" * 40, "🇩🇰", "\U000e0001", "ꦄ", "\ue000", "¼", "ﬁ",
)  # fmt: skip


def odd_names(count: int) -> list[str]:
    """Two thousand that nobody has: pieces put together, one letter, nothing but spaces."""
    found = [*PIECES, "", " ", "A", "ß", "x" * 120]
    number = 0
    while len(found) < count:
        one, other = PIECES[number % len(PIECES)], PIECES[number * 7 // 3 % len(PIECES)]
        joint = (" ", "", "-", "\u00a0")[number % 4]
        found.append(f"{one}{joint}{other}{number if number % 5 == 0 else ''}"[:120])
        number += 1
    return found


def test_two_thousand_odd_names_are_a_sheet_each_and_none_leaves_its_room() -> None:
    names = odd_names(2000)
    reader: Any = PdfReader(BytesIO(every.diplomas(names)))
    assert len(reader.pages) == len(names)
    wrong = []
    for name, page in list(zip(names, reader.pages, strict=True))[::41]:
        size = tuple(round(float(one)) for one in page.mediabox[2:])
        said = " ".join(page.extract_text().split())
        whole = all(words in said for words in ("Tillykke", "rygestopforløb", "Mette"))
        if size != (842, 595) or not whole:
            wrong.append((name, size, said))
    assert wrong == []
