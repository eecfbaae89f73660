"""Who holds a meeting or a course, who stands in for whom, and who has the basic course."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.commands import staffing as commands
from courses.forms import staffing as forms
from courses.models import Course
from courses.queries import meetings as queries
from courses.queries import staffing
from courses.queries.clashes import Want
from courses.queries.course import hosted_course
from courses.rules.planning import Slot
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.models import User
from roegfri.accounts.roles import Right
from roegfri.ui.screens import show, submitted
from roegfri.ui.spans import span_words


@screen(Right.COURSES_RUN)
def staff_meeting(request: SignedIn, pk: UUID) -> HttpResponse:
    """One meeting: who is there, one more, a substitute, one less."""
    meeting, actor = queries.hosted_meeting(request.actor, pk), request.actor
    times = [Want(Slot(meeting.starts_at, meeting.ends_at), meeting=meeting.pk)]
    people = staffing.candidates(actor, times, on=clock.today())
    there = staffing.at_meeting(actor, meeting)
    put = forms.PutOn(_sent(request, "put"), there=there, **_offered(request, people))
    off = forms.TakeOff(_sent(request, "off"), there=there)
    how: dict[str, Any] = {"by": actor, "at": clock.now()}
    done = submitted(request, put, partial(commands.staff_meeting, meeting, **how))
    if done or submitted(request, off, partial(commands.unstaff, meeting, **how)):
        messages.success(request, _("Bemandingen er ændret."))
        return redirect("courses:course", meeting.course_id)
    context = {
        "meeting": meeting,
        "course": meeting.course,
        "lines": queries.lines(actor, meeting),
        "when": span_words(meeting.starts_at, meeting.ends_at),
        "busy": [one for one in people if not one.free],
        "put": put,
        "off": off,
    }
    return show(request, "courses/staff_meeting.html", context)


@screen(Right.COURSES_RUN)
def staff_course(request: SignedIn, pk: UUID) -> HttpResponse:
    """All coming meetings of a course at once; and somebody is ill."""
    course, at = hosted_course(request.actor, pk), clock.now()
    ahead = list(staffing.coming_meetings(request.actor, course, at))
    times = [Want(Slot(one.starts_at, one.ends_at), meeting=one.pk) for one in ahead]
    people = staffing.candidates(request.actor, times, on=clock.today())
    there = staffing.staff_of(request.actor, course, at)
    offered = _course_forms(request, people, there)
    said: list[str] = []
    for name, form in offered.items():
        if submitted(request, form, partial(_ACTS[name], request, course, said)):
            messages.success(request, said[0])
            return redirect("courses:course", course.pk)
    busy = [one for one in people if not one.free]
    context = {"course": course, "ahead": len(ahead), "there": there, "busy": busy, **offered}
    return show(request, "courses/staffing.html", context)


def _course_forms(
    request: SignedIn, people: list[staffing.Candidate], there: QuerySet[User]
) -> dict[str, Any]:
    """One form for each thing that is done to a course's staff; one of them was sent."""
    offered = _offered(request, people)
    first = {"from_on": clock.today()}
    who = {"people": offered["people"], "there": there}
    return {
        "put": forms.StaffCourse(_sent(request, "put"), **offered),
        "swap": forms.Swap(_sent(request, "swap"), **who, initial=first),
        "off": forms.TakeOff(_sent(request, "off"), there=there),
    }


def _put(request: SignedIn, course: Course, said: list[str], **given: Any) -> None:
    done = commands.staff_course(course, **given, by=request.actor, at=clock.now())
    said.append(_counted(done))


def _off(request: SignedIn, course: Course, said: list[str], **given: Any) -> None:
    done = commands.unstaff_course(course, **given, by=request.actor, at=clock.now())
    said.append(_counted(done))


def _swap(
    request: SignedIn, course: Course, said: list[str], *, everywhere: bool, **given: Any
) -> None:
    where = None if everywhere else course
    done = commands.swap_counsellor(**given, course=where, by=request.actor, at=clock.now())
    said.append(_counted(done))


_ACTS = {"put": _put, "swap": _swap, "off": _off}


def _counted(done: commands.Staffed) -> str:
    n, left = len(done.meetings), len(done.left_out)
    words = ngettext("%(n)d mødegang er ændret.", "%(n)d mødegange er ændret.", n) % {"n": n}
    if left:
        more = ngettext(
            "%(n)d er sprunget over, fordi personen er optaget.",
            "%(n)d er sprunget over, fordi personen er optaget.",
            left,
        )
        words = f"{words} {more % {'n': left}}"
    return words


def _sent(request: SignedIn, act: str) -> Any:
    """What was sent to one of the page's forms."""
    return request.POST if request.POST.get("act") == act else None


def _offered(request: SignedIn, people: list[staffing.Candidate]) -> dict[str, Any]:
    notes = {one.id: forms.note_on(one) for one in people}
    return {"people": staffing.staff(request.actor, on=clock.today()), "notes": notes}
