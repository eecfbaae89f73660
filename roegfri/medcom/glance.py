"""What can be seen of a letter that could not be taken in: whatever is there, nothing is required.

For the eyes of a person who decides what to do with it; nothing is stored from here.
"""

import codecs
import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from roegfri.medcom.faults import Unreadable
from roegfri.medcom.messages import MAX_FIELD
from roegfri.medcom.parsing import EMERGENCY, clinical_text
from roegfri.medcom.reading import tree

MOST_CHARACTERS = 20_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Control characters, and those that turn the direction of a line or show as nothing.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})


@dataclass(frozen=True, slots=True)
class End:
    """Sender or receiver, as it is written; "" for what is not."""

    name: str
    ean: str
    code: str  # of a municipality, where it is named as one


@dataclass(frozen=True, slots=True)
class Glance:
    """What a letter says of itself. `letter` is the name of its element; `sent` is as written."""

    letter: str
    sent: str
    episode: str
    sender: End
    receiver: End
    name: str = field(repr=False)
    civil_number: str = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    text: str = field(repr=False)

    @property
    def emergency(self) -> bool:
        """An XREF22, which somebody waits for."""
        return self.letter == EMERGENCY


def glance(data: bytes) -> Glance | None:
    """What can be seen; None where it is no letter of MedCom's, or not safe to open."""
    try:
        root = tree(data)
    except Unreadable:
        return None
    if _name(root) != "Emessage":
        return None
    body = next((child for child in root if _name(child) != "Envelope"), root)
    moment = (_words(root, f"Envelope/Sent/{part}") for part in ("Date", "Time"))
    names = (_words(body, f"Patient/Person{part}Name") for part in ("Given", "Surname"))
    return Glance(
        letter=_name(body),
        sent=" ".join(filter(None, moment)),
        episode=_words(body, "Letter/EpisodeOfCareIdentifier"),
        sender=_end(body, "Sender"),
        receiver=_end(body, "Receiver"),
        name=" ".join(filter(None, names)),
        civil_number=_words(body, "Patient/CivilRegistrationNumber"),
        phones=_phones(body),
        text=clinical_text(body)[:MOST_CHARACTERS],
    )


def readable(data: bytes) -> str:
    """The first of a file as text that is safe to look at; what cannot be seen shows as a mark."""
    piece = data[: 4 * MOST_CHARACTERS]
    text = "".join(_visible(one) for one in _decoded(piece).replace("\r\n", "\n"))
    return text[:MOST_CHARACTERS]


def _visible(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _UNSEEN:
        return character
    return "\N{REPLACEMENT CHARACTER}"


def _decoded(piece: bytes) -> str:
    """UTF-8 where it is that, else one of the old eight-bit sets: what MedCom's letters come in."""
    if piece.startswith(_UTF16):
        return piece.decode("utf-16", errors="replace")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(piece)
    except UnicodeDecodeError:
        return piece.decode("iso-8859-1")


def _end(body: etree._Element, which: str) -> End:
    names = (_words(body, f"{which}/{part}Name") for part in ("Organisation", "Department"))
    named = _words(body, f"{which}/IdentifierCode") == "kommunenummer"
    return End(
        name=", ".join(dict.fromkeys(filter(None, names))),
        ean=_words(body, f"{which}/EANIdentifier"),
        code=_words(body, f"{which}/Identifier") if named else "",
    )


def _phones(body: etree._Element) -> tuple[str, ...]:
    """The patient's, wherever in her element they stand."""
    found = body.iterfind("{*}Patient//{*}TelephoneSubscriberIdentifier")
    return tuple(filter(None, (_told(one) for one in found)))[:3]


def _words(element: etree._Element, path: str) -> str:
    """The text at a path of local names, on one line and not longer than a line may be."""
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None else _told(found)


def _told(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())[:MAX_FIELD]


def _name(element: etree._Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname
