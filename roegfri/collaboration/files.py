"""Which files may stand on the shelf: told by their name and by what is in them, both alike.

What a browser or an office program could be made to run is refused: web pages, drawings that are
web pages (SVG), office files with macros, programs, archives.
"""

import io
import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Refusal, Words

# A file's directory is read, and of its contents these two; never the rest.
_MOST_PARTS, _MOST_READ, _MOST_OPENED = 5_000, 1_000_000, 400_000_000
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MACROS = re.compile(r"vbaproject\.bin$|^(basic|scripts)/|\.(bas|exe|dll|js|vbs)$", re.IGNORECASE)
# What reading an archive raises when it is damaged, or is made to be.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    OSError,
    ValueError,
    RuntimeError,
    OverflowError,
)
_NAME_LENGTH = 100
# Characters no file system wants in a name; quotes and backslashes, which headers do not either.
_NOT_IN_NAMES = re.compile(r"[\\/:*?\"<>|;%]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file; `is_one` looks at the bytes."""

    suffixes: tuple[str, ...]
    content_type: str
    label: Words
    is_one: Callable[[bytes], bool]


def kind_of(filename: str, body: bytes) -> Kind:
    """What it is. Raises Refusal, with what to do, for what may not stand on the shelf."""
    suffix = f".{filename.rpartition('.')[2].lower()}" if "." in filename else ""
    if not body:
        raise Refusal(_now("Filen er tom. Vælg en anden."), field="file")
    if why := _REFUSED.get(suffix):
        raise Refusal(why, field="file")
    kind = _BY_SUFFIX.get(suffix)
    if kind is None:
        raise Refusal(_now("Den slags fil kan ikke lægges her. Brug %s.") % ALLOWED, field="file")
    if not kind.is_one(body):
        said = _now("Filen hedder %(suffix)s, men er noget andet, eller den er beskadiget.")
        advice = _now("Gem den igen, helst som PDF, og vælg den på ny.")
        raise Refusal(f"{said % {'suffix': suffix}} {advice}", field="file")
    return kind


def safe_name(filename: str) -> str:
    """What the file is called when it is fetched: no folder, no character that hides or ends a
    name, and short enough; the suffix stays."""
    plain = unicodedata.normalize("NFC", filename.replace("\\", "/")).rsplit("/", 1)[-1]
    tidy = " ".join(plain.split())
    seen = "".join(one for one in tidy if unicodedata.category(one)[0] != "C")
    stem, dot, suffix = _NOT_IN_NAMES.sub("-", seen).rpartition(".")
    short = stem.strip(" .-")[: _NAME_LENGTH - len(dot + suffix)]
    return f"{short or 'dokument'}{dot}{suffix.lower()}"


def label_of(content_type: str) -> str:
    """ "PDF"."""
    return next((str(one.label) for one in KINDS if one.content_type == content_type), "")


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(starts)


def _is_text(body: bytes) -> bool:
    """UTF-8, or as Windows writes it; and nothing a text does not have."""
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", body)


def _is_office(main: str) -> Callable[[bytes], bool]:
    """Of Microsoft's kind, whose main part is `main`, without macros."""

    def is_one(body: bytes) -> bool:
        said = _part(body, "[Content_Types].xml")
        return f"{_OFFICE}.{main}.main+xml".encode() in said and b"macroEnabled" not in said

    return is_one


def _is_open(content_type: str) -> Callable[[bytes], bool]:
    """Of OpenDocument, which says its type in a part of its own."""
    return lambda body: _part(body, "mimetype").strip() == content_type.encode()


def _part(body: bytes, name: str) -> bytes:
    """One part of a file that is an archive; empty where it is none, holds macros, or would fill
    the memory of whoever opens it."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(one.file_size for one in parts) > _MOST_OPENED:
                return b""
            if any(_MACROS.search(one.filename) for one in parts):
                return b""
            with archive.open(name) as found:
                return found.read(_MOST_READ)
    except _BROKEN:
        return b""


_ODF = "application/vnd.oasis.opendocument"
KINDS = (
    Kind((".pdf",), "application/pdf", "PDF", _begins(b"%PDF-")),
    Kind(
        (".docx",),
        f"{_OFFICE}.wordprocessingml.document",
        "Word",
        _is_office("wordprocessingml.document"),
    ),
    Kind((".xlsx",), f"{_OFFICE}.spreadsheetml.sheet", "Excel", _is_office("spreadsheetml.sheet")),
    Kind(
        (".pptx",),
        f"{_OFFICE}.presentationml.presentation",
        "PowerPoint",
        _is_office("presentationml.presentation"),
    ),
    Kind((".odt",), f"{_ODF}.text", "OpenDocument", _is_open(f"{_ODF}.text")),
    Kind((".png",), "image/png", _("Billede"), _begins(b"\x89PNG\r\n\x1a\n")),
    Kind((".jpg", ".jpeg"), "image/jpeg", _("Billede"), _begins(b"\xff\xd8\xff")),
    Kind((".txt", ".md"), "text/plain", _("Tekst"), _is_text),
)
_BY_SUFFIX: Mapping[str, Kind] = {suffix: kind for kind in KINDS for suffix in kind.suffixes}
ALLOWED = "PDF, DOCX, XLSX, PPTX, ODT, PNG, JPG, TXT, MD"
ACCEPT = ",".join(_BY_SUFFIX)
_OLD = _(
    "Det er et ældre format, som kan indeholde makroer. Gem filen i det nye format eller som PDF."
)
_WITH_MACROS = _("Filer med makroer kan ikke lægges her. Gem den uden makroer eller som PDF.")
_PAGE = _("Websider og tegninger som SVG kan ikke lægges her. Gem den som PDF eller billede.")
_REFUSED: Mapping[str, Words] = {
    **dict.fromkeys((".doc", ".xls", ".ppt", ".dot", ".xlt", ".rtf"), _OLD),
    **dict.fromkeys((".docm", ".xlsm", ".pptm", ".dotm", ".xltm", ".xlsb", ".ppsm"), _WITH_MACROS),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".svg", ".mht", ".xml"), _PAGE),
}
