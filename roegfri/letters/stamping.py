"""Many sheets that are alike but for one line: laid out once, and the line set into copies.

Laying out a sheet costs far more than writing it. So a document is laid out with each different
sheet once, and after them all the other lines that stand in its slot, as one long column. What
comes here is that document as it is about to be written: each further sheet is a copy of the one it
is like, with its line in the slot, in what is drawn and in the structure that is read aloud alike.

The template marks the slot with `data-slot`, and the column with `data-lines`; a sheet is one
element on one page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from weasyprint.pdf.stream import pydyf

# An operator and its operands, as WeasyPrint hands them to the file.
Operators = list[Any]
# Those that hold until another is set: colours, transparency, font and size.
_STATE = frozenset((b"rg", b"RG", b"gs", b"Tf", b"Tr", b"scn", b"SCN", b"cs", b"CS"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the document: like which of those laid out, and with which line of the column in
    its slot; None: as it was laid out."""

    like: int
    line: int | None = None


def stamp(document: Any, pdf: Any, *, sheets: Sequence[Sheet]) -> None:
    """Makes the document one of these sheets, in this order: a finisher for WeasyPrint."""
    file = _File(pdf)
    count = 1 + max(one.like for one in sheets)
    models = [_Model(file, document.pages[n], n) for n in range(count)]
    lines = [
        line
        for n in range(count, len(document.pages))
        for line in _lines(file, document.pages[n], n)
    ]
    made = [_made(file, models[one.like], one.line, lines) for one in sheets]
    for old in range(count, len(document.pages)):
        file.forget(old)
    file.replace(made)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the column: its text's operators, its part of the structure, and where it is."""

    operators: Operators
    part: Any
    x: float
    y: float


class _File:
    """The file: its objects by reference, its pages, and what of its structure is on each."""

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self.root = self.at(pdf.catalog["StructTreeRoot"])
        [top] = self.root["K"]
        self.top = self.at(top)
        self.pages = [self.at(one) for one in pdf.page_references]
        self.parts = [self.at(one) for one in self.top["K"]]

    def at(self, reference: bytes) -> Any:
        """The object that "12 0 R" names."""
        return self.pdf.objects[int(reference.split()[0])]

    def add(self, thing: Any) -> Any:
        """A new object."""
        self.pdf.add_object(thing)
        return thing

    def kids(self, part: Any) -> list[Any]:
        """The parts of a part of the structure."""
        return [self.at(one) for one in part["K"] if not isinstance(one, int)]

    def marks(self, part: Any) -> Iterator[int]:
        """The numbers by which the page's text says that it belongs to a part."""
        for one in part["K"]:
            if isinstance(one, int):
                yield one
            else:
                yield from self.marks(self.at(one))

    def copied(self, part: Any, parent: Any, page: Any, shift: int = 0) -> Any:
        """A part and all that is in it, for another page; its marks counted on by `shift`."""
        twin = self.add(pydyf.Dictionary(part))
        twin["P"], twin["Pg"] = parent.reference, page.reference
        twin["K"] = pydyf.Array(
            one + shift
            if isinstance(one, int)
            else self.copied(self.at(one), twin, page, shift).reference
            for one in part["K"]
        )
        return twin

    def forget(self, number: int) -> None:
        """A page that is not to be in the file, with what hangs on it."""
        page = self.pages[number]
        for part in [one for one in self.parts if one.get("Pg") == page.reference]:
            self.empty(part)
        self.at(page["Contents"]).stream.clear()
        page.clear()

    def empty(self, part: Any) -> None:
        """A part that is not to be read, and all in it. Left out altogether it would shift what
        pydyf says of the others."""
        for one in list(self.all_in(part)):
            one.clear()

    def all_in(self, part: Any) -> Iterator[Any]:
        """A part, and all that is in it."""
        yield part
        for one in self.kids(part):
            yield from self.all_in(one)

    def replace(self, sheets: Sequence[tuple[Any, Any]]) -> None:
        """The file's pages are these, each with its part of the structure."""
        self.pdf.pages["Kids"].clear()
        self.pdf.pages["Kids"].extend(
            word for page, _part in sheets for word in (page.number, 0, "R")
        )
        self.pdf.pages["Count"] = len(sheets)
        self.top["K"] = pydyf.Array(part.reference for _page, part in sheets)
        numbers = self.at(self.root["ParentTree"])["Nums"] = pydyf.Array()
        for number, (page, part) in enumerate(sheets):
            page["StructParents"] = number
            owners = {mark: owner.reference for owner in self.all_in(part) for mark in owner["K"]
                      if isinstance(mark, int)}  # fmt: skip
            # The place in the list is the mark; one that was taken out belongs to nobody.
            whose = [owners.get(mark, b"null") for mark in range(1 + max(owners, default=-1))]
            numbers.extend((number, pydyf.Array(whose)))


