"""Forløb, der passer: found during the call or from the file, and "Tilmeld"."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from courses.commands.enrol import NoSeat
from courses.models import Enrolment
from courses.queries import course as courses
from courses.rules.seats import Lack
from referrals import forms, queries
from referrals.queries.calling import call_case
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import calling, reasons
from roegfri.desk.calling import suggestions as panels
from roegfri.desk.commands import enrol_case, enrol_from_call
from roegfri.desk.forms.suggestions import Enrol, EnrolFromCall
from roegfri.desk.views.calls import call_page
from roegfri.ui.screens import show, submitted


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def suggest(request: SignedIn, pk: UUID) -> HttpResponse:
    """The courses that suit what stands in the call's form; without scripts the whole call screen
    with them, and everything that was written."""
    at, viewer = clock.now(), request.actor
    case = call_case(viewer, pk, on=clock.danish_date(at))
    if request.method != "POST":
        return redirect("desk:call", pk)
    form = forms.Call(request.POST, known=calling.known(case))
    # Half a form: what is missing is no mistake before it is sent.
    form.errors.clear()
    if request.headers.get("HX-Request"):
        found = panels.panel(viewer, case, form, data=request.POST, at=at)
        return show(request, "desk/_suggestions.html", {"referral": case.referral, **found})
    context = calling.context(viewer, case, form, None, at=at)
    return show(request, "desk/call.html", {**context, "open_talk": True})


@screen(Right.COURSES_RUN)
def enrol_in_call(request: SignedIn, pk: UUID, course_pk: UUID) -> HttpResponse:
    """«Tilmeld»: saves the conversation, enrols, and opens the next person."""
    queries.referral(request.actor, pk)
    if request.method != "POST":
        return redirect("desk:call", pk)
    course = courses.course(request.actor, course_pk)
    return call_page(
        request,
        pk,
        command=partial(enrol_from_call, course),
        form_class=EnrolFromCall,
        tried=course,
    )


@screen(Right.COURSES_RUN)
@reasons.needed
def find_course(request: SignedIn, pk: UUID) -> HttpResponse:
    """The courses that suit somebody who has been talked with before."""
    return _show_courses(request, pk)


@screen(Right.COURSES_RUN)
@reasons.needed
def enrol(request: SignedIn, pk: UUID, course_pk: UUID) -> HttpResponse:
    """Enrols from there."""
    case = call_case(request.actor, pk, on=clock.today())
    if request.method != "POST":
        return redirect("desk:find_course", pk)
    course, form = courses.course(request.actor, course_pk), Enrol(request.POST)
    made: list[Enrolment] = []
    lacks: list[Lack] = []

    def act(**given: Any) -> None:
        try:
            one = enrol_case(course, case.referral, **given, by=request.actor, at=clock.now())
        except NoSeat as full:
            lacks.append(full.lacks)
            raise
        made.append(one)

    if submitted(request, form, act):
        messages.success(request, calling.enrolled_words(made[0]))
        return redirect("desk:file", pk)
    full = panels.full(course, lacks[0], pk, "desk:enrol_case") if lacks else {}
    return _show_courses(request, pk, form=form, **full)


def _show_courses(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    at, viewer = clock.now(), request.actor
    case = call_case(viewer, pk, on=clock.danish_date(at))
    known = forms.Call(known=calling.known(case))
    found = panels.panel(viewer, case, known, data=request.GET, at=at, enrols="desk:enrol_case")
    context = {"referral": case.referral, "citizen": case.citizen, "form": Enrol(), **found}
    context |= {"alone": True, **bound}
    return show(request, "desk/suggestions.html", context, part="desk/_suggestions.html")
