"""Ours, and a page that does nothing."""

from django.http import HttpResponse
from django.urls import path

from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.urls import handler400, handler500
from roegfri.urls import urlpatterns as ours

__all__ = ["handler400", "handler500", "urlpatterns"]


@screen(Right.EVERYONE)
def hello(_request: SignedIn) -> HttpResponse:
    """Session, sign-in and access check, and one word."""
    return HttpResponse("Hej")


urlpatterns = [path("hej/", hello), *ours]
