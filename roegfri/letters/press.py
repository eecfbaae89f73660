"""WeasyPrint, kept on a short leash.

Texts in letters come from outside. They are escaped by the templates; this is the second wall: the
page may use pictures that are written in it (data:image/…) and nothing else, and the style sheet
may use exactly the fonts named here.
"""

import logging
import threading
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STYLE = Path(__file__).with_name("letter.css")
FONTS = frozenset(
    f"IBMPlexSans-{cut}.woff2" for cut in ("Regular", "Italic", "SemiBold", "SemiBoldItalic")
)
# Each step of each page would be a line in the operators' log.
for _chatty in ("weasyprint.progress", "fontTools"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)
# Pango's font maps are not made for several threads at once, and the work is all CPU.
_alone = threading.Lock()


class FontMissing(FatalURLFetchingError):  # type: ignore[misc]
    """A font file that belongs to the design system is not there."""


class Pictures(URLFetcher):  # type: ignore[misc]
    """What a page may use: pictures that stand in it."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Raises ValueError for everything else; WeasyPrint then leaves it out."""
        if not url.lower().startswith("data:image/"):
            msg = "letters fetch nothing"
            raise ValueError(msg)
        return super().fetch(url, headers)


class Fonts(URLFetcher):  # type: ignore[misc]
    """What our own style sheet may use: "font:<file name>", by an exact list."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Raises ValueError for any other name, FontMissing when the file is not there."""
        name = url.removeprefix("font:")
        if name not in FONTS:
            raise ValueError(name)
        folder = settings.NODE_MODULES / "dkfds" / "dist" / "fonts" / "IBMPlexSans"
        try:
            body = (folder / "complete" / "woff2" / name).read_bytes()
        except OSError as fault:
            raise FontMissing(name) from fault
        return URLFetcherResponse(url, body, {"Content-Type": "font/woff2"})


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    """Read once a process: loading the fonts costs more than printing a page."""
    fonts = FontConfiguration()
    return CSS(filename=STYLE, url_fetcher=Fonts(), font_config=fonts), fonts


def print_html(html: str, variant: str) -> bytes:
    """The PDF. Raises FontMissing."""
    with _alone:
        style, fonts = _style()
        page = HTML(
            string=html, base_url="letter:", url_fetcher=Pictures(allowed_protocols={"data"})
        )
        pdf: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant=variant)
    return pdf
