"""What anybody may read: the description of the API, as OpenAPI and as a page."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from roegfri.accounts.roles import Right
from roegfri.api import problems
from roegfri.api.openapi import document
from roegfri.api.page import docs_page
from roegfri.api.problems import Problem


@transaction.non_atomic_requests
@csrf_exempt
@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, in the language asked for."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@transaction.non_atomic_requests
@csrf_exempt
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same as a page, for people."""
    site = request.build_absolute_uri("/").rstrip("/")
    context = {"page": docs_page(document(), site), "requests": settings.API_REQUESTS}
    return render(request, "api/docs.html", context)


@transaction.non_atomic_requests
@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Any other address."""
    return problems.answer(Problem("not-found"), request)


for _view in (openapi, docs, nothing):
    setattr(_view, "right", Right.EVERYONE)  # noqa: B010  (open to all; a function has no such)
