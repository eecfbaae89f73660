"""Public addresses know no cookie; and under a neutral name there is nothing else."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from roegfri.public import pages
from roegfri.public.languages import DANISH
from roegfri.public.strangers import is_neutral

GetResponse = Callable[[HttpRequest], HttpResponse]
ROOT = "/tilmeld/"
# Read by programs, by a secret link: no page of the sign-up, and as little of a session's.
CALENDARS = "/kalender/"
FIND = "/find-hold/"
# A citizen's own link to STOPbasen's form.
FORMS = "/skema/"
# The same inside other sites' pages (courses/views/embed.py).
FRAMED = "/indlejr/"
_OPEN = (ROOT, FIND, FRAMED, CALENDARS, FORMS)
# What the law asks of every public site stands under a neutral name as well.
_STATEMENTS = ("/tilgaengelighed/", "/was")


def without_cookies(get_response: GetResponse) -> GetResponse:
    """No cookie is read and none is set on a public page, whoever is signed in to the rest.

    Stands before the session, so that a counsellor who looks at the page is nobody there.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        neutral, path = is_neutral(request), request.path_info
        if not neutral and not path.startswith(_OPEN):
            return get_response(request)
        request.COOKIES = {}
        response = _elsewhere(request, path) if neutral else None
        response = response or get_response(request)
        response.cookies.clear()
        return response

    return handle


def _elsewhere(request: HttpRequest, path: str) -> HttpResponse | None:
    """The answer to what is not to be had under a neutral name."""
    if path == "/":
        return HttpResponseRedirect(ROOT)
    if path.startswith(_OPEN) or path in _STATEMENTS:
        return None
    return pages.problem(request, DANISH, "not_found", HTTPStatus.NOT_FOUND)
