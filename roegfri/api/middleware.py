"""The door to /api/: no cookies, no redirects, no pages; problems in the language asked for."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_request

from roegfri.api import problems
from roegfri.api.problems import Problem

GetResponse = Callable[[HttpRequest], HttpResponse]
# The name that roegfri/accounts/middleware.py reads the language from.
LANGUAGE_COOKIE = "language"
_READ = ("GET", "HEAD", "OPTIONS")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# What stays of an answer that is replaced.
_KEPT = ("Allow", "Retry-After")
_FIRST_ERROR = 400


def door(get_response: GetResponse) -> GetResponse:
    """Lets only the API's own manners through, whatever goes wrong behind it.

    Stands outside sessions: a browser's cookie signs nobody in here, and none is set. What is too
    large, or of unknown length, is refused before it is read.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if not is_ours(request.path_info):
            return get_response(request)
        if is_open(request.path_info) and request.method == "OPTIONS":
            return _open_to_other_sites(HttpResponse(status=HTTPStatus.NO_CONTENT))
        language = _language(request)
        # Read by the middleware inside, which has no other way of being told.
        request.COOKIES = {LANGUAGE_COOKIE: language}
        with translation.override(language):
            refused = _refused(request)
            response = problems.answer(refused, request) if refused else get_response(request)
            return _mannerly(response, request)

    return handle


def is_ours(path: str) -> bool:
    """Whether it is an address of the API, known or not."""
    return path == "/api" or path.startswith("/api/")


def is_open(path: str) -> bool:
    """Whether pages of any other site may read it: public facts alone (API_OPEN)."""
    return any(path == one or path.startswith(f"{one}/") for one in settings.API_OPEN)


def _open_to_other_sites(response: HttpResponse) -> HttpResponse:
    """What a browser asks before it lets such a page read an answer. No key or cookie is sent."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = ", ".join(_READ)
    response["Access-Control-Allow-Headers"] = "Accept-Language, If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-ID"
    response["Access-Control-Max-Age"] = "86400"
    if "Allow" in response or response.status_code == HTTPStatus.NO_CONTENT:
        response["Allow"] = ", ".join(_READ)
    return response


def _language(request: HttpRequest) -> str:
    """The one chosen in the address or in this browser, else the one asked for; a page is in the
    language of the site's other pages, whatever the browser's own is."""
    known = dict(settings.LANGUAGES)
    chosen = (request.GET.get("sprog", ""), request.COOKIES.get(LANGUAGE_COOKIE, ""))
    for code in chosen:
        if code in known:
            return code
    if request.path_info == problems.DOCS:
        return settings.LANGUAGE_CODE
    request.COOKIES = {}
    return get_language_from_request(request)


def _refused(request: HttpRequest) -> Problem | None:
    """What is wrong before anything is read."""
    if request.path_info == "/api":
        return Problem("not-found")
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return Problem("https-required")
    if request.method not in _WITH_BODY:
        return None
    if request.headers.get("Transfer-Encoding"):
        return Problem("length-required")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdecimal():
        return Problem("bad-request")
    return Problem("too-large") if int(length) > settings.UPLOAD_CAP else None


def _mannerly(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """The answer without cookies; an error page, whoever made it, as a problem."""
    if response.status_code >= _FIRST_ERROR and "json" not in response.get("Content-Type", ""):
        kept = {name: response[name] for name in _KEPT if name in response}
        problem = problems.of_status(response.status_code)
        problem.headers = kept
        response = problems.answer(problem, request)
    response.cookies.clear()
    response["Vary"] = "Accept-Language"
    return _open_to_other_sites(response) if is_open(request.path_info) else response
