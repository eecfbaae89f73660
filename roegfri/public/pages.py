"""How a public page is answered: in its language, without cookies, menu or anything of the desk.

Pages are rendered without the request, so that nothing of a session, a role or a language choice
can reach them; what the address asks for is all they know.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from roegfri.actor import Actor, Kind, acting
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.places import Place
from roegfri.public.strangers import is_neutral

View = Callable[..., HttpResponse]
METHODS = ("GET", "HEAD", "POST")
_UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


def public(view: View) -> View:
    """Marks a view as open to everybody: whoever asks is nobody, under the public door's own name.

    There is no session to forge, so Django's CSRF token (a cookie) has no part; each form checks
    where it comes from and carries a stamp. What cannot be read is answered in the page's language.
    """

    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        language = LANGUAGES.get(str(kwargs.get("language", "")), DANISH)
        request_id = getattr(request, "id", "")
        with acting(Actor(Kind.PUBLIC, "tilmeld", request_id=request_id)) as actor:
            request.actor = actor  # type: ignore[attr-defined]
            try:
                return view(request, *args, **kwargs)
            except Http404:
                return problem(request, language, "not_found", HTTPStatus.NOT_FOUND)
            except RequestDataTooBig:
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                return problem(request, language, "too_big", status)
            except _UNREADABLE:
                return problem(request, language, "bad", HTTPStatus.BAD_REQUEST)

    return opened


def browser_languages(request: HttpRequest) -> Sequence[str]:
    """The codes of the languages that the reader's browser asks for, the best first."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200])
    return [code.partition("-")[0] for code, _weight in asked]


def page(
    request: HttpRequest,
    template: str,
    language: Language,
    *,
    place: Place | None = None,
    languages: Sequence[tuple[Language, str]] = (),
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """A page in a language; `languages` are the others it can be read in, with their addresses."""
    names = {"municipality": place.name, "phone": place.municipality.phone} if place else {}
    shown = {
        "language": language,
        "words": language.said(**names),
        "place": place,
        "languages": languages,
        "neutral": is_neutral(request),
        **context,
    }
    response = HttpResponse(render_to_string(template, shown), status=status)
    response["Content-Language"] = language.code
    return response


def problem(
    request: HttpRequest, language: Language, what: str, status: HTTPStatus
) -> HttpResponse:
    """What went wrong and what to do; `what` names the words."""
    words = language.words["problems"]
    said = {"problem_heading": words[f"{what}_heading"], "problem": words[what]}
    return page(request, "public/problem.html", language, status=status, **said)
