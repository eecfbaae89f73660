"""A citizen's own link as a request meets it: what it opens, or why it opens nothing."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from courses.queries.form_links import Seen, link_seen
from courses.rules.stopbase import Form
from roegfri import clock
from roegfri.accounts import limits
from roegfri.actor import current
from roegfri.public.languages import DANISH, LANGUAGES, Language, Words
from roegfri.public.pages import View, browser_languages, page
from roegfri.public.strangers import address_mark, from_our_page

WINDOW = dt.timedelta(hours=1)
# A whole class may fill it in behind one address; nobody presses a button so often by hand.
GUESSES, PRESSES = 60, 300
SEND = "send"


def unlisted(view: View) -> View:
    """For no search engine, and the secret in the address is told to no other site."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answered


@dataclass(frozen=True, slots=True)
class Own:
    """A link that opens a form, or did, and the request by which its holder came."""

    request: HttpRequest
    secret: str
    seen: Seen
    at: dt.datetime
    language: Language
    form: Form
    words: Words

    def address(self, part: str = "", language: Language | None = None) -> str:
        """Of a part, or of the beginning, in a language; Danish need not be named where the browser
        would get it anyhow."""
        given = {"secret": self.secret}
        there = (
            reverse("courses:own_form_part", kwargs={**given, "part": part})
            if part
            else reverse("courses:own_form", kwargs=given)
        )
        language = language or self.language
        unsaid = _shown(self.seen, browser_languages(self.request))
        plain = language is DANISH and unsaid is DANISH
        return there if plain else f"{there}?sprog={language.code}"

    def next_part(self, sent: frozenset[str]) -> str:
        """The first that has not been sent; when all have, the last step."""
        return next((one.code for one in self.form.parts if one.code not in sent), SEND)

    def shown(self, template: str, here: str, **context: Any) -> HttpResponse:
        """A page of the form, in the languages its municipality shows."""
        return page(
            self.request,
            template,
            self.language,
            place=self.seen.place,
            languages=[(one, self.address(here, one)) for one in self.seen.place.languages],
            form_words=self.words,
            parts=[(one, one.code in self.seen.sent) for one in self.form.parts],
            here=here,
            action=self.address(here),
            **context,
        )


def with_link(
    request: HttpRequest, secret: str, answer: Callable[[Own], HttpResponse]
) -> HttpResponse:
    """The answer where the link is open; else why it is not, and what to do."""
    at = clock.now()
    seen = link_seen(current(), secret, at=at)
    if seen is None:
        return _unknown(request, at)
    own = _own(request, secret, seen, at)
    if seen.state != "open":
        return over(own)
    key = f"own-form:{seen.enrolment}"
    if request.method == "POST" and not limits.take(key, limit=PRESSES, window=WINDOW, at=at):
        return _problem(request, own.language, "busy", HTTPStatus.TOO_MANY_REQUESTS)
    return answer(own)


def over(own: Own) -> HttpResponse:
    """Used, ended or too old by now: gone, and whom to call."""
    now = link_seen(current(), own.secret, at=own.at)
    state = now.state if now and now.state != "open" else "ended"
    return _problem(own.request, own.language, state, HTTPStatus.GONE, own)


def from_our_own_page(request: HttpRequest) -> bool:
    """As the sign-up asks it (from_our_page). These pages tell no site where one comes from, and a
    browser that keeps to that sends «null» with a form: an older one says no more, and whoever
    sends a form here has the secret anyhow."""
    if from_our_page(request):
        return True
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return request.headers.get("Origin") == "null" and site == "same-origin"


def _own(request: HttpRequest, secret: str, seen: Seen, at: dt.datetime) -> Own:
    """In the language of the address; where it names none, in the browser's."""
    asked = request.GET.get("sprog", "")
    language = _shown(seen, [asked] if asked else browser_languages(request))
    words = language.said(municipality=seen.place.name)["form"]
    return Own(request, secret, seen, at, language, seen.form(language), words)


def _shown(seen: Seen, wanted: Sequence[str]) -> Language:
    """The first of those that its municipality shows, else Danish."""
    return next((LANGUAGES[one] for one in wanted if seen.place.shows(one)), DANISH)


def _unknown(request: HttpRequest, at: dt.datetime) -> HttpResponse:
    """Nobody's link; guessing is counted by address."""
    language = LANGUAGES.get(request.GET.get("sprog", ""), DANISH)
    key = f"own-form-guess:{address_mark(request, at)}"
    if limits.take(key, limit=GUESSES, window=WINDOW, at=at):
        return _problem(request, language, "unknown", HTTPStatus.NOT_FOUND)
    response = _problem(request, language, "busy", HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(limits.wait(key, window=WINDOW, at=at))
    return response


def _problem(
    request: HttpRequest, language: Language, what: str, status: HTTPStatus, own: Own | None = None
) -> HttpResponse:
    place = own.seen.place if own else None
    words = (own.words if own else language.words["form"])["problems"]
    return page(
        request,
        "public/form_problem.html",
        language,
        place=place,
        languages=[(one, own.address("", one)) for one in place.languages] if own and place else (),
        heading=words[f"{what}_heading"],
        text=words[what],
        status=status,
    )
