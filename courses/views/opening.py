"""The buttons of a course's page: open it, take it back, open it again, and where else it is."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands import planning as commands
from courses.forms.course import NoteFlag
from courses.queries import course as queries
from courses.states import Flag
from courses.views.course import show_course
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.screens import submitted


@screen(Right.COURSES_PLAN)
def publish(request: SignedIn, pk: UUID) -> HttpResponse:
    """Open for participants of the whole agreement."""
    return _done(request, pk, commands.publish_course, _("Forløbet er åbent for tilmelding."))


@screen(Right.COURSES_PLAN)
def unpublish(request: SignedIn, pk: UUID) -> HttpResponse:
    """Back to a draft."""
    words = _("Forløbet er en kladde igen. Kun jeres egen kommune ser den.")
    return _done(request, pk, commands.unpublish_course, words)


@screen(Right.COURSES_PLAN)
def reopen(request: SignedIn, pk: UUID) -> HttpResponse:
    """It is not over after all."""
    return _done(request, pk, commands.reopen_course, _("Forløbet er åbent igen."))


@screen(Right.COURSES_PLAN)
def flag(request: SignedIn, pk: UUID) -> HttpResponse:
    """It has been created on rsiden.dk and the like; or it has not, after all."""
    found = queries.hosted_course(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:course", pk)
    form = NoteFlag(request.POST)

    def act(*, flag: str, off: bool) -> None:
        command = commands.unflag_course if off else commands.flag_course
        command(found, Flag(flag), by=request.actor, at=clock.now())

    if submitted(request, form, act):
        return redirect("courses:course", pk)
    return show_course(request, pk, act_form=form)


def _done(
    request: SignedIn, pk: UUID, command: Callable[..., object], words: Words
) -> HttpResponse:
    """Carries out one button; what stands in the way is said on top of the page."""
    found = queries.hosted_course(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:course", pk)
    form = forms.Form(request.POST)
    if submitted(request, form, partial(command, found, by=request.actor, at=clock.now())):
        messages.success(request, str(words))
        return redirect("courses:course", pk)
    return show_course(request, pk, act_form=form)
