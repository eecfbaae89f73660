"""The public form, wherever it stands: shown, sent, and shown again with everything typed."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from referrals.commands.signup import NotSent, SignUp, Why, sign_up
from referrals.forms.signup import SignUpForm
from roegfri import clock
from roegfri.actor import Actor, current
from roegfri.organisations.models import Municipality
from roegfri.public import stamps
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.pages import page
from roegfri.public.places import Place
from roegfri.public.stamps import Stamp
from roegfri.public.strangers import address_mark, from_our_page
from roegfri.refusal import Refusal

_STATUS: dict[Why, HTTPStatus] = {
    "elsewhere": HTTPStatus.FORBIDDEN,
    "sent_before": HTTPStatus.CONFLICT,
    "course_gone": HTTPStatus.CONFLICT,
    "many_from_here": HTTPStatus.TOO_MANY_REQUESTS,
    "many_today": HTTPStatus.TOO_MANY_REQUESTS,
}
# The stamp is good and is kept: the same form is to be sent again.
_SAME_STAMP: frozenset[Why] = frozenset({"too_fast", "many_from_here", "many_today", "trap"})
_WAIT = "900"  # seconds, for a browser or a robot that asks when to come again


class Command(Protocol):
    """sign_up, or one that does more."""

    def __call__(
        self, what: SignUp, *, to: Municipality, stamp: Stamp, mark: str, by: Actor, at: dt.datetime
    ) -> dt.date:
        """Answers with the day she is called by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A page with the form: whose it is, where, and what is done with what is sent.

    `stamped` is what its stamps are bound to, `address` where it stands in a language; `more` is
    what the template shows beside the form.
    """

    place: Place
    stamped: str
    address: Callable[[Language], str]
    command: Command = sign_up
    template: str = "public/signup.html"
    more: Mapping[str, Any] = field(default_factory=dict)


def municipality_door(place: Place) -> Door:
    """The form of a municipality itself."""
    return Door(place=place, stamped=place.code, address=lambda one: form_of(place, one))


def form_of(place: Place, language: Language) -> str:
    """That form's address: in that language where the place shows it, else in Danish."""
    if language is DANISH or not place.shows(language.code):
        return reverse("signup:form", kwargs={"code": place.code})
    return reverse("signup:form", kwargs={"code": place.code, "language": language.code})


def language_of(request: HttpRequest, place: Place, code: str) -> Language | None:
    """What the form is shown in: None where a language that is not shown (any longer) leads to the
    Danish page. What was written on it when it was is received all the same. Raises Http404 for
    what is no language of ours."""
    if code not in LANGUAGES:
        raise Http404
    if place.shows(code):
        return LANGUAGES[code]
    return DANISH if request.method == "POST" else None


def opened(request: HttpRequest, door: Door, language: Language) -> HttpResponse:
    """The empty form."""
    return _shown(request, door, SignUpForm(language), stamps.made(door.stamped, clock.now()))


def sent(request: HttpRequest, door: Door, language: Language) -> HttpResponse:
    """What was typed is received, or is shown again. Raises Http404 where it has left its agreement
    this very moment."""
    at, filled = clock.now(), SignUpForm(language, request.POST)
    stamp = stamps.read(request.POST.get("stamp", ""), door.stamped)
    why = _unsendable(request, filled)
    if why or stamp is None or not filled.is_valid():
        return _again(request, door, filled, why or "not_sent", stamp)
    try:
        call_by = door.command(
            filled.what,
            to=door.place.municipality,
            stamp=stamp,
            mark=address_mark(request, at),
            by=current(),
            at=at,
        )
    except NotSent as fault:
        return _again(request, door, filled, fault.why, stamp)
    except Refusal:
        raise Http404 from None
    return _thanked(request, door, language, call_by)


def _unsendable(request: HttpRequest, filled: SignUpForm) -> Why | None:
    if not from_our_page(request):
        return "elsewhere"
    return "trap" if filled.is_trapped else None


def _thanked(
    request: HttpRequest, door: Door, language: Language, call_by: dt.date
) -> HttpResponse:
    """The same words, whoever she is and whether we know her or not."""
    words = language.said(municipality=door.place.name, date=language.day(call_by))
    return page(
        request,
        "public/thanks.html",
        language,
        place=door.place,
        said=words["thanks"]["text"],
        form_address=door.address(language),
    )


def _again(
    request: HttpRequest, door: Door, filled: SignUpForm, why: Why, stamp: Stamp | None
) -> HttpResponse:
    """The same form with everything that was typed, and a kind word; a mistake says enough. When
    what it was about is gone, it is the municipality's own form."""
    at, wrong = clock.now(), why == "not_sent" and bool(filled.errors)
    same = stamp and not stamp.is_late(at) and (wrong or why in _SAME_STAMP)
    if why == "course_gone":
        door = municipality_door(door.place)
    response = _shown(
        request,
        door,
        filled,
        request.POST["stamp"] if same else stamps.made_again(door.stamped, at),
        notice=None if wrong else why,
        status=_STATUS.get(why, HTTPStatus.UNPROCESSABLE_ENTITY),
    )
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = _WAIT
    return response


def _shown(
    request: HttpRequest,
    door: Door,
    filled: SignUpForm,
    stamp: str,
    *,
    notice: Why | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    return page(
        request,
        door.template,
        filled.page,
        place=door.place,
        languages=[(one, door.address(one)) for one in door.place.languages],
        form=filled,
        form_address=door.address(filled.page),
        tongues=LANGUAGES.values(),
        stamp=stamp,
        notice=notice and filled.page.words["notices"][notice],
        status=status,
        **door.more,
    )
