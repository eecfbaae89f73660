"""One course: when, where, for whom; and to sign up for it."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from courses.commands.signup import sign_up_for
from courses.queries.found import FoundCourse, course_found, found_page
from courses.views.find.around import Around, around
from referrals.views.public_form import Door, language_of, opened, sent
from roegfri.actor import current
from roegfri.public import stamps
from roegfri.public.languages import DANISH
from roegfri.public.pages import public
from roegfri.public.places import Place

# Of those that might suit instead.
OTHERS = 3


@public
def course(request: HttpRequest, pk: UUID, language: str = DANISH.code) -> HttpResponse:
    """All there is to know before one signs up."""
    here = around(request, language)
    found = _found(here, pk)
    place = here.places.get(found.host_code) if found else None
    if found is None or place is None:
        return _gone(request, here)
    if not place.shows(language):
        return redirect(here.page_of("course", pk, DANISH))
    return here.shown(
        request,
        "public/find/course.html",
        place=place,
        languages=[(one, here.page_of("course", pk, one)) for one in place.languages],
        told=here.told(found),
        sign_up=here.page_of("sign_up", pk, here.language),
        back=here.list_in(here.language) if here.asked.is_asked else _around_it(here, place),
    )


@public
def sign_up(request: HttpRequest, pk: UUID, language: str = DANISH.code) -> HttpResponse:
    """The form of its host, with the course above it.

    What was written while the course was open is received, or is on the host's own form.
    """
    here = around(request, language)
    found = _found(here, pk)
    place = here.places.get(found.host_code if found else _stamped_for(request, pk))
    if place is None:
        return _gone(request, here)
    shown = language_of(request, place, language)
    if shown is None:
        return redirect(here.page_of("sign_up", pk, DANISH))
    door = Door(
        place=place,
        stamped=f"{place.code}/{pk}",
        address=lambda one: here.page_of("sign_up", pk, one),
        command=partial(sign_up_for, pk),
        template="public/find/sign_up.html",
        more={
            "told": here.told(found, shown) if found else None,
            "back": here.page_of("course", pk, shown),
        },
    )
    return (sent if request.method == "POST" else opened)(request, door, shown)


def _found(here: Around, pk: UUID) -> FoundCourse | None:
    try:
        return course_found(current(), pk, at=here.at, postcode=here.asked.postcode)
    except Http404:
        return None


def _stamped_for(request: HttpRequest, pk: UUID) -> str:
    """Whose course it was when the form was opened, by its stamp; empty where there is none."""
    code, _, course = stamps.place_of(request.POST.get("stamp", "")).partition("/")
    return code if course == str(pk) else ""


def _around_it(here: Around, place: Place) -> str:
    """The list of its host, for whoever came by another way than the list."""
    return f"{here.list_in(here.language)}?kommune={place.code}"


def _gone(request: HttpRequest, here: Around) -> HttpResponse:
    """Kindly, with others that suit what she had looked for."""
    shown = here.language in here.languages
    here = here if shown else around(request, DANISH.code)
    asked = here.asked
    others = found_page(current(), asked.wanted, at=here.at, most=OTHERS if asked.is_asked else 0)
    return here.shown(
        request,
        "public/find/gone.html",
        lines=here.lines(others.courses),
        back=here.list_in(here.language),
        status=HTTPStatus.NOT_FOUND,
    )
