"""What every page of Find et hold knows of whoever asks: a language, a search, the day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from courses.forms.find import Asked, asked
from courses.queries.found import FoundCourse, Told
from referrals.views.public_form import form_of
from roegfri import clock
from roegfri.actor import current
from roegfri.public import queries
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.pages import page
from roegfri.public.places import Place


@dataclass(frozen=True, slots=True)
class Line:
    """A course in a list, and the address of its page."""

    told: Told
    address: str


@dataclass(frozen=True, slots=True)
class Around:
    """`places` are the municipalities that can be chosen, by code, in the order of their names.
    `language` is what was asked for, shown or not."""

    at: dt.datetime
    places: Mapping[str, Place]
    asked: Asked
    language: Language

    @property
    def languages(self) -> Sequence[Language]:
        """Those that at least one municipality shows."""
        shown = {one.code for place in self.places.values() for one in place.languages}
        return [one for one in LANGUAGES.values() if one is DANISH or one.code in shown]

    def list_in(self, language: Language, page: int = 1) -> str:
        """The list with the same search, in a language."""
        return _address("find:list", language) + self.asked.address(page)

    def page_of(self, what: str, pk: UUID, language: Language) -> str:
        """A page of one course ("course" or "sign_up"), with the same search beside it."""
        return _address(f"find:{what}", language, pk=pk) + self.asked.address()

    def call_me(self) -> str:
        """The form of the municipality she looks in, or the choice of one."""
        if chosen := self.places.get(self.asked.municipality):
            return form_of(chosen, self.language)
        return _address("signup:choose", self.language)

    def shown(
        self, request: HttpRequest, template: str, *, place: Place | None = None, **context: Any
    ) -> HttpResponse:
        """A page in this language."""
        said = {"foreign": self.language is not DANISH, "call_me": self.call_me(), **context}
        return page(request, template, self.language, place=place, **said)

    def lines(self, courses: Sequence[FoundCourse]) -> list[Line]:
        """Courses in this language; the page of each in it where its host shows that."""
        return [Line(self.told(one), self._page_of(one)) for one in courses]

    def told(self, course: FoundCourse, language: Language | None = None) -> Told:
        """A course in this language, or in the one it is shown in."""
        return Told(course, language or self.language, clock.danish_date(self.at))

    def _page_of(self, course: FoundCourse) -> str:
        place = self.places.get(course.host_code)
        shown = place is not None and place.shows(self.language.code)
        return self.page_of("course", course.id, self.language if shown else DANISH)


def around(request: HttpRequest, language: str) -> Around:
    """Raises Http404 for what is no language of ours. Two statements."""
    if language not in LANGUAGES:
        raise Http404
    at = clock.now()
    places = {one.code: one for one in queries.places(current(), on=clock.danish_date(at))}
    search = asked(request.GET, municipalities=places)
    return Around(at, places, search, LANGUAGES[language])


def _address(name: str, language: Language, **given: UUID) -> str:
    code = {} if language is DANISH else {"language": language.code}
    return reverse(name, kwargs={**given, **code})
