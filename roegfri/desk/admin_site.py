"""Administration: Django's admin behind our own guard, for reference data, people and their roles.

The same guard as every screen: the right, a second factor, 403 and 404 that stay in the log. Django
renders its admin pages after the view, when the request's scope is gone; here they are rendered
inside it. There is no sign-in of its own, and no framework of permissions: the right is all.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import structlog
from django.contrib.admin import AdminSite
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import problem

View = Callable[..., Any]

BAD_REQUEST = 400
_log = structlog.get_logger("roegfri.admin")

# What Django's admin brings and this house answers elsewhere, or not at all.
CLOSED = frozenset(
    {"login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete"}
)


class Site(AdminSite):
    """The one admin site; models are registered in admin.py."""

    site_header = _("Administration")
    site_title = _("Røgfri")
    index_title = _("Brugere, organisationer og stamdata")
    final_catch_all_view = False
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators, under the grant they act by."""
        return bool(request.actor.may(Right.REFERENCE_DATA))  # type: ignore[attr-defined]

    def admin_view(self, view: View, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Every admin view is a screen."""

        def rendered(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            return response

        def read(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" or not request.GET:
                return rendered(request, *args, **kwargs)
            try:
                with transaction.atomic():
                    return rendered(request, *args, **kwargs)
            except (ValueError, OverflowError, DataError):
                # Django's lists take years, numbers and texts from the query string as they come.
                _log.warning("admin.unreadable_query", exc_info=True)
                return problem(request, BAD_REQUEST)

        return screen(Right.REFERENCE_DATA)(csrf_protect(read))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without what is closed; each address shows the right that admin_view asks for."""
        patterns = [
            pattern
            for pattern in super().get_urls()
            if not (isinstance(pattern, URLPattern) and pattern.name in CLOSED)
        ]
        for pattern in _leaves(patterns):
            # Django wraps what goes through admin_view, and leaves these marks on the wrapper.
            if hasattr(pattern.callback, "model_admin") or hasattr(pattern.callback, "admin_site"):
                pattern.callback.right = Right.REFERENCE_DATA  # type: ignore[attr-defined]
        return patterns


def _leaves(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


site = Site(name="admin")
