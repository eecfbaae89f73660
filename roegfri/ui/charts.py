"""Stacked bars and lines as plain SVG: the same markup on a page and in a PDF.

No script, no style attribute: colours are presentation attributes, which the pages' policy and the
PDF both let be. A drawing is never alone: its figures stand in a table beside it, which is
also its legend. Every colour keeps 3:1 to white (WCAG 1.4.11); lines differ by their dashes too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from roegfri.refusal import Words

Number = int | Decimal
FILLS = ("#00574f", "#c2700a", "#1f6fb2", "#8a4b9c", "#6b7673", "#b3261e")
STROKES = (("#1d2322", "6 4"), ("#b3261e", "2 3"), ("#1f6fb2", "10 4"))
INK, GRID = "#414c49", "#dbe1df"
WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 628, 12, 248
MOST_LABELS = 12
_STEPS = (Decimal(1), Decimal(2), Decimal(5))


@dataclass(frozen=True, slots=True)
class Part:
    """One colour: a figure for every column of its series; None where there is none."""

    label: Words
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What one chart shows. Raises ValueError if it cannot be drawn.

    `key` is the drawing's id on its page: ASCII letters, digits and hyphens. `text` says in a
    sentence what the drawing shows. `bars` stand on each other; `lines` run over them, for instance
    a target. No figure is negative.
    """

    key: str
    title: Words
    text: Words
    columns: tuple[Words, ...]
    bars: tuple[Part, ...] = ()
    lines: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        parts = (*self.bars, *self.lines)
        if not self.key.isascii() or not self.key.replace("-", "").isalnum():
            raise ValueError(f"not an id: {self.key!r}")
        if not self.columns or not parts:
            raise ValueError("a chart needs a column and something in it")
        if any(len(part.values) != len(self.columns) for part in parts):
            raise ValueError("every part needs one figure for each column")
        if any(value < 0 for part in parts for value in part.values if value is not None):
            raise ValueError("a figure is negative")
        if len(self.bars) > len(FILLS) or len(self.lines) > len(STROKES):
            raise ValueError("more parts than colours")


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the table, with the mark that it has in the drawing."""

    label: Words
    mark: SafeString


def heads(series: Series) -> list[Head]:
    """The table's heads: bars, then lines."""
    bars = [Head(p.label, _swatch(fill)) for p, fill in zip(series.bars, FILLS, strict=False)]
    lines = [Head(p.label, _dash(*s)) for p, s in zip(series.lines, STROKES, strict=False)]
    return bars + lines


def rows(series: Series) -> list[tuple[Words, list[str]]]:
    """The table's rows: a column's name and its figures, as Danes write them."""
    parts = (*series.bars, *series.lines)
    return [
        (column, [figure(part.values[at]) for part in parts])
        for at, column in enumerate(series.columns)
    ]


def figure(value: Number | None) -> str:
    """1.234,5; a dash where there is none."""
    return "–" if value is None else number_format(value, force_grouping=True)


def drawing(series: Series) -> SafeString:
    """The chart as one SVG element, with its title and text."""
    top, step = _scale(series)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"'
        ' aria-labelledby="{key}-title {key}-text">'
        '<title id="{key}-title">{}</title><desc id="{key}-text">{}</desc>{}{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        series.title,
        series.text,
        _grid(top, step),
        _bars(series, top),
        _lines(series, top),
        _labels(series.columns),
        key=series.key,
    )


# ---- where things stand ---------------------------------------------------------------------


def _scale(series: Series) -> tuple[Decimal, Decimal]:
    """The highest line of the grid, and how far apart they are: 1, 2 or 5 and noughts."""
    stacks = (
        sum((Decimal(part.values[at] or 0) for part in series.bars), Decimal(0))
        for at in range(len(series.columns))
    )
    singles = (Decimal(value or 0) for part in series.lines for value in part.values)
    highest = max((*stacks, *singles, Decimal(0))) or Decimal(1)
    whole = all(isinstance(v, int | None) for p in (*series.bars, *series.lines) for v in p.values)
    unit = Decimal(10) ** (highest.adjusted() - 1)
    wide = (factor * unit * ten for ten in (1, 10) for factor in _STEPS)
    step = next(s for s in wide if s * 5 >= highest and (s >= 1 or not whole))
    return (highest / step).to_integral_value(ROUND_CEILING) * step, step


