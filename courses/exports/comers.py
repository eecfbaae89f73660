"""Who comes from where as a spreadsheet: one line for each host and home."""

import io
from collections.abc import Callable, Iterator
from functools import partial

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from courses.queries.comers import Comers
from roegfri.sheets import writing

_WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "csv": (writing.CSV_TYPE, writing.write_csv),
    "xlsx": (writing.XLSX_TYPE, partial(writing.write_xlsx, title="Hvem kommer hvorfra")),
}


def comers(found: Comers, kind: str) -> HttpResponse:
    """The lines that have a number as "csv" or "xlsx". Raises Http404 for another kind."""
    if kind not in _WRITERS:
        raise Http404
    content_type, write = _WRITERS[kind]
    stream = io.BytesIO()
    write(_header(), lines(found), stream)
    period = found.period
    name = f"hvem-kommer-hvorfra-{period.year}-{period.number}.{kind}"
    return HttpResponse(
        stream.getvalue(),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _header() -> list[str]:
    return [
        _("Periode"),
        _("Forløb"),
        _("Værtskommune"),
        _("Bopælskommune"),
        _("Med i aftalen"),
        _("Tilmeldt"),
        _("Venter nu"),
        _("Mødt første gang"),
    ]


def lines(found: Comers) -> Iterator[list[object]]:
    """A line for each host and home between whom somebody moves."""
    of = ((_("Hold og Kom & Kvit"), found.together), (_("Individuelle forløb"), found.individual))
    for words, matrix in of:
        for row in matrix.rows:
            for home, number in zip(matrix.homes, row.cells, strict=True):
                if number:
                    name = home.name or _("Ukendt")
                    member = _("Ja") if home.member else _("Nej")
                    where = [str(found.period), words, row.host.name, name, member]
                    yield [*where, number.enrolled, number.waiting, number.came]
