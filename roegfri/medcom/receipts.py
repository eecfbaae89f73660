"""MedCom's answers to a sender: XCTL03, the message was taken in, and XCTL02, it was not.

Both are one envelope of the schemas of 2005-08-07, in ISO-8859-1; what that has no character for is
written as a number. A receipt never asks for a receipt itself, and says nothing of the citizen.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from roegfri.medcom.messages import MAX_EAN, MAX_FIELD, MAX_NUMBER, Message
from roegfri.medcom.reading import tree
from roegfri.medcom.writing import add, add_envelope, add_prose, root_of, written
from roegfri.organisations.numbers import municipality_code

NAMESPACE = "http://rep.oio.dk/sundcom.dk/medcom.dk/xml/schemas/2005/08/07/"
MAX_REFUSE_TEXT = 350  # characters: five lines of seventy


class RefuseCode(StrEnum):
    """Why a message was not taken in, in the few words that MedCom has for it."""

    UNSPECIFIED = "ikke_specificeret"
    UNKNOWN_LOCATION = "ukendt_lokationsnummer"
    RECEIVER = "problem_med_modtagerID"
    VERSION = "problem_med_version"
    SYNTAX = "syntaksfejl"


@dataclass(frozen=True, slots=True)
class Original:
    """What a receipt says of the message it answers: its numbers, from whom and to whom.

    `receiver_code` is three digits where the receiver is named as a municipality, else "".
    """

    envelope: str
    letter: str
    version: str
    sender_ean: str
    receiver_ean: str
    receiver_code: str = ""

    @property
    def answerable(self) -> bool:
        """Whether a receipt can find its way: both ends have a number, and so has the message."""
        return bool(self.sender_ean and self.receiver_ean and self.envelope and self.letter)


def original_of(message: Message) -> Original:
    """The same of a message that was read."""
    receiver = message.receiver
    return Original(
        envelope=message.envelope.identifier,
        letter=message.letter.identifier,
        version=message.letter.version,
        sender_ean=message.sender.ean,
        receiver_ean=receiver.ean,
        receiver_code=receiver.identifier if receiver.identifier_code == "kommunenummer" else "",
    )


def read_original(data: bytes) -> Original:
    """The same of a file that may be no message of ours, "" for what it does not say.

    Raises Unreadable where it is no XML, or none that is safe to read.
    """
    root = tree(data)
    body = next((one for one in root if not str(one.tag).endswith("}Envelope")), root)
    named = _words(body, "Receiver/IdentifierCode", MAX_FIELD) == "kommunenummer"
    code = _words(body, "Receiver/Identifier", MAX_NUMBER)
    return Original(
        envelope=_words(root, "Envelope/Identifier", MAX_NUMBER),
        letter=_words(body, "Letter/Identifier", MAX_NUMBER),
        version=_words(body, "Letter/VersionCode", MAX_FIELD),
        sender_ean=_words(body, "Sender/EANIdentifier", MAX_EAN),
        receiver_ean=_words(body, "Receiver/EANIdentifier", MAX_EAN),
        receiver_code=municipality_code(code) if named else "",
    )


def positive(original: Original, *, identifier: str, at: dt.datetime) -> bytes:
    """XCTL03: the message was taken in. `identifier` is at most 14 letters and digits."""
    root, receipt = _receipt("PositiveReceipt", "XCTL03", "XC0330Q", original, identifier, at)
    _original(receipt, original)
    return written(root)


def negative(
    original: Original, *, code: RefuseCode, reason: str, identifier: str, at: dt.datetime
) -> bytes:
    """XCTL02: the message was not taken in, and why, in words for whoever reads it there."""
    root, receipt = _receipt("NegativeReceipt", "XCTL02", "XC0230Q", original, identifier, at)
    letter = _original(receipt, original)
    add(letter, "RefuseCode", code)
    add_prose(letter, "RefuseText", reason.strip()[:MAX_REFUSE_TEXT])
    return written(root)


def _receipt(
    name: str, kind: str, version: str, original: Original, identifier: str, at: dt.datetime
) -> tuple[etree._Element, etree._Element]:
    """The envelope, and the letter in it up to whom it is for; sent by whom the message was to."""
    root = root_of(NAMESPACE)
    add_envelope(root, identifier, at, wants_receipt=False)
    receipt = add(root, name)
    letter = add(receipt, "Letter")
    add(letter, "Identifier", identifier)
    add(letter, "VersionCode", version)
    add(letter, "StatisticalCode", kind)
    add(add(receipt, "Sender"), "EANIdentifier", original.receiver_ean)
    add(add(receipt, "Receiver"), "EANIdentifier", original.sender_ean)
    return root, receipt


def _original(receipt: etree._Element, original: Original) -> etree._Element:
    """Which message is answered; the element of its letter."""
    answered = add(receipt, "OriginalEmessage")
    add(answered, "OriginalEnvelopeIdentifier", original.envelope)
    add(add(answered, "OriginalSender"), "EANIdentifier", original.sender_ean)
    add(add(answered, "OriginalReceiver"), "EANIdentifier", original.receiver_ean)
    letter = add(answered, "OriginalLetter")
    add(letter, "OriginalLetterIdentifier", original.letter)
    add(letter, "OriginalVersionCode", original.version)
    return letter


def _words(element: etree._Element, path: str, most: int) -> str:
    found = element.find("/".join("{*}" + name for name in path.split("/")))
    text = "" if found is None else " ".join("".join(map(str, found.itertext())).split())
    return text[:most]