def _y(value: Number, top: Decimal) -> float:
    return round(BOTTOM - float(Decimal(value) / top) * (BOTTOM - TOP), 1)


def _middle(at: int, columns: int) -> float:
    return round(LEFT + (at + 0.5) * (RIGHT - LEFT) / columns, 1)


# ---- what is drawn --------------------------------------------------------------------------


def _grid(top: Decimal, step: Decimal) -> SafeString:
    lines = ((_y(step * n, top), figure(_plain(step * n))) for n in range(int(top / step) + 1))
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>'
        '<text x="{}" y="{}" font-size="13" text-anchor="end" fill="{}">{}</text>',
        ((LEFT, RIGHT, y, y, GRID, LEFT - 8, y + 4, INK, words) for y, words in lines),
    )


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value.normalize()


def _bars(series: Series, top: Decimal) -> SafeString:
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="#ffffff">'
        "<title>{}, {}: {}</title></rect>",
        _boxes(series, top),
    )


def _boxes(series: Series, top: Decimal) -> Iterator[tuple[object, ...]]:
    width = round(min((RIGHT - LEFT) / len(series.columns) * 0.64, 64), 1)
    for at, column in enumerate(series.columns):
        x = round(_middle(at, len(series.columns)) - width / 2, 1)
        below = Decimal(0)
        for part, fill in zip(series.bars, FILLS, strict=False):
            value = part.values[at]
            if value:
                upper, lower = _y(below + value, top), _y(below, top)
                below += value
                height = round(lower - upper, 1)
                yield x, upper, width, height, fill, column, part.label, figure(value)


def _lines(series: Series, top: Decimal) -> SafeString:
    drawn = []
    for part, (stroke, dashes) in zip(series.lines, STROKES, strict=False):
        for run in _runs(part.values):
            points = [(_middle(at, len(series.columns)), _y(value, top)) for at, value in run]
            path = " ".join(f"{x},{y}" for x, y in points)
            drawn.append((path, stroke, dashes, _dots(points, stroke)))
    return format_html_join(
        "",
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>{}',
        drawn,
    )


def _runs(values: Iterable[Number | None]) -> Iterator[list[tuple[int, Number]]]:
    """The figures in unbroken stretches: a line does not run over what is not known."""
    run: list[tuple[int, Number]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _dots(points: Iterable[tuple[float, float]], fill: str) -> SafeString:
    dots = ((x, y, fill) for x, y in points)
    return format_html_join("", '<circle cx="{}" cy="{}" r="3" fill="{}"/>', dots)


def _labels(columns: tuple[Words, ...]) -> SafeString:
    """The columns' names; not all of them where they would run into each other."""
    every = -(-len(columns) // MOST_LABELS)
    shown = ((at, name) for at, name in enumerate(columns) if at % every == 0)
    return format_html_join(
        "",
        '<text x="{}" y="{}" font-size="13" text-anchor="middle" fill="{}">{}</text>',
        ((_middle(at, len(columns)), BOTTOM + 22, INK, name) for at, name in shown),
    )


def _swatch(fill: str) -> SafeString:
    return format_html(
        '<svg width="14" height="12" aria-hidden="true" focusable="false">'
        '<rect width="12" height="12" fill="{}"/></svg>',
        fill,
    )


def _dash(stroke: str, dashes: str) -> SafeString:
    return format_html(
        '<svg width="26" height="12" aria-hidden="true" focusable="false">'
        '<line x2="24" y1="6" y2="6" stroke="{}" stroke-width="2" stroke-dasharray="{}"/></svg>',
        stroke,
        dashes,
    )
