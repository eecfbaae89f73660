"""Offentlig tilmelding: open to everybody, in the languages a municipality shows."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from referrals.views.public_form import form_of, language_of, municipality_door, opened, sent
from roegfri import clock
from roegfri.actor import current
from roegfri.public import queries
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.pages import page, public


@public
def choose(request: HttpRequest, language: str = DANISH.code) -> HttpResponse:
    """Where she lives. In another language it lists all, once one municipality shows that."""
    on, named = clock.today(), request.GET.get("kommune", "")
    everywhere = queries.places(current(), on=on)
    offered = {one.code: one for place in everywhere for one in place.languages}
    offered.setdefault(DANISH.code, DANISH)
    if language not in LANGUAGES:
        raise Http404
    if language not in offered:
        return redirect("signup:choose")
    found = [one for one in everywhere if named.strip().casefold() in one.name.casefold()]
    return page(
        request,
        "public/choose.html",
        LANGUAGES[language],
        languages=[(one, _choose_in(one)) for one in LANGUAGES.values() if one.code in offered],
        places=[(one, form_of(one, LANGUAGES[language])) for one in found],
        named=named[:60],
    )


@public
def form(request: HttpRequest, code: int, language: str = DANISH.code) -> HttpResponse:
    """The form of one municipality."""
    place = queries.place(current(), str(code), on=clock.today())
    shown = language_of(request, place, language)
    if shown is None:
        return redirect("signup:form", code=place.code)
    door = municipality_door(place)
    return (sent if request.method == "POST" else opened)(request, door, shown)


def _choose_in(language: Language) -> str:
    given = {} if language is DANISH else {"language": language.code}
    return reverse("signup:choose", kwargs=given)
