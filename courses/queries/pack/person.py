"""What of one participant is typed into STOPbasen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from courses.queries.endings import Ended
from courses.queries.pack.known import Known
from courses.queries.pack.values import Value
from courses.rules.stopbase import Completeness, Form, Question, completeness, fitting
from roegfri import clock
from roegfri.persons import cpr
from roegfri.refusal import Words

NUMBER, FORM = "cpr", "skema"
_OF = Callable[["Person"], object]
# Named as in data/stopbasen/pakke.csv, but NUMBER and FORM: the words of the screen, and the value.
_FACTS: Mapping[str, tuple[Words, _OF]] = {
    "tilmeldt": (_("Tilmeldt"), lambda one: clock.danish_date(one.ended.enrolled_at)),
    "mødt": (_("Mødt, antal mødegange"), lambda one: one.ended.attended),
    "tilbudt": (_("Mødegange i alt"), lambda one: one.ended.offered or None),
    "gennemført": (_("Gennemført (STOPbasen)"), lambda one: one.ended.by_stopbase),
    "stoppet": (_("Hvorfor stoppet før tid"), lambda one: one.ended.because),
    "planlagt": (_("Planlagt rygestop"), lambda one: one.ended.planned_quit_on),
    "rygestop": (_("Faktisk rygestop"), lambda one: one.ended.actual_quit_on),
    "røgfri": (_("Røgfri ved afslutningen"), lambda one: one.ended.smoke_free_words),
    "kulilte": (_("Kulilte (ppm)"), lambda one: one.ended.co),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One who agreed. `form` is the edition her answers are of, or the one she is to fill in."""

    ended: Ended
    known: Known
    form: Form

    @property
    def completeness(self) -> Completeness:
        """Of the form."""
        return completeness(self.form, self.known.answers)

    def values(self, order: list[str], *, whole: bool, every: bool = False) -> list[Value]:
        """In that order; not `whole`: her number is masked. Questions that are not to be asked of
        her are left out, unless `every` is wanted."""
        return [value for name in order for value in self._values(name, whole=whole, every=every)]

    def _values(self, name: str, *, whole: bool, every: bool) -> Iterator[Value]:
        if name == FORM:
            yield from self._answers(every=every)
        elif name == NUMBER:
            number = self.known.number
            written = f"{number[:6]}-{number[6:]}" if number else ""
            masked = cpr.masked(number) if number and not whole else ""
            yield Value(name, _("CPR-nummer"), written, masked)
        else:
            words, of = _FACTS[name]
            yield Value(name, words, of(self))

    def _answers(self, *, every: bool) -> Iterator[Value]:
        questions = list(self.form.questions)
        given = fitting(questions, self.known.answers)
        for one in questions:
            if every or one.applies(given):
                yield Value(f"{FORM}.{one.code}", _label(one), _said(one, given.get(one.code)))


def _label(question: Question) -> str:
    return f"{question.label} ({question.unit})" if question.unit else question.label


def _said(question: Question, answer: str | int | list[str] | None) -> object:
    if answer is None or isinstance(answer, int):
        return answer
    return question.said(answer)
