"""Referrals as a spreadsheet: the rows that the list shows, in its order."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from referrals.models import Referral
from roegfri.persons import phone
from roegfri.sheets import writing

_WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "csv": ("text/csv; charset=utf-8", writing.write_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        partial(writing.write_xlsx, title="Henvisninger"),
    ),
}


def referrals(rows: Iterable[Referral], kind: str, *, on: dt.date) -> HttpResponse:
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


def _cells(rows: Iterable[Referral]) -> Iterator[list[object]]:
    for row in rows:
        number: str | None = row.number  # type: ignore[attr-defined]
        yield [
            row.contact_by,
            row.citizen.name,
            phone.display(number) if number else "",
            str(row.get_source_display()),
            row.sender_name,
            row.received_at,
            row.attempts,
            str(row.get_state_display()),
            row.caseworker.name if row.caseworker else "",
        ]
