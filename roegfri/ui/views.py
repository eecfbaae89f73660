"""The house's own small addresses: language, drafts, and the pages for what went wrong."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from roegfri import clock
from roegfri.ui import drafts
from roegfri.ui.screens import problem

LANGUAGE_COOKIE = "language"
_A_YEAR = 365 * 24 * 3600


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remembers the language in this browser, and goes back to where the person was."""
    response = HttpResponseRedirect(_back(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=_A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keeps what has been typed so far: ?for=<the path the form is sent to>."""
    if not drafts.may_have(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    key = drafts.key_of(request.GET.get("for", ""))
    if not key:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    try:
        drafts.keep(request.actor.user_id, key, request.POST, clock.now())  # type: ignore[attr-defined]
    except drafts.TooMuch:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throws away what waits on a screen (?for=<path>), and shows the page as new."""
    if not drafts.may_have(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    key = drafts.key_of(request.GET.get("for", ""))
    if not key:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    drafts.forget(request.actor.user_id, key)  # type: ignore[attr-defined]
    return HttpResponseRedirect(_back(request, otherwise=key))


for _view in (language, draft, discard):
    _view.right = "everyone"  # type: ignore[attr-defined]  # each looks after itself


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: what the framework itself refuses; too much is told apart from nonsense."""
    too_many = isinstance(exception, TooManyFilesSent)
    too_much = too_many or isinstance(exception, RequestDataTooBig)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_much else HTTPStatus.BAD_REQUEST
    most = settings.DATA_UPLOAD_MAX_NUMBER_FILES if too_many else 0
    with transaction.atomic():
        return problem(request, status, most=most)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: nearly always a page that stood open since an earlier sign-in, or while
    the person went on under another role."""
    with transaction.atomic():
        return problem(request, HTTPStatus.FORBIDDEN, stale=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a page that needs neither database nor context, with the id to ask about."""
    page = loader.get_template("500.html").render({"request_id": getattr(request, "id", "")})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _back(request: HttpRequest, *, otherwise: str = "/") -> str:
    """A `next` on this site; without one, the front page or what is told."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else otherwise
