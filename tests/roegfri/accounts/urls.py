"""The house, and three screens of our own that stand in for all others."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, submitted
from roegfri.ui.views import bad_request, server_error
from roegfri.urls import urlpatterns as house

acts: list[dict[str, Any]] = []


class Note(forms.Form):
    text = forms.CharField()


@screen(Right.EVERYONE)
def front(request: SignedIn) -> HttpResponse:
    actor = request.actor
    return HttpResponse(f"{actor.name} {actor.role} {actor.organisation_name}")


@screen(Right.EVERYONE)
def note(request: SignedIn) -> HttpResponse:
    form = filled(request, Note)
    if submitted(request, form, lambda **given: acts.append(given)):
        return redirect("front")
    return HttpResponse(form.as_p())


@screen(Right.LOG_READ)
def log(request: SignedIn) -> HttpResponse:
    return HttpResponse("log")


urlpatterns = [
    path("proeve/", front, name="front"),
    path("proeve/notat/", note, name="note"),
    path("proeve/log/", log, name="log"),
    *house,
]
handler400, handler500 = bad_request, server_error
