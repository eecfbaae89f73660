"""The list of courses inside the page of another site: to be read, and left by its links."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from typing import cast

from csp.constants import NONE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from courses.queries.found import found_page
from courses.views.find.around import Around, around
from roegfri.actor import current
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.public.pages import browser_languages, public
from roegfri.ui.stored import for_everybody

View = Callable[..., HttpResponse]
# As many as one reads inside another page; the rest are on our own.
MOST = 50
FRESH = 60  # seconds


def framed(view: View) -> View:
    """Lets other sites show a page in a frame (EMBED_SITES; any of https where none is named), and
    takes from it whatever a page that is only read can do without."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        rules = {
            "frame-ancestors": settings.EMBED_SITES or ["https:"],
            "form-action": [NONE],
            "script-src": [NONE],
            "connect-src": [NONE],
        }
        response = cast(HttpResponse, csp_replace(rules)(view)(request, *args, **kwargs))
        response.xframe_options_exempt = True
        response["Vary"] = "Accept-Language"
        return for_everybody(response, seconds=FRESH)

    return shown


@framed
@public
def courses(request: HttpRequest, code: int | None = None, language: str = "") -> HttpResponse:
    """The courses of everybody, or of one municipality, narrowed by the address as on Find et hold.

    In the language of the address; where it names none, in the one the reader's browser asks for.
    """
    here = around(request, language or DANISH.code)
    place = None
    if code is not None:
        place = here.places.get(f"{code:03d}")
        if place is None:
            raise Http404
        here = replace(here, asked=replace(here.asked, municipality=place.code, agreement=""))
    offered = {one.code for one in (place.languages if place else here.languages)}
    here = replace(here, language=_language(request, language, offered))
    found = found_page(current(), here.asked.wanted, at=here.at, most=MOST)
    return here.shown(
        request,
        "public/embed.html",
        place=place,
        lines=here.lines(found.courses),
        every=_every(here),
        more=found.number > MOST,
    )


def _language(request: HttpRequest, named: str, offered: Collection[str]) -> Language:
    """The one that is named, else the first the browser asks for; Danish where it is not shown."""
    wanted = [named] if named else browser_languages(request)
    return next((LANGUAGES[code] for code in wanted if code in offered), DANISH)


def _every(here: Around) -> str:
    """The whole list, on its own page."""
    return here.list_in(here.language)
