"""The courses that citizens can choose, for municipalities' own sites and others."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from courses.api import manners, paging, texts
from courses.api.schemas import Asked, Listed, ListedPage
from courses.api.telling import told
from courses.queries.found import FoundPage, Wanted, course_found, found_page
from roegfri import clock
from roegfri.api.openapi import path_of
from roegfri.api.problems import FieldFault, Problem
from roegfri.organisations.numbers import municipality_code

router = Router(tags=["Forløb"])
_GET = ["GET", "HEAD"]
# Chosen in the address on every page of the API: the language of what is said.
_BESIDES = {"sprog"}


@router.api_operation(
    _GET, "/courses", response={HTTPStatus.OK: ListedPage}, url_name="courses", **texts.COURSES
)
def courses(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """The courses that suit, some at a time."""
    _check_known(request)
    now = clock.now()
    with manners.read_by_anybody(request, now) as viewer:
        began, after = paging.place(asked, now)
        page = found_page(viewer, _wanted(asked), at=began, most=asked.limit + 1, after=after)
    shown = page.courses[: asked.limit]
    said = {
        "courses": [told(one, request) for one in shown],
        "total": page.number,
        "next": _next(asked, page, paging.cursor(shown[-1], asked, began)) if shown else None,
    }
    return manners.answer(request, said, besides="next")


@router.api_operation(
    _GET, "/courses/{uuid:id}", response={HTTPStatus.OK: Listed}, url_name="course", **texts.COURSE
)
def course(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002  (the address's word)
    """One of them."""
    now = clock.now()
    with manners.read_by_anybody(request, now) as viewer:
        found = course_found(viewer, id, at=now)
    return manners.answer(request, told(found, request))


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        agreement=asked.agreement,
        municipality=municipality_code(asked.municipality) if asked.municipality else "",
        weekdays=frozenset(asked.weekday),
        languages=frozenset(asked.language),
        kinds=frozenset(asked.kind),
        postcode=asked.postcode,
        max_km=asked.max_km,
    )


def _next(asked: Asked, page: FoundPage, cursor: str) -> str | None:
    """The address of the rest, with everything that was asked for."""
    if len(page.courses) <= asked.limit:
        return None
    said = asked.model_dump(exclude_defaults=True, exclude={"cursor"})
    return f"{path_of('courses')}?{urlencode({**said, 'cursor': cursor}, doseq=True)}"


def _check_known(request: HttpRequest) -> None:
    """A misspelt name would narrow nothing, and nobody would notice."""
    known = {*Asked.model_fields, *_BESIDES}
    words = _("Feltet kendes ikke. Fjern det, eller ret navnet.")
    faults = [FieldFault(name[:60], words) for name in request.GET if name not in known]
    if faults:
        raise Problem("invalid", errors=faults[:50])
