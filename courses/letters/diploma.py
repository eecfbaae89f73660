"""The diploma: what is printed on it. S1: «Får udleveret et diplom på sidste mødegang»."""

import datetime as dt
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from django.utils import formats, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from courses.queries.diplomas import Diplomas, Receiver
from roegfri import clock, letters
from roegfri.refusal import Refusal

# Up to this width, in ems, a name is set in that size (letters/diploma.css): on one line, on two or
# three, and so on; a broader one finds no room.
_SIZES = ((11.4, ""), (32.0, "long"), (93.0, "longer"), (210.0, "longest"))
# There is room for so many to sign, and for so many letters of who gives it.
_SIGNERS, _ROOM = 3, 60
# More marks than this on one letter belong to no writing, and would be drawn over other lines.
_MARKS = 3
# They join letters, or say how a picture looks.
_JOINERS = "\u200c\u200d\ufe0f"
# Control characters, those that turn the direction, halves of letters, and what is somebody's own.
_UNSEEN = ("Cc", "Cf", "Cs", "Co")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One diploma. `name` is empty where it is unknown or cannot be printed: then there is a line
    to write it on by hand. `size` is how it is set, `completed` which words are used."""

    name: str
    size: str
    completed: bool
    period: str
    on: str
    counsellors: Sequence[str]


def diplomas_pdf(found: Diplomas, rows: Sequence[Receiver]) -> bytes:
    """The diplomas of these, one sheet each, as one document.

    Raises Refusal when there was no meeting at all, and when PDFs cannot be made here.
    """
    if any(one.last_at is None for one in rows):
        raise Refusal(_("Der er ingen mødegang at skrive på diplomet. Registrér fremmødet først."))
    try:
        with translation.override("da"):
            given, sheets = laid_out(found, rows)
        return letters.render_sheets("letters/diplomas.html", given, sheets)
    except letters.PdfUnavailable as fault:
        raise Refusal(_("PDF kan ikke laves lige nu. Sig det til driften.")) from fault


def laid_out(
    found: Diplomas, rows: Sequence[Receiver]
) -> tuple[dict[str, Any], list[tuple[int, int | None]]]:
    """What the template is filled with, and the sheets in order.

    A sheet is laid out for the first of those who differ in the name alone; the others' names are
    lines that are set into copies of it.
    """
    names = set_names(rows)
    models: dict[Hashable, int] = {}
    laid: list[Sheet] = []
    lines: list[Sheet] = []
    sheets: list[tuple[int, int | None]] = []
    for one in (_sheet(found, one, names.get(one.id)) for one in rows):
        like = models.setdefault((bool(one.name), *astuple(one)[2:]), len(laid))
        is_first = like == len(laid)
        line = None if is_first or not one.name else len(lines)
        sheets.append((like, line))
        if is_first:
            laid.append(one)
        elif one.name:
            lines.append(one)
    course = found.course
    given = {"host": _short(course.host.name), "agreement": _short(course.agreement.name)}
    return {**given, "sheets": laid, "lines": lines}, sheets


def set_names(rows: Iterable[Receiver]) -> dict[UUID, tuple[str, str]]:
    """By the enrolment, each name that can be printed and the size it is set in.

    Not in it, and to be written by hand: who has no known name, or one that no font here can draw
    or no sheet can hold. Raises PdfUnavailable.
    """
    shown = {one.id: printed_name(one.given_names) for one in rows}
    broad = letters.widths({name for name in shown.values() if name})
    sizes = {name: size for name, width in broad.items() if (size := size_of(width)) is not None}
    return {pk: (name, sizes[name]) for pk, name in shown.items() if name in sizes}


def printed_name(given_names: str) -> str:
    """The given names as they are printed: on one line, without what is no letter and cannot be
    seen, and no letter under a heap of marks."""
    seen = "".join(one for one in given_names if _is_seen(one))
    tidy = " ".join(unicodedata.normalize("NFC", seen).split())
    return "".join(_without_heaps(tidy))


def size_of(width: float | None) -> str | None:
    """How a name of that width (in ems) is set; None: it is not, or there is nothing to see."""
    if not width:
        return None
    return next((size for most, size in _SIZES if width <= most), None)


def period_words(first: dt.datetime, last: dt.datetime) -> str:
    """ "fra 5. januar til 16. februar 2026"; "den 5. januar 2026" when it was one day."""
    began, ended = clock.danish_date(first), clock.danish_date(last)
    if began == ended:
        return _("den %(day)s") % {"day": _day(began)}
    start = formats.date_format(began, "j. F") if began.year == ended.year else _day(began)
    return _("fra %(first)s til %(last)s") % {"first": start, "last": _day(ended)}


def _sheet(found: Diplomas, one: Receiver, written: tuple[str, str] | None) -> Sheet:
    if one.first_at is None or one.last_at is None:
        msg = "a diploma without a meeting"
        raise ValueError(msg)
    name, size = written or ("", "")
    return Sheet(
        name=name,
        size=size,
        completed=one.completed,
        period=period_words(one.first_at, one.last_at),
        on=_day(clock.danish_date(one.last_at)),
        counsellors=tuple(map(_short, found.signers(one)[:_SIGNERS])),
    )


def _short(text: str) -> str:
    """So much of a name that is not the participant's that it finds room, whatever its letters."""
    return Truncator(text).chars(_ROOM)


def _is_seen(one: str) -> bool:
    return one.isspace() or one in _JOINERS or unicodedata.category(one) not in _UNSEEN


def _without_heaps(text: str) -> Iterator[str]:
    marks = 0
    for one in text:
        marks = marks + 1 if unicodedata.category(one)[0] == "M" else 0
        if marks <= _MARKS:
            yield one


def _day(on: dt.date) -> str:
    return formats.date_format(on, "j. F Y")
