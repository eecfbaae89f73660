"""What another system answers to a letter of ours: XCTL03, taken in, or XCTL02, not, and why.

Found by the names of the elements, whatever version they are of; nothing but the number of the
letter that is answered has to be there.
"""

from dataclasses import dataclass

from lxml import etree

from roegfri.medcom.faults import Unreadable
from roegfri.medcom.messages import MAX_EAN, MAX_FIELD, MAX_NUMBER
from roegfri.medcom.reading import tree
from roegfri.medcom.receipts import MAX_REFUSE_TEXT

_KINDS = {"PositiveReceipt": "XCTL03", "NegativeReceipt": "XCTL02"}


@dataclass(frozen=True, slots=True)
class Answered:
    """A receipt that came in. `kind` is XCTL03 or XCTL02, `identifier` its own number.

    `envelope` and `letter` are those of the message it answers. `code` and `text` say why that was
    not taken in, in the other system's words, on one line; "" in a positive one.
    """

    kind: str
    identifier: str
    sender_ean: str
    receiver_ean: str
    envelope: str
    letter: str
    code: str = ""
    text: str = ""

    @property
    def is_positive(self) -> bool:
        """Whether the letter was taken in."""
        return self.kind == "XCTL03"

    @property
    def why(self) -> str:
        """Why it was not, as it was said; "" where nothing was."""
        return ": ".join(filter(None, (self.code.replace("_", " "), self.text)))


def read_answer(data: bytes) -> Answered | None:
    """The receipt in a file; None where it is something else, or says not what it answers."""
    try:
        root = tree(data)
    except Unreadable:
        return None
    bodies = [one for one in root if _name(one) != "Envelope"]
    if _name(root) != "Emessage" or len(bodies) != 1 or _name(bodies[0]) not in _KINDS:
        return None
    receipt = bodies[0]
    envelope = _words(receipt, "OriginalEnvelopeIdentifier", MAX_NUMBER)
    letter = _words(receipt, "OriginalLetterIdentifier", MAX_NUMBER)
    if not (envelope or letter):
        return None
    return Answered(
        kind=_KINDS[_name(receipt)],
        identifier=_words(receipt, "Letter/{*}Identifier", MAX_NUMBER),
        sender_ean=_words(receipt, "Sender/{*}EANIdentifier", MAX_EAN),
        receiver_ean=_words(receipt, "Receiver/{*}EANIdentifier", MAX_EAN),
        envelope=envelope,
        letter=letter,
        code=_words(receipt, "RefuseCode", MAX_FIELD),
        text=_words(receipt, "RefuseText", MAX_REFUSE_TEXT),
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _words(element: etree._Element, path: str, most: int) -> str:
    """The text of the first element of that name, however deep it stands."""
    found = element.find(".//{*}" + path)
    if found is None:
        return ""
    for sign in found.iter("{*}Break"):
        sign.tail = " " + (sign.tail or "")
    return " ".join("".join(map(str, found.itertext())).split())[:most]
