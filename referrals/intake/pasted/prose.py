"""The name of whom a running text is about: «Jeg henviser hermed Karen Holm, tlf. …».

Careful: a name that is not there is asked for, a wrong one is saved. Only what stands where a
citizen's name stands is taken, and only if the words behind it fit.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from referrals.intake.pasted import words
from referrals.intake.pasted.names import leading, trailing
from referrals.intake.pasted.parts import Part

_FILLER = (
    r"(?P<filler>(?:(?:hermed|herved|venligst|nu|gerne|også|følgende|nedenstående|en|vores|min|fru"
    r"|hr\.?|borger|borgeren|patient|patienten|pt\.?)\s){0,4})"
)
_ABOUT = re.compile(
    rf"\b(?:(?P<verb>henviser|tilmelder)|henvises|(?:henvisning|tilmelding) (?:af|på)"
    rf"|(?:jeg|vi) (?:vil|ønsker at|skal) henvise|patienten|borgeren|pt\."
    rf"|(?:min|vores) (?:patient|borger))\s{_FILLER}",
    re.IGNORECASE,
)
# At the beginning of a sentence «Henviser Karen Holm» may as well be who sends.
_BEGINS = re.compile(r"(?:[.!?:]\s?|^\s?)$")
_BORN = re.compile(r"[\s,(]{1,3}(?:født|f\.)\s?(?:den\s|d\.\s?)?\d", re.IGNORECASE)
# What may stand behind a name, as a word; a comma, a stop or a bracket may too.
_BEHIND = frozenset(
    ("til", "som", "der", "født", "f", "på", "cpr", "tlf", "telefon", "mobil", "er", "har", "bor",
     "ønsker", "vil", "kan", "ryger", "mhp", "med", "fra")
)  # fmt: skip
_IS_VERB = frozenset({"til", "som", "der", "født", "f"})
# Who works, and what is done: not the citizen.
_OTHERS = frozenset(
    ("afdelingslæge", "deres", "farmaceut", "farmakonom", "hospital", "jordemoder", "kollega",
     "kommune", "læge", "lægen", "projekt", "reservelæge", "røgfri", "sagsbehandler",
     "socialrådgiver", "speciallæge", "sundhed", "vejleder")
)  # fmt: skip
_BEFORE = 40


def name(mails: Sequence[Part]) -> str:
    """The first name of at least two words; empty where there is none to be sure of."""
    texts = [text for mail in mails for text in _paragraphs(mail.body)]
    return next(chain.from_iterable(chain(_referred(text), _born(text)) for text in texts), "")


def _paragraphs(body: Sequence[str]) -> Iterator[str]:
    """The lines of a body as they were before a mail program broke them."""
    for text in "\n".join(body).split("\n\n"):
        yield text.replace("\n", " ")


def _referred(text: str) -> Iterator[str]:
    for match in _ABOUT.finditer(text):
        behind = text[match.end() : match.end() + 160].split()
        found = leading(" ".join(behind), least=2)
        if not _is_person(found):
            continue
        size = len(found.split())
        ends = behind[size - 1][-1] in ",.;)" or size == len(behind)
        following = "" if ends else behind[size].lower().strip("(.,:")
        just_before = text[max(0, match.start() - 2) : match.start()]
        if match["verb"] and not match["filler"] and _BEGINS.search(just_before):
            fits = following in _IS_VERB
        else:
            fits = ends or following in _BEHIND or behind[size][0] in "(–-"
        if fits:
            yield found


def _born(text: str) -> Iterator[str]:
    """Before «født 01.07.1972», unless it is somebody of her family."""
    for match in _BORN.finditer(text):
        before = text[max(0, match.start() - 160) : match.start()]
        found = trailing(before)
        aside = before[: len(before) - len(found)][-_BEFORE:]
        family = words.OF_RELATIVE.search(aside) or words.OF_PARENT.search(aside)
        if _is_person(found) and not family:
            yield found


def _is_person(name: str) -> bool:
    """No title, no workplace, and nothing that is spelt in capitals: those are diagnoses."""
    own = name.split()
    return bool(own) and not any(
        word.lower() in _OTHERS or (len(word) > 1 and word.isupper()) for word in own
    )
