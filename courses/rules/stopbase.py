"""STOPbasen's form: its shape, which of the two it is, which questions apply, what is missing."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from courses.states import FormKind
from roegfri import clock

# «unge mellem 16- 25 år»: who has not turned 26.
_YOUTH_UNTIL = 25

# As JSON keeps it: a choice, several choices, a number, or words.
Answer = str | int | list[str]
Answers = Mapping[str, Answer]


class Kind(StrEnum):
    """What sort of answer a question has."""

    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    YEAR = "year"
    TEXT = "text"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """A question is asked only where another was answered so: one of `among`, or a number of at
    least so many."""

    code: str
    among: frozenset[str] = frozenset()
    at_least: int | None = None

    def holds(self, answers: Answers) -> bool:
        """Whether what was answered is so; without an answer it is not."""
        given = answers.get(self.code)
        if isinstance(given, int):
            return self.at_least is not None and given >= self.at_least
        chosen = given if isinstance(given, list) else [given]
        return not self.among.isdisjoint(one for one in chosen if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `choices` are words by their code; `alone` those that go with no other.

    `needed`: the form is not complete without it. `known` names what the house may know already.
    A number lies between `least` and `most`, in `unit`.
    """

    code: str
    part: str
    label: str
    kind: Kind
    choices: Mapping[str, str] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    hint: str = ""
    unit: str = ""
    least: int = 0
    most: int = 0
    needed: bool = False
    only_if: OnlyIf | None = None
    known: str = ""

    @property
    def is_many(self) -> bool:
        """Whether more than one choice can be made."""
        return self.kind is Kind.MANY

    def applies(self, answers: Answers) -> bool:
        """Whether it is to be asked, after what was answered to the others."""
        return self.only_if is None or self.only_if.holds(answers)

    def said(self, answer: Answer) -> str:
        """An answer in words; a code that is no longer a choice stands as it is."""
        if isinstance(answer, list):
            return ", ".join(self.choices.get(one, one) for one in answer)
        if isinstance(answer, int):
            return f"{answer} {self.unit}".strip()
        return self.choices.get(answer, answer)


@dataclass(frozen=True, slots=True)
class Part:
    """Questions that stand together."""

    code: str
    label: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Form:
    """One edition of a form, in force from `edition`; its questions in STOPbasen's typing order."""

    kind: FormKind
    edition: dt.date
    parts: Sequence[Part]

    @property
    def questions(self) -> Iterator[Question]:
        """All of them, in order."""
        return (question for part in self.parts for question in part.questions)

    def part(self, code: str) -> Part | None:
        """One part of it."""
        return next((part for part in self.parts if part.code == code), None)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the needed questions are answered, and which are not."""

    answered: int
    needed: int
    missing: Sequence[Question]

    @property
    def is_complete(self) -> bool:
        """Nothing is missing."""
        return not self.missing

    @property
    def percent(self) -> int:
        """How much is answered, whole percent rounded down; 100 only when nothing is missing."""
        return 100 * self.answered // self.needed if self.needed else 100


def which_form(birth_date: dt.date | None, on: dt.date) -> FormKind:
    """Which form a participant of that age fills in; without a known birth date the usual one.

    S1: «unge mellem 16- 25 år, børn op til 16 år». Fastlagt i projektet: up to and including 25 it
    is STOPbasen's form for the young; a counsellor may take the other.
    """
    if birth_date is None:
        return FormKind.BASIS
    young = clock.age_on(birth_date, on) <= _YOUTH_UNTIL
    return FormKind.YOUTH if young else FormKind.BASIS


def fitting(questions: Collection[Question], answers: Answers) -> dict[str, Answer]:
    """The answers that belong: to these questions, and only to those that are to be asked.

    Fastlagt i projektet: «den længste periode» counts for nothing where she has not tried before.
    """
    found: dict[str, Answer] = {}
    for question in questions:
        if question.code in answers and question.applies(found):
            found[question.code] = answers[question.code]
    return found


def completeness(form: Form, answers: Answers) -> Completeness:
    """What is answered of what is needed. S1: «Skal udfylde skema til Rygestopbasen».

    What is not to be asked is not missing.
    """
    return completeness_of(list(form.questions), answers)


def completeness_of(questions: Collection[Question], answers: Answers) -> Completeness:
    """The same of some of them, such as one part. S1: «Skal udfylde skema til Rygestopbasen»."""
    given = fitting(questions, answers)
    needed = [one for one in questions if one.needed and one.applies(given)]
    missing = [one for one in needed if one.code not in given]
    return Completeness(len(needed) - len(missing), len(needed), missing)
