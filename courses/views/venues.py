"""Steder: where a municipality holds its courses."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands import venues as commands
from courses.forms.venue import NewVenue, RoomForm, VenueForm
from courses.queries import venues as queries
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.COURSES_PLAN)
def venues(request: SignedIn) -> HttpResponse:
    """One's own places, those in use first."""
    found = queries.counted_venues(request.actor, clock.now())
    return show(request, "courses/venues.html", {"venues": found})


@screen(Right.COURSES_PLAN)
def venue_new(request: SignedIn) -> HttpResponse:
    """A new place."""
    form = filled(request, NewVenue)
    if submitted(request, form, partial(commands.make_venue, by=request.actor, at=clock.now())):
        messages.success(request, _("Stedet er oprettet og kan vælges for nye forløb."))
        return redirect("courses:venues")
    return show(request, "courses/venue_new.html", {"form": form})


@screen(Right.COURSES_PLAN)
def venue(request: SignedIn, pk: UUID) -> HttpResponse:
    """One place: what is said of it, and its rooms."""
    found = queries.venue(request.actor, pk)
    initial = {name: getattr(found, name) for name in VenueForm.base_fields}
    form = filled(request, VenueForm, initial=initial)
    act = partial(commands.change_venue, found, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Stedet er gemt."))
        return redirect("courses:venue", pk)
    return _show(request, pk, form=form)


@screen(Right.COURSES_PLAN)
def venue_room(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another room."""
    found = queries.venue(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:venue", pk)
    form = RoomForm(request.POST, auto_id="new-room-%s")
    act = partial(commands.add_room, found, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Lokalet er tilføjet."))
        return redirect("courses:venue", pk)
    return _show(request, pk, room_form=form)


@screen(Right.COURSES_PLAN)
def room(request: SignedIn, pk: UUID) -> HttpResponse:
    """Corrects a room, or takes it away; the button says which."""
    found = queries.room(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:venue", found.venue_id)
    form: django_forms.Form = RoomForm(request.POST, auto_id=f"room-{pk}-%s")
    command: Callable[..., object] = commands.change_room
    if request.POST.get("act") == "remove":
        form, command = django_forms.Form(request.POST), commands.remove_room
    if submitted(request, form, partial(command, found, by=request.actor, at=clock.now())):
        messages.success(request, _("Gemt."))
        return redirect("courses:venue", found.venue_id)
    return _show(request, found.venue_id, refused_form=form, refused_pk=pk)


@screen(Right.COURSES_PLAN)
def venue_close(request: SignedIn, pk: UUID) -> HttpResponse:
    """No longer used; or used again."""
    found = queries.venue(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:venue", pk)
    command = commands.reopen_venue if found.closed_at else commands.close_venue
    form = django_forms.Form(request.POST)
    if submitted(request, form, partial(command, found, by=request.actor, at=clock.now())):
        messages.success(
            request, _("Stedet bruges igen.") if found.closed_at else _("Stedet er lukket.")
        )
        return redirect("courses:venues")
    return _show(request, pk, close_form=form)


def _show(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    """The page; `bound` are the forms of it with errors."""
    found = queries.venue(request.actor, pk)
    initial = {name: getattr(found, name) for name in VenueForm.base_fields}
    context = {
        "venue": found,
        "coming": queries.coming_at(request.actor, found, clock.now())[:5],
        "form": VenueForm(initial=initial),
        "room_form": RoomForm(auto_id="new-room-%s"),
        "refused_form": None,
        "refused_pk": None,
        "close_form": None,
        **bound,
    }
    return show(request, "courses/venue.html", context)
