"""What every view ends with: show a page, carry out a form, or say why not."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from roegfri.refusal import Conflict, Refusal
from roegfri.ui import drafts

CONFLICT, UNPROCESSABLE = 409, 422
F = TypeVar("F", bound=forms.BaseForm)


def submitted(request: HttpRequest, form: forms.Form, act: Callable[..., object]) -> bool:
    """Runs `act` with the form's clean data; a Refusal becomes an error of the form.

    A refused form is shown with everything that was typed, and status 422; or 409, when it has been
    carried out before and said something else then, or what it was about has changed meanwhile.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(**form.cleaned_data)
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal))
        request.conflict = isinstance(refusal, Conflict)  # type: ignore[attr-defined]
        return False
    if drafts.may_have(request):
        drafts.forget(request.actor.user_id, request.path)  # type: ignore[attr-defined]
    return True


def typed(request: HttpRequest, *, sent_to: str = "") -> QueryDict | None:
    """What a form is bound to: what was sent; or the draft that waits; or None, a fresh form.

    `sent_to` is the address the form is sent to, where that is not the page's own. A page that
    found a draft says so (context variable `draft`: the draft's key) and lets it be thrown away.
    """
    if request.method == "POST":
        return request.POST
    key = sent_to or request.path
    waiting = drafts.find(request.actor.user_id, key) if drafts.may_have(request) else None  # type: ignore[attr-defined]
    if waiting is not None:
        request.draft = key  # type: ignore[attr-defined]
    return waiting


def filled(request: HttpRequest, form_class: type[F], *, sent_to: str = "", **given: Any) -> F:
    """A form with what was sent, or with the draft that waits (and no errors yet), or fresh."""
    data = typed(request, sent_to=sent_to)
    form = form_class(data, request.FILES or None, **given)
    if request.method != "POST" and form.is_bound:
        # A draft is half a form: what is missing is no mistake before it is sent.
        form.errors.clear()
    return form


def show(
    request: HttpRequest,
    page: str,
    context: dict[str, Any],
    *,
    part: str = "",
    status: int = 0,
) -> HttpResponse:
    """The whole page; or, to htmx, only the part of it named `part`.

    Renders here and now, inside the request's transaction and scope. A page with a refused form
    answers 422, or 409 (see `submitted`).
    """
    refused = any(
        isinstance(v, forms.BaseForm) and v.is_bound and v.errors for v in context.values()
    )
    wrong = CONFLICT if getattr(request, "conflict", False) else UNPROCESSABLE
    bad_post = request.method == "POST" and refused
    context = {"draft": getattr(request, "draft", ""), **context}
    template = part if part and request.headers.get("HX-Request") else page
    response = render(request, template, context, status=status or (wrong if bad_post else 200))
    patch_vary_headers(response, ["HX-Request"])
    return response


def problem(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """A page in plain Danish for 403, 404, 429 and the like: what happened and what to do."""
    return render(request, f"{status}.html", context, status=status)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back again; a page part is told to go there as a whole page."""
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
