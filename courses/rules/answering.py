"""Answers to STOPbasen's form: what one may be, and how two of them are held against each other."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from courses.rules.stopbase import Answer, Answers, Form, Kind, Question
from roegfri.persons.born import EARLIEST

TEXT_MOST = 200
# Control characters, and those that would turn what stands after them around.
_UNTYPED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class Fault(StrEnum):
    """What is wrong with an answer."""

    QUESTION = "question"  # there is no such question in the form
    CHOICE = "choice"
    NUMBER = "number"
    RANGE = "range"
    YEAR = "year"
    ALONE = "alone"
    TOO_LONG = "too_long"


class Wrong(ValueError):
    """An answer that cannot be; `fault` says why, `code` of which question."""

    def __init__(self, code: str, fault: Fault) -> None:
        super().__init__(f"{code}: {fault}")
        self.code = code
        self.fault = fault


def read(question: Question, given: Sequence[str], *, on: dt.date) -> Answer | None:
    """An answer as it is kept, of what was written or chosen; None for nothing. Raises Wrong.

    Fastlagt i projektet: digits of every script are numbers, «٣» as well as 3.
    """
    words = [cleaned for one in given if (cleaned := plain(one))]
    if not words:
        return None
    match question.kind:
        case Kind.MANY:
            return _chosen(question, words)
        case Kind.ONE | Kind.YES_NO:
            return _chosen(question, words[:1])[0]
        case Kind.TEXT:
            if len(words[0]) > TEXT_MOST:
                raise Wrong(question.code, Fault.TOO_LONG)
            return words[0]
        case Kind.NUMBER:
            return _number(question, words[0], question.least, question.most)
        case Kind.YEAR:
            return _number(question, words[0], EARLIEST.year, on.year)


def checked(form: Form, answers: Mapping[str, object], *, on: dt.date) -> dict[str, Answer]:
    """Answers from elsewhere, each held against its question. Raises Wrong for the first that
    cannot be. Fastlagt i projektet: «hvert svar hører til et spørgsmål i skemaet»."""
    by_code = {question.code: question for question in form.questions}
    found: dict[str, Answer] = {}
    for code, given in answers.items():
        if code not in by_code:
            raise Wrong(code, Fault.QUESTION)
        said = [str(one) for one in given] if isinstance(given, list) else [str(given)]
        if (answer := read(by_code[code], said, on=on)) is not None:
            found[code] = answer
    return found


def plain(text: str) -> str:
    """Words with single spaces between them, without what nobody types, digits as 0 to 9.

    Fastlagt i projektet: «det, der gemmes, er det, der kan ses».
    """
    words = " ".join(_UNTYPED.sub(" ", text).split())
    return re.sub(r"\d", lambda found: str(unicodedata.digit(found[0])), words)


def _chosen(question: Question, codes: Sequence[str]) -> list[str]:
    """In the order of the choices, each once."""
    if not set(codes) <= set(question.choices):
        raise Wrong(question.code, Fault.CHOICE)
    if len(set(codes)) > 1 and not question.alone.isdisjoint(codes):
        raise Wrong(question.code, Fault.ALONE)
    return [one for one in question.choices if one in codes]


def _number(question: Question, word: str, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(word):
        raise Wrong(question.code, Fault.YEAR if question.kind is Kind.YEAR else Fault.NUMBER)
    if not least <= int(word) <= most:
        raise Wrong(question.code, Fault.YEAR if question.kind is Kind.YEAR else Fault.RANGE)
    return int(word)


def fault_words(question: Question, fault: Fault, errors: Mapping[str, str]) -> str:
    """What is wrong with an answer, in the words of a language (words/form, [errors]).

    Fastlagt i projektet: «hver fejl siger, hvad der kan svares».
    """
    alone = next((question.choices[one] for one in question.choices if one in question.alone), "")
    return errors[fault].format(
        least=question.least, most=question.most, choice=alone, limit=TEXT_MOST
    )


def parts_of(form: Form, answers: Answers) -> dict[str, tuple[str | int, ...]]:
    """Every answer of a form as a part that can be held against another; unanswered is empty.

    Fastlagt i projektet: «to, der skriver samtidig, ser begge svar».
    """
    return {question.code: part_of(answers.get(question.code)) for question in form.questions}


def part_of(answer: Answer | None) -> tuple[str | int, ...]:
    """The same of one answer. Fastlagt i projektet: «intet svar er også et svar»."""
    if answer is None:
        return ()
    return tuple(answer) if isinstance(answer, list) else (answer,)


def answer_of(question: Question, part: Sequence[object]) -> Answer | None:
    """And back. Fastlagt i projektet: «flere svar er en liste»."""
    if not part:
        return None
    if question.is_many:
        return [str(one) for one in part]
    return part[0] if isinstance(part[0], int) else str(part[0])
