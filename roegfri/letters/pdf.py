"""A PDF from a template; and plain words when this machine cannot make one."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

# Each step of each page would be a line in the operators' log, and so would those of its import.
for _chatty in ("weasyprint.progress", "fontTools"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class PdfUnavailable(Exception):
    """PDFs cannot be made here; the message tells an operator what to install."""


# For citizens; a settlement that is kept as a voucher uses "pdf/a-3a".
ACCESSIBLE = "pdf/ua-1"


def render(template: str, context: dict[str, Any], *, variant: str = ACCESSIBLE) -> bytes:
    """The template as a PDF. Raises PdfUnavailable.

    Templates extend letters/base.html, and are Danish whoever prints them. Pictures are
    `<img alt="…" src="data:image/…">`; nothing is fetched from files or the network, whatever the
    text says.
    """
    with translation.override("da"):
        html = render_to_string(template, context)
    return from_html(html, variant=variant)


def from_html(html: str, *, variant: str = ACCESSIBLE) -> bytes:
    """The page as a PDF, in our fonts and style. Raises PdfUnavailable."""
    with _press() as press:
        pdf: bytes = press.print_html(html, variant)
    return pdf


def render_sheets(
    template: str, context: dict[str, Any], sheets: Sequence[tuple[int, int | None]]
) -> bytes:
    """A document of many sheets that are alike but for one line. Raises PdfUnavailable.

    The template lays out each different sheet once, and the lines of the others in a column
    (roegfri/letters/stamping.py says how it marks them). `sheets` are those of the document in
    order: like which of them, and with which line, None: its own.
    """
    with _press() as press, translation.override("da"):
        html = render_to_string(template, context)
        pdf: bytes = press.print_html(html, ACCESSIBLE, [press.Sheet(*one) for one in sheets])
    return pdf


def widths(texts: Iterable[str]) -> dict[str, float | None]:
    """How broad each text is on one line of bold type, in ems; None where no font of this machine
    has one of its letters, or its marks reach into other lines. Raises PdfUnavailable."""
    with _press() as press:
        found: dict[str, float | None] = press.widths(texts)
    return found


@contextmanager
def _press() -> Iterator[Any]:
    """What prints. Raises PdfUnavailable for what this machine lacks, then and while it is used."""
    try:
        # Not above: it takes half a second, needs Pango, and most processes never print.
        from roegfri.letters import press  # noqa: PLC0415
    except OSError as fault:
        msg = (
            "PDFs need the Pango libraries, which this machine lacks. On Debian: "
            "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )
        raise PdfUnavailable(msg) from fault
    try:
        yield press
    except press.FontMissing as fault:
        msg = f"PDFs need the design system's fonts: run npm ci ({fault} is missing)."
        raise PdfUnavailable(msg) from fault
