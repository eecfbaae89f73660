"""What the letter to a general practitioner may say, and what it takes to send one.

S1: «Efter endt rygestopforløb sendes en epikrise til egen læge med oplysning om, at borgeren har
deltaget i et rygestopforløb. Borgeren skal give tilsagn til dette.»
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto


@dataclass(frozen=True, slots=True)
class Facts:
    """What she agreed to have told: that she took part, when, and how often.

    `held` counts the meetings she could have come to; None where there is no such number (Kom &
    Kvit). The days are Danish; `first_on` and `last_on` are those of the first and the last meeting
    she came to.
    """

    host: str
    kind: str
    first_on: dt.date
    last_on: dt.date
    attended: int
    held: int | None
    sender: str
    phone: str


@dataclass(frozen=True, slots=True)
class Result:
    """How it went: "yes", "no" or "" where nobody knows; and the day she stopped."""

    smoke_free: str = ""
    quit_on: dt.date | None = None


class Lack(StrEnum):
    """What keeps a letter from being sent."""

    CONSENT = auto()
    ATTENDED = auto()
    NAME = auto()
    NUMBER = auto()
    PRACTICE = auto()
    EAN = auto()
    SENDER = auto()


# A letter on paper is addressed by the practice's name, and finds her by her name and birth date.
ON_PAPER = frozenset({Lack.CONSENT, Lack.ATTENDED, Lack.NAME, Lack.PRACTICE})


@dataclass(frozen=True, slots=True)
class Known:
    """Of one participant: whether she agreed, and what is known of her, her doctor and the sender.

    `practice` is that her doctor is one of those known here, `doctor` that at least a name is.
    """

    consent: bool
    attended: int
    name: bool
    number: bool
    practice: bool
    doctor: bool
    ean: bool
    sender_ean: bool


def lacks(known: Known) -> Sequence[Lack]:
    """What is missing before the letter can go out as a message; in the order it is mended.

    S1: «Borgeren skal give tilsagn til dette.» And nobody took part who never came: «med oplysning
    om, at borgeren har deltaget i et rygestopforløb».
    """
    there = {
        Lack.CONSENT: known.consent,
        Lack.ATTENDED: known.attended > 0,
        Lack.NAME: known.name,
        Lack.NUMBER: known.number,
        Lack.PRACTICE: known.practice,
        Lack.EAN: known.ean or not known.practice,
        Lack.SENDER: known.sender_ean,
    }
    return [lack for lack, is_there in there.items() if not is_there]


def lacks_on_paper(known: Known) -> Sequence[Lack]:
    """The same for a letter that is printed: «Borgeren skal give tilsagn til dette» counts there
    too, and it needs a doctor by name."""
    found = [one for one in lacks(known) if one in ON_PAPER]
    return [one for one in found if one is not Lack.PRACTICE or not known.doctor]


# Words of how it went. Each is looked for in the text with oe for ø, in small letters, and without
# what nobody sees: the soft hyphens of a word processor.
_RESULT = re.compile(
    r"\b(?:roeg[- ]?fri(?:hed|e|t)?|(?:tobaks|nikotin)fri\w*|ikke[- ]?ryger\w*|ryge?fri\w*"
    r"|smoke[- ]?free|tilbagefald\w*|kulilte\w*|co-?maaling\w*|\d+ ?ppm"
    r"|rygestopdato\w*|rygestopdag\w*|stopdato\w*"
    r"|(?:stoppe[dt]e?|holdt op|holder op|ophoert|droppet|kvittet) med (?:at ryge|rygning\w*"
    r"|cigaret\w*|tobak\w*|nikotin\w*)|begyndt at ryge|fald(?:t|et) (?:i|tilbage)|er holdt op"
    r"|(?:ikke|aldrig) roeget|roeget (?:siden|igen)|roeg (?:igen|ikke|stadig|fortsat|videre)"
    r"|rygestop(?:pet)? (?:lykkedes|er lykkedes|mislykkedes|holdt|holder)"
    r"|ryger (?:stadig|fortsat|igen|ikke|nu|fremover)"
    r"|(?:stadig|fortsat|igen|ikke|ikke laengere) ryger)\b"
)
# The collaboration's own name says nothing of her.
_OUR_NAME = "roegfri paa tvaers"


def result_told(text: str) -> str:
    """The first words of a text that tell how it went; "" where none does.

    The sentence promises that she took part: «med oplysning om, at borgeren har deltaget i et
    rygestopforløb». How it went is told when she has agreed to that as well.
    """
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    folded = " ".join(unicodedata.normalize("NFKC", seen).casefold().split())
    for danish, plain in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        folded = folded.replace(danish, plain)
    found = _RESULT.search(folded.replace(_OUR_NAME, ""))
    if found is None:
        return ""
    return found[0].replace("oe", "ø").replace("aa", "å").replace("ae", "æ")
