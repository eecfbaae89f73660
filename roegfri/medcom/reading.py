"""From bytes to a tree of elements, without opening anything else: no DTD, entity, file or network.

The bytes are decoded here by the declared encoding, from a short list, and only then searched for a
DOCTYPE, so that no encoding can hide one.
"""

import re

from lxml import etree

from roegfri.medcom.faults import Fault, Unreadable

MAX_BYTES = 2_000_000
MAX_TAGS = 20_000

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,60}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = {
    "iso-8859-1": "iso-8859-1",
    "iso8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "us-ascii": "ascii",
    "utf-8": "utf-8",
}
_FAULTS = {
    etree.ErrorTypes.ERR_DOCUMENT_END: Fault.SEVERAL,
    etree.ErrorTypes.ERR_RESERVED_XML_NAME: Fault.SEVERAL,  # a second file, with its first line
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: Fault.TRUNCATED,
}


def tree(data: bytes) -> etree._Element:
    """The root element of a file. Raises Unreadable; costs at most a fraction of a second."""
    if len(data) > MAX_BYTES:
        raise Unreadable(Fault.TOO_LARGE)
    if not data.strip():
        raise Unreadable(Fault.EMPTY)
    text = _decoded(data).lstrip()
    if not text.startswith("<"):
        raise Unreadable(Fault.ROOT)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable(Fault.DTD)
    if text.count("<") > MAX_TAGS:
        raise Unreadable(Fault.TOO_LARGE)
    return _parsed(text)


def _decoded(data: bytes) -> str:
    """The text, by the byte order mark, else the declaration, else UTF-8 as XML says."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.match(data)
        name = declared[1].decode("ascii") if declared else "utf-8"
        encoding = _ENCODINGS.get(name.lower(), "")
        if not encoding:
            raise Unreadable(Fault.ENCODING, name)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # A PDF or an archive: to speak of its encoding would help nobody.
        fault = Fault.ENCODING if b"<" in data[:10] else Fault.ROOT
        raise Unreadable(fault, encoding) from None


def _parsed(text: str) -> etree._Element:
    # A parser of its own for each file: lxml's are not to be shared between threads.
    parser = etree.XMLParser(
        encoding="utf-8",  # overrules the declaration; the text is encoded so here
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable(text, error) from None


def _unreadable(text: str, error: etree.XMLSyntaxError) -> Unreadable:
    if not text.rstrip().endswith(">"):
        return Unreadable(Fault.TRUNCATED)
    code = error.code  # type: ignore[attr-defined]  # missing in the stubs
    fault = _FAULTS.get(code, Fault.MALFORMED)
    return Unreadable(fault, str(error.lineno) if fault is Fault.MALFORMED else "")
