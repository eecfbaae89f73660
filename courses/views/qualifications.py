"""Who of the staff has the basic course, since when, and who noted it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.qualifications import note_qualification, remove_qualification
from courses.forms import staffing as forms
from courses.queries import staffing as queries
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import show, submitted


@screen(Right.COURSES_PLAN)
def qualifications(request: SignedIn) -> HttpResponse:
    """The list, and a form that notes or corrects one."""
    today, act = clock.today(), request.POST.get("act")
    people = queries.staff(request.actor, on=today)
    note = forms.Learned(request.POST if act == "note" else None, people=people)
    gone = forms.Person(request.POST if act == "remove" else None, people=people)
    how: dict[str, Any] = {"by": request.actor, "at": clock.now()}
    done = submitted(request, note, partial(note_qualification, **how))
    if done or submitted(request, gone, partial(remove_qualification, **how)):
        gone_now = _("Uddannelsen er ikke længere noteret.")
        messages.success(request, _("Uddannelsen er noteret.") if done else gone_now)
        return redirect("courses:qualifications")
    context = {
        "rows": queries.qualifications(request.actor, on=today),
        "form": note,
        "gone": gone,
    }
    return show(request, "courses/qualifications.html", context)
