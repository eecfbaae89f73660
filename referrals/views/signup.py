"""Offentlig tilmelding: open to everybody, in the languages a municipality shows."""

import datetime as dt
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from referrals.commands.signup import NotSent, Why, sign_up
from referrals.forms.signup import SignUpForm
from roegfri import clock
from roegfri.actor import current
from roegfri.public import queries, stamps
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.pages import page, public
from roegfri.public.places import Place
from roegfri.public.stamps import Stamp
from roegfri.public.strangers import address_mark, from_our_page
from roegfri.refusal import Refusal

_STATUS: dict[Why, HTTPStatus] = {
    "elsewhere": HTTPStatus.FORBIDDEN,
    "sent_before": HTTPStatus.CONFLICT,
    "many_from_here": HTTPStatus.TOO_MANY_REQUESTS,
    "many_today": HTTPStatus.TOO_MANY_REQUESTS,
}
# The stamp is good and is kept: the same form is to be sent again.
_SAME_STAMP: frozenset[Why] = frozenset({"too_fast", "many_from_here", "many_today", "trap"})
_WAIT = "900"  # seconds, for a browser or a robot that asks when to come again


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
        places=[(one, _form_of(one, LANGUAGES[language])) for one in found],
        named=named[:60],
    )


@public
def form(request: HttpRequest, code: int, language: str = DANISH.code) -> HttpResponse:
    """The form of one municipality.

    A language that is not shown (any longer) leads to the Danish page; what was written on it when
    it was is received all the same.
    """
    place = queries.place(current(), str(code), on=clock.today())
    if language not in LANGUAGES:
        raise Http404
    if place.shows(language):
        shown = LANGUAGES[language]
    elif request.method == "POST":
        shown = DANISH
    else:
        return redirect("signup:form", code=place.code)
    if request.method == "POST":
        return _sent(request, place, shown)
    stamp = stamps.made(place.code, clock.now())
    return _shown(request, place, SignUpForm(shown), stamp)


def _sent(request: HttpRequest, place: Place, language: Language) -> HttpResponse:
    at, filled = clock.now(), SignUpForm(language, request.POST)
    stamp = stamps.read(request.POST.get("stamp", ""), place.code)
    why = _unsendable(request, filled)
    if why or stamp is None or not filled.is_valid():
        return _again(request, place, filled, why or "not_sent", stamp)
    try:
        call_by = sign_up(
            filled.what,
            to=place.municipality,
            stamp=stamp,
            mark=address_mark(request, at),
            by=current(),
            at=at,
        )
    except NotSent as fault:
        return _again(request, place, filled, fault.why, stamp)
    except Refusal:
        raise Http404 from None  # it left its agreement this very moment
    return _thanked(request, place, language, call_by)


def _unsendable(request: HttpRequest, filled: SignUpForm) -> Why | None:
    if not from_our_page(request):
        return "elsewhere"
    return "trap" if filled.is_trapped else None


def _thanked(
    request: HttpRequest, place: Place, language: Language, call_by: dt.date
) -> HttpResponse:
    """The same words, whoever she is and whether we know her or not."""
    words = language.said(municipality=place.name, date=language.day(call_by))
    return page(
        request,
        "public/thanks.html",
        language,
        place=place,
        said=words["thanks"]["text"],
        form_address=_form_of(place, language),
    )


def _again(
    request: HttpRequest, place: Place, filled: SignUpForm, why: Why, stamp: Stamp | None
) -> HttpResponse:
    """The same form with everything that was typed, and a kind word; a mistake says enough."""
    at, wrong = clock.now(), why == "not_sent" and bool(filled.errors)
    same = stamp and not stamp.is_late(at) and (wrong or why in _SAME_STAMP)
    response = _shown(
        request,
        place,
        filled,
        request.POST["stamp"] if same else stamps.made_again(place.code, at),
        notice=None if wrong else why,
        status=_STATUS.get(why, HTTPStatus.UNPROCESSABLE_ENTITY),
    )
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = _WAIT
    return response


def _shown(
    request: HttpRequest,
    place: Place,
    filled: SignUpForm,
    stamp: str,
    *,
    notice: Why | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    return page(
        request,
        "public/signup.html",
        filled.page,
        place=place,
        languages=[(one, _form_of(place, one)) for one in place.languages],
        form=filled,
        form_address=_form_of(place, filled.page),
        tongues=LANGUAGES.values(),
        stamp=stamp,
        notice=notice and filled.page.words["notices"][notice],
        status=status,
    )


def _form_of(place: Place, language: Language) -> str:
    """The form's address: in that language where the place shows it, else in Danish."""
    if language is DANISH or not place.shows(language.code):
        return reverse("signup:form", kwargs={"code": place.code})
    return reverse("signup:form", kwargs={"code": place.code, "language": language.code})


def _choose_in(language: Language) -> str:
    given = {} if language is DANISH else {"language": language.code}
    return reverse("signup:choose", kwargs=given)