class _Model:
    """A sheet that was laid out: what is drawn before its slot and after it, and where that is."""

    def __init__(self, file: _File, laid_out: Any, number: int) -> None:
        self.page, self.part = file.pages[number], file.parts[number]
        self.is_used = False
        self.stream = file.at(self.page["Contents"])
        self.x = self.y = 0.0
        self.slot: int | None = None
        self.marks: frozenset[int] = frozenset()
        sheet = next(_boxes(laid_out, "data-sheet"), None)
        if sheet is None or len(file.kids(self.part)) != len(sheet.children):
            msg = f"page {number} is no whole sheet"
            raise ValueError(msg)
        for index, box in enumerate(sheet.children):
            if _is(box, "data-slot"):
                self.slot, self.x, self.y = index, *_place(box)
                self.marks = frozenset(file.marks(file.kids(self.part)[index]))
        self.highest = max(file.marks(self.part))

    def with_line(self, line: "_Line | None", shift: int) -> Operators:
        """What is drawn on a sheet like this one, with a line in the slot."""
        if line is None:
            return list(self.stream.stream)
        drawn: Operators = []
        is_there = False
        for mark, piece in _pieces(self.stream.stream):
            if mark not in self.marks:
                drawn.extend(piece)
                continue
            # What it sets holds for the text after it.
            drawn.extend(one for one in piece if _sets(one))
            if not is_there:
                is_there = True
                moved = f"1 0 0 1 {self.x - line.x:.6f} {self.y - line.y:.6f} cm"
                drawn.extend([b"q", moved.encode(), *_counted_on(line.operators, shift), b"Q"])
        return drawn


def _made(file: _File, model: _Model, line: int | None, lines: Sequence[_Line]) -> tuple[Any, Any]:
    """A page and its part of the structure."""
    if line is None and not model.is_used:
        model.is_used = True
        return model.page, model.part
    shift = model.highest + 1
    own = None if line is None else lines[line]
    drawn = pydyf.Stream(model.with_line(own, shift), compress=model.stream.compress)
    page = file.add(pydyf.Dictionary(model.page))
    page["Contents"] = file.add(drawn).reference
    part = file.copied(model.part, file.top, page)
    if own is not None and model.slot is not None:
        file.empty(file.at(part["K"][model.slot]))
        part["K"][model.slot] = file.copied(own.part, part, page, shift).reference
    return page, part


def _lines(file: _File, laid_out: Any, number: int) -> Iterator[_Line]:
    """The lines of the column that are on a page."""
    page = file.pages[number]
    [column] = [one for one in file.parts if one["Pg"] == page.reference]
    drawn = list(_standing_alone(file.at(page["Contents"]).stream))
    boxes = [
        one for one in next(_boxes(laid_out, "data-lines")).children if one.element is not None
    ]
    for box, part in zip(boxes, file.kids(column), strict=True):
        marks = frozenset(file.marks(part))
        text = [one for mark, piece in drawn if mark in marks for one in piece]
        yield _Line(text, part, *_place(box))


def _standing_alone(stream: Operators) -> Iterator[tuple[int | None, Operators]]:
    """The pieces, each with the colour and font it has from those before: WeasyPrint says again
    only what is another."""
    holds: dict[bytes, bytes] = {}
    for mark, piece in _pieces(stream):
        yield mark, [*holds.values(), *piece]
        holds |= {_sets(one): one for one in piece if _sets(one)}


def _sets(operator: Any) -> bytes:
    """Which of them it is, if it sets a colour, a transparency or a font; else nothing."""
    word = operator.rpartition(b" ")[2] if isinstance(operator, bytes) else b""
    return word if word in _STATE else b""


def _pieces(stream: Operators) -> Iterator[tuple[int | None, Operators]]:
    """What is drawn, cut where marked text begins and ends; the mark, None for all else."""
    piece: Operators = []
    mark: int | None = None
    depth = 0
    for one in stream:
        if isinstance(one, dict) and "MCID" in one and mark is None:
            tag = piece.pop()
            yield None, piece
            piece, mark, depth = [tag], one["MCID"], 0
        piece.append(one)
        if mark is not None:
            depth += (one in (b"BDC", b"BMC")) - (one == b"EMC")
            if one == b"EMC" and depth == 0:
                yield mark, piece
                piece, mark = [], None
    yield None, piece


def _counted_on(operators: Operators, shift: int) -> Operators:
    """With other marks, which the sheet's own text does not use."""
    return [
        pydyf.Dictionary({"MCID": one["MCID"] + shift})
        if isinstance(one, dict) and "MCID" in one
        else one
        for one in operators
    ]


def _boxes(laid_out: Any, attribute: str) -> Iterator[Any]:
    return (box for box in laid_out._page_box.descendants() if _is(box, attribute))  # noqa: SLF001


def _is(box: Any, attribute: str) -> bool:
    return box.element is not None and box.element.get(attribute) is not None


def _place(box: Any) -> tuple[float, float]:
    """Where the text of a box begins, in the units and directions of what is drawn."""
    return box.content_box_x(), box.content_box_y()
