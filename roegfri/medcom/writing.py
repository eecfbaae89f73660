"""What every letter of ours is written with: one namespace, ISO-8859-1, and nothing XML forbids.

What ISO-8859-1 has no character for is written as a number; a new line is MedCom's Break. There is
no DTD, and nothing of a text can become an element.
"""

import base64
import datetime as dt
import os
import re

from lxml import etree

from roegfri.clock import COPENHAGEN

LONGEST_IDENTIFIER = 14
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def new_identifier() -> str:
    """Fourteen letters and digits that nobody has had before: as many as MedCom allows."""
    return base64.b32encode(os.urandom(10)).decode()[:LONGEST_IDENTIFIER]


def without_controls(text: str) -> str:
    """A text without the characters that no XML may hold: NUL, bells, halves of characters."""
    return _NOT_XML.sub("", text)


def one_line(text: str) -> str:
    """The same as one line; white space of any kind is one space."""
    return " ".join(without_controls(text).split())


def root_of(namespace: str) -> etree._Element:
    """An empty Emessage, whose namespace needs no prefix."""
    plain: dict[str, str] = {None: namespace}  # type: ignore[dict-item]  # as the stubs have it
    return etree.Element(f"{{{namespace}}}Emessage", nsmap=plain)


def add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    """An element in the parent's namespace, with a text or to be filled."""
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = without_controls(text) or None
    return child


def add_all(parent: etree._Element, **texts: str) -> None:
    """Elements with a text each, in the order they are named."""
    for name, text in texts.items():
        add(parent, name, one_line(text))


def add_moment(parent: etree._Element, name: str, at: dt.datetime) -> etree._Element:
    """Date and Time as a Danish clock shows them."""
    moment, danish = add(parent, name), at.astimezone(COPENHAGEN)
    add_all(moment, Date=danish.date().isoformat(), Time=danish.strftime("%H:%M"))
    return moment


def add_envelope(
    root: etree._Element, identifier: str, at: dt.datetime, *, wants_receipt: bool
) -> None:
    """The outside: when it is sent, its number, whether a receipt is asked for."""
    envelope = add(root, "Envelope")
    add_moment(envelope, "Sent", at)
    code = "pluspositivkvitt" if wants_receipt else "minuspositivkvitt"
    add_all(envelope, Identifier=identifier, AcknowledgementCode=code)


def add_prose(parent: etree._Element, name: str, text: str) -> None:
    """Text in which a new line is MedCom's Break."""
    element = add(parent, name)
    first, *others = lines_of(text) or [""]
    element.text = first or None
    for line in others:
        add(element, "Break").tail = line or None


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them, as they will be read."""
    return without_controls(text).strip().splitlines()


def written(root: etree._Element) -> bytes:
    """The message as a file."""
    data = etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)
    return data if isinstance(data, bytes) else data.encode("iso-8859-1")
