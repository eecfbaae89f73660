"""Aftale: a time with one participant alone, one press on a time that is free."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _

from courses.commands.appointments import make_appointment
from courses.forms.appointment import USUAL_MINUTES, MakeAppointment, Wish
from courses.models import Enrolment
from courses.queries import appointments as queries
from courses.queries.planning import rooms
from courses.queries.staffing import Candidate
from courses.rules.planning import Slot
from courses.states import CourseKind
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import show, submitted
from roegfri.ui.spans import span_words, times_words


@screen(Right.COURSES_RUN)
def make(request: SignedIn, pk: UUID) -> HttpResponse:
    """Proposes times, and takes one."""
    at = clock.now()
    enrolment = queries.to_be_met(request.actor, pk)
    people = queries.who_could(request.actor, at=at)
    form = _form(request, enrolment, people)
    act = partial(make_appointment, enrolment, by=request.actor, at=at)
    if form.is_bound and submitted(request, form, act):
        slot = form.cleaned_data["slot"]
        messages.success(request, _("Aftale lavet: %(when)s.") % {"when": _words(slot)})
        return redirect("courses:participant", pk)
    counsellor, minutes = _wished(form)
    free = queries.free_times(request.actor, enrolment, counsellor, minutes=minutes, at=at)
    context = {
        "form": form,
        "enrolment": enrolment,
        "free": [(one.starts_at.isoformat(), *_day_and_times(one)) for one in free],
        "appointments": queries.appointments(request.actor, enrolment, at=at),
    }
    return show(request, "courses/appointment.html", context)


def _words(slot: Slot) -> str:
    return span_words(slot.starts_at, slot.ends_at)


def _day_and_times(slot: Slot) -> tuple[str, str]:
    """ "mandag 23. november", "9.00-9.45"."""
    day = formats.date_format(clock.danish_date(slot.starts_at), "l j. F")
    return day, times_words(slot.starts_at, slot.ends_at)


def _form(request: SignedIn, enrolment: Enrolment, people: list[Candidate]) -> MakeAppointment:
    """Bound when an appointment is sent; with what was wished for when other times are asked for
    (`show`)."""
    sent = request.method == "POST" and "show" not in request.POST
    wish = Wish(request.POST or None, people=people)
    asked = wish.cleaned_data if not sent and wish.is_valid() else {}
    mine = str(request.actor.user_id)
    return MakeAppointment(
        request.POST if sent else None,
        people=people,
        rooms=list(rooms(request.actor)),
        rolling=enrolment.course.kind == CourseKind.OPEN,
        initial={
            "counsellor": str(asked.get("counsellor", mine)),
            "minutes": asked.get("minutes", USUAL_MINUTES),
            "form": request.POST.get("form", ""),
            "room": request.POST.get("room") or enrolment.course.room_id,
        },
    )


def _wished(form: MakeAppointment) -> tuple[UUID | None, int]:
    """Whose free times are shown, and how long they are."""
    given = getattr(form, "cleaned_data", {})
    counsellor = given.get("counsellor") or form.initial["counsellor"]
    known = {value for value, _name in form.fields["counsellor"].choices}  # type: ignore[attr-defined]
    minutes = given.get("minutes") or form.initial["minutes"]
    return (UUID(str(counsellor)) if str(counsellor) in known else None), minutes
