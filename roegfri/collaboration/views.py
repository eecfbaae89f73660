"""Dokumenter: what is shared, in its newest edition."""

from functools import partial
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.collaboration import commands, queries
from roegfri.collaboration.forms import DocumentForm, EditionForm, Shelving
from roegfri.ui.screens import show, submitted


@screen(Right.DOCUMENTS_READ)
def documents(request: SignedIn) -> HttpResponse:
    """The shelf: one's own municipality's, and the agreement's."""
    return _shelf(request)


@screen(Right.DOCUMENTS_KEEP)
def new(request: SignedIn) -> HttpResponse:
    """A document that was not there before."""
    form = DocumentForm(request.POST or None, request.FILES or None)
    if submitted(request, form, partial(commands.put_document, by=request.actor, at=clock.now())):
        messages.success(request, _("Dokumentet ligger på hylden."))
        return redirect("collaboration:documents")
    return show(request, "collaboration/edition.html", {"form": form, "document": None})


@screen(Right.DOCUMENTS_KEEP)
def edition(request: SignedIn, pk: UUID) -> HttpResponse:
    """A new edition of one of them."""
    document = queries.kept(request.actor, pk)
    form = EditionForm(request.POST or None, request.FILES or None)
    act = partial(commands.add_edition, document, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Den nye udgave ligger på hylden."))
        return redirect("collaboration:documents")
    return show(request, "collaboration/edition.html", {"form": form, "document": document})


@screen(Right.DOCUMENTS_KEEP)
def take_down(request: SignedIn, pk: UUID) -> HttpResponse:
    """No longer on the shelf; or put back."""
    document = queries.kept(request.actor, pk)
    if request.method != "POST":
        return redirect("collaboration:documents")
    form = Shelving(request.POST)
    down = request.POST.get("to") == Shelving.DOWN
    command = commands.withdraw_document if down else commands.put_back_document

    def act(**_to: str) -> None:
        command(document, by=request.actor, at=clock.now())

    if submitted(request, form, act):
        said = _("Dokumentet er taget ned.") if down else _("Dokumentet ligger på hylden igen.")
        messages.success(request, said)
        return redirect("collaboration:documents")
    return _shelf(request, form)


@screen(Right.DOCUMENTS_READ)
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """One edition as it was put there: saved, never shown by the browser."""
    found = queries.edition(request.actor, pk)
    body = commands.fetch_edition(found, by=request.actor, at=clock.now())
    headers = {
        "Content-Disposition": content_disposition_header(True, found.filename) or "attachment",  # noqa: FBT003
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type=found.content_type, headers=headers)


def _shelf(request: SignedIn, form: django_forms.Form | None = None) -> HttpResponse:
    found = queries.shelves(request.actor, on=clock.today())
    return show(request, "collaboration/documents.html", {"shelves": found, "act_form": form})
