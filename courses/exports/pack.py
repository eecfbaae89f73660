"""STOPbasen's pack as a CSV file: a line for each who agreed, values in typing order."""

import io
from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from courses.queries.pack import Card, Pack
from roegfri.sheets import writing


def pack_file(found: Pack) -> HttpResponse:
    """As Danish Excel opens it; numbers stay numbers, and what is not known is empty."""
    columns = _columns(found.cards)
    stream = io.BytesIO()
    header = [*columns.values(), _("Navn (tastes ikke)")]
    writing.write_csv(header, [_cells(one, list(columns)) for one in found.cards], stream)
    name = f"stopbasen-{found.course.pk}.csv"
    return HttpResponse(
        stream.getvalue(),
        content_type=writing.CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _columns(cards: Sequence[Card]) -> dict[str, str]:
    """Labels by code, in typing order. Two forms on one course share their common questions; each
    of the others stands after the one it follows."""
    order: list[str] = []
    labels: dict[str, str] = {}
    for card in cards:
        at = 0
        for one in card.every.values:
            if one.code not in labels:
                labels[one.code] = str(one.label)
                order.insert(at, one.code)
            at = order.index(one.code) + 1
    return {code: labels[code] for code in order}


def _cells(card: Card, codes: Sequence[str]) -> list[object]:
    values = {one.code: one.raw for one in card.every.values}
    return [*(values.get(code) for code in codes), card.ended.name]
