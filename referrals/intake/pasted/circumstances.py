"""What else a text says: interpreter and language, the parents' consent, a protected address."""

import re

from referrals.intake.pasted import words
from referrals.states import GuardianConsent

_LANGUAGE = "|".join(sorted(words.LANGUAGES, key=len, reverse=True))
_SPEAKS = re.compile(
    r"(?:\b(?:taler|snakker|forstår)\s(?:kun|udelukkende|primært|mest)?\s?|\bsprog\s?:\s?"
    r"|\bmodersmål(?:et)?\s?(?::|er)\s?|\btolk\s(?:på|i|til)\s|\btolk\s?:?\s?\(?(?:ja\W{1,3})?)"
    rf"({_LANGUAGE})\b",
    re.IGNORECASE,
)
_TALKING = re.compile(rf"\b({_LANGUAGE})(?:-?\s?talende|\stolk|tolk)", re.IGNORECASE)
_INTERPRETER = re.compile(r"tolk", re.IGNORECASE)
_NO_INTERPRETER = re.compile(
    r"(?:\bikke\b|\bingen\b|\buden\b|\bkræver ikke\b)[^.,;\n]{0,30}tolk"
    r"|tolk[a-zæøå]{0,6}\s?:?\s?(?:nej|ikke|unødvendig)",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(r"fortolk|tolkning af", re.IGNORECASE)
_PROTECTED = re.compile(
    r"(?:beskyttet adresse|adressebeskytte|hemmelig adresse|navne- og adressebeskyt)", re.IGNORECASE
)
_PROTECTED_NOT = re.compile(
    r"(?:ikke|ingen)\s(?:beskyttet|navne|adresse|hemmelig)"
    r"|(?:beskyttet adresse|adressebeskyttelse)\s?:\s?nej",
    re.IGNORECASE,
)
_PARENTS = re.compile(
    r"forældre|forælder|\bmor\b|\bmoderen\b|\bfar\b|\bfaderen\b|\bværge", re.IGNORECASE
)
_CONSENT = re.compile(r"samtyk|tilladelse|tilsagn|indforstået|accepter|godkend", re.IGNORECASE)
_ANSWER_NO = re.compile(r"\b(?:ikke|nej|mangler|nægter|uden|afvist|endnu)\b", re.IGNORECASE)
_UNKNOWN = re.compile(r"uoplyst|ved ikke|ukendt|afventer", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]{1,400}[.!?\n]?")


def language(text: str) -> str:
    """The language she speaks, in lower case as Danish writes it."""
    found = _SPEAKS.search(text) or _TALKING.search(text)
    return found[1].lower() if found else ""


def interpreter(text: str) -> bool:
    """An interpreter is asked for."""
    text = _OTHER_WORDS.sub("", text)
    return bool(_INTERPRETER.search(text)) and not _NO_INTERPRETER.search(text)


def address_protected(text: str) -> bool:
    """Her address is said to be protected."""
    return bool(_PROTECTED.search(text)) and not _PROTECTED_NOT.search(text)


def guardian_consent(text: str) -> GuardianConsent:
    """What a sentence about parents and consent says; a question is answered by what follows it."""
    sentences = [match[0].strip() for match in _SENTENCE.finditer(text)]
    for at, sentence in enumerate(sentences):
        if not (_PARENTS.search(sentence) and _CONSENT.search(sentence)):
            continue
        if sentence.endswith("?"):
            found = _answer(next(iter(sentences[at + 1 : at + 2]), ""))
        else:
            found = _said(sentence)
        if found != GuardianConsent.UNKNOWN:
            return found
    return GuardianConsent.UNKNOWN


def _said(sentence: str) -> GuardianConsent:
    if _UNKNOWN.search(sentence) or sentence.endswith(":"):
        return GuardianConsent.UNKNOWN
    return GuardianConsent.NO if _ANSWER_NO.search(sentence) else GuardianConsent.YES


def _answer(sentence: str) -> GuardianConsent:
    first = sentence.lower()[:20]
    if re.match(r"\W*ja\b", first):
        return GuardianConsent.YES
    return GuardianConsent.NO if re.match(r"\W*(?:nej|ikke)\b", first) else GuardianConsent.UNKNOWN
