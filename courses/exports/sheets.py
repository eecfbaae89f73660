"""Courses as a spreadsheet: the rows that the list shows, in its order."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.http import Http404, HttpResponse
from django.utils import formats
from django.utils.translation import gettext as _

from courses.queries.listed import ListedCourse
from courses.states import CourseKind, CourseState, Flag, Target
from roegfri import clock
from roegfri.sheets import writing

_WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "csv": (writing.CSV_TYPE, writing.write_csv),
    "xlsx": (writing.XLSX_TYPE, partial(writing.write_xlsx, title="Forløb")),
}


def courses(rows: Iterable[ListedCourse], kind: str, *, on: dt.date) -> HttpResponse:
    """The rows as "csv" or "xlsx". Raises Http404 for another kind."""
    if kind not in _WRITERS:
        raise Http404
    content_type, write = _WRITERS[kind]
    stream = io.BytesIO()
    write(_header(), _cells(rows), stream)
    name = f"forloeb-{on:%Y-%m-%d}.{kind}"
    return HttpResponse(
        stream.getvalue(),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _header() -> list[str]:
    return [
        _("Forløb"),
        _("Kommune"),
        _("Slags"),
        _("Status"),
        _("Ugedag"),
        _("Første mødegang"),
        _("Næste mødegang"),
        _("Mødegang nr."),
        _("Mødegange"),
        _("Sted"),
        _("By"),
        _("Sprog"),
        _("Målgruppe"),
        _("Pladser"),
        _("Tilmeldte"),
        _("Ledige"),
        _("På venteliste"),
        _("Rådgivere"),
        _("Oprettet hos"),
    ]


def _cells(rows: Iterable[ListedCourse]) -> Iterator[list[object]]:
    for row in rows:
        over = row.state == CourseState.FINISHED
        yield [
            row.name,
            row.host_name,
            str(CourseKind(row.kind).label),
            str(CourseState(row.state).label),
            _weekday(row.usual_at),
            row.first_at,
            row.meets_at,
            row.number if row.meets_at else "",
            row.meetings,
            row.place or "",
            row.town or "",
            row.language,
            str(Target(row.target).label),
            row.capacity,
            # Once it is over its seats are free again, which says nothing of who took part.
            "" if over else row.seats_taken,
            "" if over else row.seats_left,
            row.waiting,
            ", ".join(row.counsellors),
            ", ".join(str(Flag(one).label) for one in row.flagged),
        ]


def _weekday(at: dt.datetime | None) -> str:
    return formats.date_format(clock.danish_date(at), "l") if at else ""
