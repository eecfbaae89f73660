"""Letters: what stands in them, and what they cannot be made to reach."""

import socket
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from pypdf import PdfReader

from roegfri.letters import PdfUnavailable, from_html, press, render

SECRET = "hemmeligt indhold"


class Opened:
    """What this process opens and connects to, as the interpreter itself reports it."""

    def __init__(self) -> None:
        self.listening = False
        self.reached: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.listening and event in {"open", "socket.connect", "socket.getaddrinfo"}:
            self.reached.append(f"{event} {arguments}")


OPENED = Opened()


class Bait:
    """A file and a server that wait to be reached."""

    def __init__(self, folder: Path) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.http = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        (folder / "secret.css").write_text(f"body::after {{ content: '{SECRET}' }}")
        (folder / "secret.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20"><text y="15">{SECRET}'
            "</text></svg>"
        )
        self.file = folder.as_uri()
        self.path = str(folder)

    def touched(self) -> list[str]:
        return self.hits + [line for line in OPENED.reached if self._is_bait(line)]

    def _is_bait(self, line: str) -> bool:
        return self.path in line or "/etc/" in line or line.startswith("socket")


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    found = Bait(tmp_path)
    OPENED.reached.clear()
    OPENED.listening = True
    yield found
    OPENED.listening = False
    found.server.shutdown()
    found.server.server_close()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


SVG = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'"
    " xmlns:xlink='http://www.w3.org/1999/xlink' width='99' height='9'"
)
ENTITY = "data:image/svg+xml,<!DOCTYPE svg [<!ENTITY x SYSTEM '{f}/secret.css'>]>"

# {f}: the folder as file:///…, {h}: http://127.0.0.1:port, {p}: the folder's path
ATTACKS = [
    "<img src='{f}/secret.svg' alt=''>",
    "<img src='{h}/x.png' alt=''>",
    "<img src='{p}/secret.svg' alt=''>",
    "<img src='//127.0.0.1:{port}/x.png' alt=''>",
    "<img src='FILE://{p}/secret.svg' alt=''>",
    "<img src='file:{p}/secret.svg' alt=''>",
    "<img src='file:///etc/passwd' alt=''>",
    "<img src=' {f}/secret.svg' alt=''>",
    "<img src='ftp://127.0.0.1:{port}/x' alt=''>",
    "<img srcset='{f}/secret.svg 1x' src='{f}/secret.svg' alt=''>",
    "<base href='{f}/'><img src='secret.svg' alt=''>",
    "<base href='{h}/'><img src='x.png' alt=''>",
    "<link rel=stylesheet href='{f}/secret.css'>",
    "<link rel=stylesheet href='{h}/x.css'>",
    "<link rel=attachment href='{f}/secret.css'>",
    "<a rel=attachment href='{f}/secret.css'>x</a>",
    "<object data='{f}/secret.svg'></object>",
    "<embed src='{f}/secret.svg'>",
    "<iframe src='{f}/secret.svg'></iframe>",
    "<style>@import url('{f}/secret.css');</style>",
    "<style>@import '{h}/x.css';</style>",
    "<style>body {{ background: url('{f}/secret.svg') }}</style>",
    "<style>p {{ background: url('{h}/x.png') }}</style>",
    "<style>p::before {{ content: url('{f}/secret.svg') }}</style>",
    "<style>li {{ list-style-image: url('{f}/secret.svg') }}</style><ul><li>x</ul>",
    "<style>@font-face {{ font-family: Z; src: url('{h}/z.woff2') }}</style>",
    "<style>@font-face {{ font-family: Z; src: url('font:../../secret.css') }}</style>",
    "<style>@page {{ background: url('{f}/secret.svg') }}</style>",
    "<style>p {{ border-image: url('{f}/secret.svg') 1; border: 1px solid }}</style>",
    "<style>p {{ mask: url('{h}/x.svg') }}</style>",
    "<p style=\"background: url('{f}/secret.svg')\">x</p>",
    "<svg width='9' height='9'><image href='{f}/secret.svg' width='9' height='9'/></svg>",
    "<svg width='9' height='9'><use href='{f}/secret.svg#a'/></svg>",
    "<img alt='' src=\"" + SVG + "><image xlink:href='{f}/secret.svg' width='9'/></svg>\">",
    "<img alt='' src=\"" + ENTITY + SVG[SVG.index("<") :] + '><text>&x;</text></svg>">',
    "<link rel=stylesheet href='data:text/css,@import url({f}/secret.css);'>",
    "<iframe src=\"data:text/html,<img src='{h}/x.png'>\"></iframe>",
    "<a href='javascript:fetch(\"{h}/x\")'>x</a><script src='{h}/x.js'></script>",
    "<meta http-equiv=refresh content='0; url={h}/x'>",
    "<input type=image src='{h}/x.png'><video poster='{h}/x.png' src='{h}/x.mp4'></video>",
    "<img\x00 src='{f}/secret.svg'\x00 alt=''>\x00<img src='{f}/secret.svg\x00.png' alt=''>",
    "&#60;img src='{h}/x.png'&#62;&lt;img src='{h}/x.png'&gt;",
    "<b>" * 20 + "<img src='{f}/secret.svg' alt=''>",
    "'\"></p></section><img src='{h}/x.png' alt=''><!-- ]]> -->",
    "{{% include 'letters/../../../etc/passwd' %}}{{{{ settings.SECRET_KEY }}}}",
]


