"""WeasyPrint, kept on a short leash.

Texts in letters come from outside. They are escaped by the templates; this is the second wall: the
page may use pictures that are written in it (data:image/…) and nothing else, and the style sheet
may use exactly the fonts named here.
"""

import base64
import threading
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.ffi import ffi, gobject, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from roegfri.letters.stamping import Sheet, stamp

FOLDER = Path(__file__).parent
STYLES = ("letter.css", "diploma.css")
ART = "sunrise.svg"
FONTS = frozenset(
    f"IBMPlexSans-{cut}.woff2" for cut in ("Regular", "Italic", "SemiBold", "SemiBoldItalic")
)
# What is asked of Pango that WeasyPrint never asks.
ffi.cdef("""
int pango_layout_get_unknown_glyphs_count(PangoLayout *layout);
void pango_layout_get_extents(PangoLayout *layout, PangoRectangle *ink, PangoRectangle *logical);
""")
# Pango's unit is a 1024th; and how far a letter may stick out of its line, in ems.
_EM, _BOLD, _REACH = 100 * 1024, 600, 0.25
_let_go = gobject.g_object_unref
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
    """What our own style sheets may use: "font:<file name>", by an exact list."""

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


def _with_art(style: str) -> str:
    """A picture of ours stands in the sheet itself, as those of a page do."""
    drawn = base64.b64encode((FOLDER / ART).read_bytes()).decode()
    return style.replace(f"art:{ART}", f"data:image/svg+xml;base64,{drawn}")


@cache
def _style() -> tuple[Sequence[CSS], FontConfiguration]:
    """Read once a process: loading the fonts costs more than printing a page."""
    fonts = FontConfiguration()
    texts = [_with_art((FOLDER / name).read_text(encoding="utf-8")) for name in STYLES]
    return [CSS(string=text, url_fetcher=Fonts(), font_config=fonts) for text in texts], fonts


def widths(texts: Iterable[str]) -> dict[str, float | None]:
    """How broad each is on one line of our bold type, in ems. None where it cannot be set: neither
    our font nor any of this machine's has one of its letters, which would be a box, or its marks
    reach into the lines around. Raises FontMissing."""
    with _alone:
        _styles, fonts = _style()
        context = ffi.gc(pango.pango_font_map_create_context(fonts.font_map), _let_go)
        return {text: _width(context, text) for text in texts}


def _width(context: Any, text: str) -> float | None:
    """As Pango sets it, at a size of _EM."""
    layout = ffi.gc(pango.pango_layout_new(context), _let_go)
    font = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
    # Pango copies all of them: none has to outlive its call.
    pango.pango_font_description_set_family(font, ffi.new("char[]", b"Plex"))
    pango.pango_font_description_set_weight(font, _BOLD)
    pango.pango_font_description_set_absolute_size(font, _EM)
    pango.pango_layout_set_font_description(layout, font)
    spelled = text.encode(errors="replace")
    pango.pango_layout_set_text(layout, spelled, len(spelled))
    if pango.pango_layout_get_unknown_glyphs_count(layout):
        return None
    ink, line = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    pango.pango_layout_get_extents(layout, ink, line)
    above, below = line.y - ink.y, ink.y + ink.height - line.y - line.height
    return None if max(above, below) > _REACH * _EM else line.width / _EM


def print_html(html: str, variant: str, sheets: Sequence[Sheet] = ()) -> bytes:
    """The PDF; where `sheets` are given, stamped into these (stamping.py). Raises FontMissing."""
    finish = partial(stamp, sheets=sheets) if sheets else None
    with _alone:
        styles, fonts = _style()
        page = HTML(
            string=html, base_url="letter:", url_fetcher=Pictures(allowed_protocols={"data"})
        )
        pdf: bytes = page.write_pdf(
            stylesheets=styles, font_config=fonts, pdf_variant=variant, finisher=finish
        )
    return pdf
