"""Where she would like to go, and the courses there are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from courses.queries.found import MONDAY_TO_SUNDAY, FoundPage, found_page
from courses.queries.places import place
from courses.rules.spread import Part
from courses.views.find.around import Around, around
from roegfri import clock
from roegfri.actor import current
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.public.languages import DANISH
from roegfri.public.pages import public

# As many as an old phone reads at once.
SIZE = 30


@public
def listing(request: HttpRequest, language: str = DANISH.code) -> HttpResponse:
    """The choice of a place; once something is asked for, the courses there."""
    here = around(request, language)
    if here.language not in here.languages:
        return redirect(here.list_in(DANISH))
    asked, skip = here.asked, SIZE * (here.asked.page - 1)
    most = SIZE if asked.is_asked else 0
    found = found_page(current(), asked.wanted, at=here.at, skip=skip, most=most)
    if asked.is_asked and found.number and not found.courses:
        return redirect(here.list_in(here.language))
    return here.shown(
        request,
        "public/find/list.html" if asked.is_asked else "public/find/choose.html",
        place=here.places.get(asked.municipality),
        languages=[(one, here.list_in(one)) for one in here.languages],
        here=here.list_in(here.language).partition("?")[0],
        asked=asked,
        lines=here.lines(found.courses),
        is_bad_postcode=_is_unknown(asked.postcode),
        **_choices(here, found),
        **_onwards(here, found),
    )


def _is_unknown(postcode: str) -> bool:
    """Whether somebody wrote one that is none; the list is then sorted by the nearest there is."""
    where = place(current(), postcode) if postcode else None
    return bool(postcode) and (where is None or where.estimated)


def _choices(here: Around, found: FoundPage) -> dict[str, Any]:
    """What the form offers, and the municipalities with how many courses each has."""
    words, asked = here.language.words, here.asked
    find = words["find"]
    days = zip(MONDAY_TO_SUNDAY, find["weekdays"], strict=True)
    parts = zip(Part, words["signup"]["parts"], strict=True)
    numbers = {code: _number(here, number) for code, number in found.numbers.items()}
    return {
        "days": [(day, name, day in asked.weekdays) for day, name in days],
        "parts": [(part, name, part in asked.parts) for part, name in parts],
        "spoken": [(one, find["spoken"].get(one.casefold())) for one in found.languages],
        "places": [(one, numbers.get(code, "")) for code, one in here.places.items()],
    }


def _onwards(here: Around, found: FoundPage) -> dict[str, Any]:
    """How many there are, and where one can go from here."""
    page, agreement = here.asked.page, _agreement(here)
    more = page * SIZE < found.number
    return {
        "number": _number(here, found.number),
        "next": here.list_in(here.language, page + 1) if more else "",
        "previous": here.list_in(here.language, page - 1) if page > 1 else "",
        "partners": f"?aftale={agreement}" if agreement else "",
    }


def _number(here: Around, number: int) -> str:
    said: str = here.language.words["find"]["number"]
    return said.format(number=number)


def _agreement(here: Around) -> str:
    """That of the municipality asked for: its citizens may choose any course of it."""
    chosen = here.places.get(here.asked.municipality)
    if chosen is None:
        return ""
    today = clock.danish_date(here.at)
    found = lookup.agreement_of(chosen.municipality, today, Scope.CESSATION)
    return found.slug if found else ""
