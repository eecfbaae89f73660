"""Pages for everybody: the accessibility statement and its short address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from roegfri.ui.screens import show


def accessibility(request: HttpRequest) -> HttpResponse:
    """Tilgængelighedserklæring."""
    return show(request, "desk/accessibility.html", {})


def was(_request: HttpRequest) -> HttpResponse:
    """The address that the Danish authorities look for."""
    return redirect("desk:accessibility")
