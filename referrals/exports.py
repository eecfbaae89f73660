"""Referrals as a spreadsheet: the rows that the list shows, in its order."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from referrals.queries import ListedRow
from referrals.states import ReferralState, Source
from roegfri.sheets import writing

_WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "csv": ("text/csv; charset=utf-8", writing.write_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        partial(writing.write_xlsx, title="Henvisninger"),
    ),
}


def referrals(rows: Iterable[ListedRow], kind: str, *, on: dt.date) -> HttpResponse:
    """The rows as "csv" or "xlsx". Raises Http404 for another kind."""
    if kind not in _WRITERS:
        raise Http404
    content_type, write = _WRITERS[kind]
    stream = io.BytesIO()
    write(_header(), _cells(rows), stream)
    name = f"henvisninger-{on:%Y-%m-%d}.{kind}"
    return HttpResponse(
        stream.getvalue(),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _header() -> list[str]:
    return [
        _("Frist"),
        _("Navn"),
        _("Telefon"),
        _("Henvist fra"),
        _("Henviser"),
        _("Modtaget"),
        _("Forsøg"),
        _("Status"),
        _("Rådgiver"),
    ]


def _cells(rows: Iterable[ListedRow]) -> Iterator[list[object]]:
    sources = {one.value: str(one.label) for one in Source}
    states = {one.value: str(one.label) for one in ReferralState}
    for row in rows:
        yield [
            row.contact_by,
            row.name,
            row.phone,
            sources[row.source],
            row.sender_name,
            row.received_at,
            row.attempts,
            states[row.state],
            row.caseworker or "",
        ]