def page(attack: str, bait: Bait) -> str:
    hostile = attack.format(f=bait.file, h=bait.http, p=bait.path, port=bait.server.server_port)
    return f"<!doctype html><html lang=da><title>x</title><body><p>Navn {hostile}</p></body>"


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_letter_reaches_nothing_even_where_a_template_forgot_to_escape(
    attack: str, bait: Bait
) -> None:
    from_html("<!doctype html><html lang=da><title>warm</title><p>x</p>")  # the fonts are read now
    OPENED.reached.clear()
    text = text_of(from_html(page(attack, bait)))
    assert "Navn" in text
    assert SECRET not in text
    assert bait.touched() == []


def test_the_control_without_the_leash_most_of_these_reach_a_file_or_a_socket(bait: Bait) -> None:
    """WeasyPrint's own fetcher: else the test above would prove nothing."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    reaching = []
    for attack in ATTACKS:
        bait.hits.clear()
        OPENED.reached.clear()
        text = text_of(
            HTML(string=page(attack, bait), url_fetcher=URLFetcher(timeout=1)).write_pdf()
        )
        if bait.touched() or SECRET in text:
            reaching.append(attack)
    assert len(reaching) >= 20
    assert {ATTACKS[0], ATTACKS[1], ATTACKS[10], ATTACKS[12], ATTACKS[19]} <= set(reaching)


def test_text_from_outside_is_escaped(bait: Bait) -> None:
    hostile = f"<img src='{bait.file}/secret.svg'><b>Bo</b>"
    context = {"sender": {"name": hostile, "phone": "12"}, "concerning": hostile, "lines": []}
    text = text_of(render("letters/looks.html", context))
    assert "<b>Bo</b>" in text.replace("\n", "")
    assert SECRET not in text


def test_a_letter_is_danish_tagged_and_set_in_our_font() -> None:
    pdf = from_html(
        "<!doctype html><html lang=da><head><title>Æblegrød</title></head>"
        "<body><h1>Rygestop på Ærø</h1><p>Små <b>blå</b> <i>øer</i></p></body></html>"
    )
    reader = PdfReader(BytesIO(pdf))
    catalogue: Any = reader.trailer["/Root"]
    assert "Rygestop på Ærø" in text_of(pdf)
    assert catalogue["/Lang"] == "da"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Æblegrød"
    page: Any = reader.pages[0]
    names = {font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()}
    assert len(names) == 3
    assert all("Plex" in name for name in names), names


def test_pictures_in_the_page_are_shown() -> None:
    png = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
        "WjR9awAAAABJRU5ErkJggg=="
    )
    pdf = from_html(
        f"<!doctype html><html lang=da><title>x</title><body><img alt='prik' src='{png}'></body>"
    )
    assert len(PdfReader(BytesIO(pdf)).pages[0].images) == 1


def test_without_the_fonts_an_operator_is_told_what_to_do(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.NODE_MODULES = tmp_path
    press._style.cache_clear()
    try:
        with pytest.raises(PdfUnavailable, match="npm ci"):
            from_html("<p>x</p>")
    finally:
        press._style.cache_clear()


def test_without_pango_an_operator_is_told_what_to_do(run_python: Callable[[str], str]) -> None:
    said = run_python(
        "import ctypes, sys\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'weasyprint.text.ffi': raise OSError('cannot load library libpango')\n"
        "sys.meta_path.insert(0, Gone())\n"
        "from roegfri.letters import PdfUnavailable, from_html\n"
        "try: from_html('<p>x</p>')\n"
        "except PdfUnavailable as words: print(words)\n"
    )
    assert "apt install libpango-1.0-0" in said


@pytest.fixture
def run_python() -> Callable[[str], str]:
    """In a process of its own, where nothing is imported yet."""
    import subprocess

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout + done.stderr

    return run


def test_nothing_heavy_is_imported_before_the_first_letter(
    run_python: Callable[[str], str],
) -> None:
    said = run_python("import sys, roegfri.letters; print('weasyprint' in sys.modules)")
    assert said.strip() == "False"


def test_the_ear_hears() -> None:
    OPENED.reached.clear()
    OPENED.listening = True
    with socket.socket() as one, pytest.raises(OSError, match=r"refused|denied|assign"):
        one.connect(("127.0.0.1", 1))
    OPENED.listening = False
    assert OPENED.reached
