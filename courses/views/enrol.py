"""Tilmeld: whom one enrols in a course, and what to do when there is no seat."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.enrol import NoSeat
from courses.commands.enrol import enrol as enrol_citizen
from courses.forms.enrol import Enrol, Find
from courses.models import Course, Enrolment
from courses.queries import course as courses
from courses.queries.clashes import Want
from courses.queries.enrollable import Enrollable, enrollable, enrollable_case
from courses.queries.staffing import Candidate, candidates, coming_meetings
from courses.queries.standing import standing
from courses.rules.planning import Slot
from courses.rules.seats import Lack
from courses.states import EnrolmentState
from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.audit import looks
from roegfri.ui.screens import show, submitted

A_MINUTE = dt.timedelta(minutes=1)
MOST = 60  # as many searches a minute as anywhere else


@screen(Right.COURSES_RUN)
def enrol(request: SignedIn, pk: UUID) -> HttpResponse:
    """One's own open cases to choose from; a link may name the one it is about."""
    course = courses.course(request.actor, pk)
    if "referral" in request.POST:
        return _enrol(request, course)
    if request.method == "POST":
        return _find(request, course)
    chosen = _case_named(request, course)
    cases = [chosen] if chosen else enrollable(request.actor, course)
    return _show(request, course, cases, chosen=chosen)


def _enrol(request: SignedIn, course: Course) -> HttpResponse:
    people = _counsellors(request, course)
    form = Enrol(request.POST, counsellors=[one.id for one in people])
    done: list[Enrolment] = []
    lacks: list[Lack] = []

    def act(referral: UUID, **given: Any) -> None:
        case = enrollable_case(request.actor, course, referral).referral
        try:
            done.append(enrol_citizen(course, case, **given, by=request.actor, at=clock.now()))
        except NoSeat as full:
            lacks.append(full.lacks)
            raise

    if submitted(request, form, act):
        messages.success(request, said_of(done[0]))
        return redirect("courses:course", course.pk)
    chosen = _case_sent(request, course, form)
    found = [chosen] if chosen else enrollable(request.actor, course)
    lack = lacks[0] if lacks else None
    # What is missing stays on the page while a counsellor is chosen.
    if "counsellor" in form.errors:
        lack = Lack.COUNSELLOR
    return _show(request, course, found, chosen=chosen, form=form, lack=lack, counsellors=people)


def _find(request: SignedIn, course: Course) -> HttpResponse:
    """Who is found by a name or a number, among one's own open cases."""
    find = Find(request.POST)
    if not find.is_valid():
        return _show(request, course, enrollable(request.actor, course), find=find)
    if not limits.take(f"search:{request.user.pk}", limit=MOST, window=A_MINUTE, at=clock.now()):
        find.add_error("q", _("Du har søgt mange gange på kort tid. Vent et minut, og prøv igen."))
        return _show(request, course, [], find=find)
    looks.searched(find.cleaned_data["q"])
    found = enrollable(request.actor, course, find.cleaned_data["wanted"])
    return _show(request, course, found, find=find, searched=True)


def said_of(enrolment: Enrolment) -> str:
    """What is said when somebody has a seat, or waits for one."""
    if enrolment.state == EnrolmentState.WAITING:
        return _("Borgeren står på ventelisten. I får en opgave, når der er plads.")
    return _("Borgeren er tilmeldt.")


def _show(request: SignedIn, course: Course, cases: list[Enrollable], **more: Any) -> HttpResponse:
    """The page; `more` overrides what is on it."""
    context = {
        "course": course,
        "now": standing(request.actor, course, clock.now()),
        "cases": cases,
        "form": Enrol(),
        "find": Find(),
        "own": course.host_id == request.actor.organisation_id,
        **more,
    }
    return show(request, "courses/enrol.html", context)


def _counsellors(request: SignedIn, course: Course) -> list[Candidate]:
    """Who can be added, where the course is one's own."""
    if course.host_id != request.actor.organisation_id:
        return []
    at = clock.now()
    coming = coming_meetings(request.actor, course, at)
    times = [Want(Slot(one.starts_at, one.ends_at)) for one in coming]
    there = set(coming.values_list("staff__counsellor", flat=True))
    found = candidates(request.actor, times, on=clock.danish_date(at))
    return [one for one in found if one.free and one.id not in there]


def _case_named(request: SignedIn, course: Course) -> Enrollable | None:
    """The case a link is about; a broken link chooses nobody."""
    try:
        pk = UUID(request.GET.get("sag", ""))
    except ValueError:
        return None
    return enrollable_case(request.actor, course, pk)


def _case_sent(request: SignedIn, course: Course, form: Enrol) -> Enrollable | None:
    pk = form.cleaned_data.get("referral")
    return enrollable_case(request.actor, course, pk) if pk else None
