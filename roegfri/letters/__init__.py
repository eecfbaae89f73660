"""Documents out: HTML templates become PDF. The only importer of WeasyPrint."""

from roegfri.letters.pdf import PdfUnavailable, from_html, render, render_sheets, widths

__all__ = ["PdfUnavailable", "from_html", "render", "render_sheets", "widths"]
