"""Version 1 of the API: its addresses come from the apps above, and are named in the settings."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from roegfri.api import faults, problems
from roegfri.api.bodies import StrictParser
from roegfri.api.problems import Problem

# Where a body's own field names begin in the path of an error: after "body" and the parameter.
_BODY = 2

api = NinjaAPI(
    title="Røgfri",
    version="1.0",
    description=cast(
        str,
        _(
            "Her afleverer andre it-systemer henvisninger til rygestop, som MedCom-beskeder eller"
            " som JSON, og følger, hvor langt de er. Og her læser alle, hvilke rygestopforløb der"
            " er åbne for tilmelding."
        ),
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, fault: Problem) -> HttpResponse:
    return problems.answer(fault, request)


@api.exception_handler(HttpError)
def _refused_by_framework(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """The framework wraps what a parser raises."""
    cause = fault.__cause__
    known = cause if isinstance(cause, Problem) else problems.of_status(fault.status_code)
    return problems.answer(known, request)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    errors = faults.in_words(fault.errors, skip=_BODY)
    if all(not error.field for error in errors):
        return problems.answer(Problem("malformed"), request)
    return problems.answer(Problem("invalid", errors=errors), request)


def _always(slug: str) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, _fault: problems.answer(Problem(slug), request)


# Raised by Django itself; its own pages for them are made for people.
for _fault, _slug in (
    (Http404, "not-found"),
    (PermissionDenied, "not-found"),
    (RequestDataTooBig, "too-large"),
    (SuspiciousOperation, "bad-request"),
    (UnreadablePostError, "malformed"),
):
    api.add_exception_handler(_fault, _always(_slug))


@api.exception_handler(Exception)
def _unexpected(_request: HttpRequest, fault: Exception) -> HttpResponse:
    """To Django, which logs it and undoes the transaction; the door turns its page into words."""
    raise fault


def _routers() -> list[Any]:
    return list(settings.API_ROUTERS)


for _router in _routers():
    api.add_router("", _router)
