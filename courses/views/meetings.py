"""One meeting more, another time, none, and after all."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.commands import meetings as commands
from courses.forms import meeting as forms
from courses.models import Course, Meeting
from courses.queries import changing, planning, staffing
from courses.queries import meetings as queries
from courses.queries.course import hosted_course
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.COURSES_RUN)
def add(request: SignedIn, pk: UUID) -> HttpResponse:
    """A meeting beside those that were planned."""
    course, at = hosted_course(request.actor, pk), clock.now()
    people = staffing.candidates(request.actor, [], on=clock.today())
    form = filled(
        request,
        forms.AddMeeting,
        people=people,
        kind=course.kind,
        initial=changing.one_more(request.actor, course),
        **_where(request, course.room_id),
    )
    act = partial(commands.add_meeting, course, by=request.actor, at=at)
    if submitted(request, form, act):
        return _done(request, course, _("Mødegangen er tilføjet."))
    return show(request, "courses/add_meeting.html", {"course": course, "form": form})


@screen(Right.COURSES_RUN)
def move(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another time, place or way of meeting."""
    meeting, at = queries.hosted_meeting(request.actor, pk), clock.now()
    form = filled(
        request,
        forms.MoveMeeting,
        initial=forms.MoveMeeting.as_it_is(meeting),
        **_where(request, meeting.room_id),
    )
    act = partial(commands.move_meeting, meeting, by=request.actor, at=at)
    if submitted(request, form, act):
        return _done(request, meeting.course, _("Mødegangen er flyttet."), meeting)
    context = {"form": form, **_about(request, meeting)}
    return show(request, "courses/move.html", context)


@screen(Right.COURSES_RUN)
def cancel(request: SignedIn, pk: UUID) -> HttpResponse:
    """It is not held."""
    meeting = queries.hosted_meeting(request.actor, pk)
    form = filled(request, forms.CancelMeeting)
    act = partial(commands.cancel_meeting, meeting, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        return _done(request, meeting.course, _("Mødegangen er aflyst."), meeting)
    context = {"form": form, **_about(request, meeting)}
    return show(request, "courses/cancel_meeting.html", context)


@screen(Right.COURSES_RUN)
def restore(request: SignedIn, pk: UUID) -> HttpResponse:
    """It is held after all."""
    meeting = queries.hosted_meeting(request.actor, pk)
    form = django_forms.Form(request.POST or None)
    act = partial(commands.restore_meeting, meeting, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        return _done(request, meeting.course, _("Mødegangen er genoprettet."), meeting)
    context = {"form": form, **_about(request, meeting)}
    return show(request, "courses/restore_meeting.html", context)


def _where(request: SignedIn, room: UUID | None) -> dict[str, Any]:
    """What the forms of a time choose from and warn of."""
    return {
        "rooms": planning.rooms(request.actor, besides=room),
        "closed": planning.closed_days(request.actor),
        "at": clock.now(),
    }


def _about(request: SignedIn, meeting: Meeting) -> dict[str, object]:
    return {
        "meeting": meeting,
        "course": meeting.course,
        "facts": changing.before_changing(request.actor, meeting),
    }


def _done(
    request: SignedIn, course: Course, words: str, meeting: Meeting | None = None
) -> HttpResponse:
    """Back on the course's page, at the list of those who have to be told."""
    messages.success(request, words)
    if count := changing.to_tell(request.actor, course, meeting):
        who = ngettext("den tilmeldte", "de %(count)d tilmeldte", count) % {"count": count}
        words = _('Ring eller skriv til {}. <a href="#_participants">Se navne og numre</a>')
        messages.warning(request, format_html(words, who))
    return redirect("courses:course", course.pk)
