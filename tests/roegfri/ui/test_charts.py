"""Charts: what is drawn, what stands beside it, and nothing that a page's policy refuses."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from roegfri.ui import charts
from roegfri.ui.charts import Part, Series

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """</title><script>alert(1)</script>" onload='x' & <b style="x">"""
STYLED = re.compile(r"<[^>]*\s(style|on[a-z]+)\s*=", re.IGNORECASE)


def series(*bars: tuple[int | Decimal | None, ...], **more: object) -> Series:
    width = len(bars[0]) if bars else 3
    given: dict[str, object] = {
        "key": "henvisninger",
        "title": "Henvisninger",
        "text": "Flest i andet kvartal.",
        "columns": tuple(f"{n}. kvt." for n in range(1, width + 1)),
        "bars": tuple(Part(f"Del {n}", values) for n, values in enumerate(bars, 1)),
    }
    return Series(**{**given, **more})  # type: ignore[arg-type]


def drawn(what: Series) -> ElementTree.Element:
    return ElementTree.fromstring(charts.drawing(what))


def boxes(svg: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(r.attrib["y"]), float(r.attrib["height"])) for r in svg.iter(f"{SVG}rect")]


def page(what: Series) -> str:
    return Template("{% bars series %}").render(Context({"series": what}))


def test_bars_stand_on_each_other() -> None:
    (low_y, low), (high_y, high) = boxes(drawn(series((30,), (10,))))
    assert low == pytest.approx(3 * high, abs=0.2)
    assert low_y + low == charts.BOTTOM
    assert high_y + high == pytest.approx(low_y, abs=0.11)


def test_one_bar_is_drawn_and_named() -> None:
    svg = drawn(series((7,)))
    assert len(boxes(svg)) == 1
    assert [e.text for e in svg.iter(f"{SVG}title")] == ["Henvisninger", "1. kvt., Del 1: 7"]
    assert "1. kvt." in [e.text for e in svg.iter(f"{SVG}text")]


def test_nothing_but_noughts_is_an_empty_grid() -> None:
    svg = drawn(series((0, 0, 0)))
    assert boxes(svg) == []
    assert [e.text for e in svg.iter(f"{SVG}text")][:2] == ["0", "1"]


def test_the_drawing_says_what_it_is() -> None:
    svg = drawn(series((1, 2)))
    assert svg.attrib["role"] == "img"
    ids = {e.attrib["id"]: e.text for e in svg if "id" in e.attrib}
    named = [ids[name] for name in svg.attrib["aria-labelledby"].split()]
    assert named == ["Henvisninger", "Flest i andet kvartal."]


def test_hostile_words_stay_words() -> None:
    what = series((1,), title=HOSTILE, text=HOSTILE, columns=(HOSTILE,))
    what = Series(what.key, HOSTILE, HOSTILE, (HOSTILE,), (Part(HOSTILE, (1,)),))
    svg = drawn(what)
    assert next(svg.iter(f"{SVG}title")).text == HOSTILE
    html = page(what)
    assert "<script" not in html
    assert not STYLED.search(html)
    assert STYLED.search(f"<p {'style'}='x'>{html}"), "the pattern finds what it looks for"


def test_the_figures_stand_beside_it_in_danish() -> None:
    html = page(
        series((1234, None), columns=("2025", "2026"), lines=(Part("Mål", (Decimal("2.5"), 3)),))
    )
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", html)
    assert cells == ["", "1.234", "2,5", "–", "3"]
    assert re.findall(r'<th scope="row">([^<]*)</th>', html) == ["2025", "2026"]


def test_a_line_does_not_run_over_what_is_not_known() -> None:
    svg = drawn(series(lines=(Part("Mål", (1, None, 3)),)))
    runs = [e.attrib["points"].split() for e in svg.iter(f"{SVG}polyline")]
    assert [len(run) for run in runs] == [1, 1]
    whole = drawn(series(lines=(Part("Mål", (1, 2, 3)),)))
    assert len(list(whole.iter(f"{SVG}polyline"))) == 1


def test_many_columns_do_not_run_into_each_other() -> None:
    svg = drawn(series(tuple(range(60))))
    below = [e for e in svg.iter(f"{SVG}text") if e.attrib["text-anchor"] == "middle"]
    assert 1 < len(below) <= charts.MOST_LABELS
    assert len(boxes(svg)) == 59


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": 'x" onload="y'},
        {"columns": ()},
        {"columns": ("kun én",)},
        {"bars": ()},
        {"bars": (Part("Under nul", (1, -1)),)},
        {"bars": tuple(Part("Del", (1, 1)) for _ in range(len(charts.FILLS) + 1))},
        {"lines": tuple(Part("Mål", (1, 1)) for _ in range(len(charts.STROKES) + 1))},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, object]) -> None:
    assert series((1, 1))
    with pytest.raises(ValueError, match=r"id|column|figure|negative|colours"):
        series((1, 1), **wrong)


def luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_can_be_told_from_white() -> None:
    colours = [*charts.FILLS, *(stroke for stroke, _ in charts.STROKES)]
    assert min(1.05 / (luminance(c) + 0.05) for c in colours) >= 3
    assert 1.05 / (luminance(charts.INK) + 0.05) >= 4.5
    assert 1.05 / (luminance("#ffd37a") + 0.05) < 3, "a pale colour fails"


figures = st.none() | st.integers(0, 10**9) | st.decimals(0, 10**6, places=2)


@given(st.data())
def test_whatever_the_figures_all_of_it_is_inside(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 30))
    row = st.tuples(*[figures] * width)
    what = series(
        *data.draw(st.lists(row, min_size=1, max_size=4)),
        lines=tuple(Part("Mål", values) for values in data.draw(st.lists(row, max_size=2))),
    )
    svg = drawn(what)
    for y, height in boxes(svg):
        assert charts.TOP - 0.2 <= y <= y + height <= charts.BOTTOM + 0.2
    for dot in svg.iter(f"{SVG}circle"):
        assert charts.TOP - 0.2 <= float(dot.attrib["cy"]) <= charts.BOTTOM + 0.2
    assert 2 <= len([e for e in svg.iter(f"{SVG}text") if e.attrib["text-anchor"] == "end"]) <= 6
