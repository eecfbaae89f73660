"""One participant: what is noted of her, and that she leaves, moves on or gets a seat."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.enrol import NoSeat
from courses.commands.leaving import take_back, transfer, withdraw
from courses.commands.participant import change_participant
from courses.commands.waiting import promote
from courses.forms import participant as forms
from courses.models import Course, Enrolment
from courses.models.noted import columns_of
from courses.queries import course as courses
from courses.queries.appointments import appointments
from courses.queries.around import hosts
from courses.queries.baseline import meter
from courses.queries.checklist import checklist
from courses.queries.endings import ending_if_any
from courses.queries.enrollable import destinations
from courses.queries.guardian import guardian_first
from courses.queries.letters import letters_of
from courses.queries.participant import Participant, participant, participant_to_change, sees
from courses.rules.seats import Why
from courses.states import CourseKind
from courses.views.enrol import said_of
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.differences import Collision
from roegfri.ui.screens import show, submitted

# There is a seat, which others stand before her for, or nobody.
_CAN_HAVE_A_SEAT = (Why.NEXT, Why.OTHERS)


@screen(Right.COURSES_RUN)
def participant_page(request: SignedIn, pk: UUID) -> HttpResponse:
    """All of one enrolment that whoever asks may see."""
    return show_participant(request, participant(request.actor, pk))


@screen(Right.COURSES_RUN)
def change(request: SignedIn, pk: UUID) -> HttpResponse:
    """Her quit dates and the note."""
    found = participant_to_change(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:participant", pk)
    form = forms.EditParticipant(request.POST, enrolment=found.enrolment)
    collided: list[Collision] = []

    def act(**given: Any) -> None:
        try:
            change_participant(found.enrolment, **given, by=request.actor, at=clock.now())
        except Collision as collision:
            collided.append(collision)
            raise

    if submitted(request, form, act):
        messages.success(request, _("Gemt."))
        return redirect("courses:participant", pk)
    if collided:
        return _both_wrote(request, pk, collided[0])
    return show_participant(request, found, form=form)


@screen(Right.COURSES_RUN)
def leave(request: SignedIn, pk: UUID) -> HttpResponse:
    """Withdraws her, with the reason."""
    found = participant_to_change(request.actor, pk)
    form = forms.Withdraw(request.POST or None)
    act = partial(withdraw, found.enrolment, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Borgeren er frameldt. Det kan fortrydes her på siden."))
        return redirect("courses:participant", pk)
    return show(request, "courses/withdraw.html", {"found": found, "form": form})


@screen(Right.COURSES_RUN)
def undo_leave(request: SignedIn, pk: UUID) -> HttpResponse:
    """She is back where she was; where her seat is taken, the waiting list is offered."""
    found = participant_to_change(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:participant", pk)
    form = forms.WhenNoSeat(request.POST)
    back: list[Enrolment] = []

    def act(**given: Any) -> None:
        back.append(take_back(found.enrolment, **given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        messages.success(request, said_of(back[0]))
        return redirect("courses:participant", pk)
    return show_participant(request, found, back_form=form)


@screen(Right.COURSES_RUN)
def move(request: SignedIn, pk: UUID) -> HttpResponse:
    """Moves her on to another course, chosen from those that are open."""
    found = participant_to_change(request.actor, pk)
    form = forms.Transfer(request.POST or None)
    full: list[Course] = []
    done: list[Enrolment] = []

    def act(to: UUID, **given: Any) -> None:
        course = courses.course(request.actor, to)
        try:
            moved = transfer(found.enrolment, course, **given, by=request.actor, at=clock.now())
        except NoSeat:
            full.append(course)
            raise
        done.append(moved)

    if submitted(request, form, act):
        messages.success(request, said_of(done[0]))
        seen = sees(request.actor, done[0])
        return redirect("courses:participant", done[0].pk if seen else pk)
    return _choose(request, found, form, full)


@screen(Right.COURSES_RUN)
def move_up(request: SignedIn, pk: UUID) -> HttpResponse:
    """Gives her a seat now, by whoever holds the course."""
    found = participant_to_change(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:participant", pk)
    form = forms.Promote(request.POST)
    act = partial(promote, found.enrolment, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Borgeren har fået plads. Ring og fortæl det."))
        return redirect("courses:participant", pk)
    return show_participant(request, found, promote_form=form)


def show_participant(request: SignedIn, found: Participant, **bound: Any) -> HttpResponse:
    """The page; `bound` are the forms of it with errors."""
    enrolment = found.enrolment
    hosted = enrolment.course.host_id == request.actor.organisation_id
    context = {
        "found": found,
        "enrolment": enrolment,
        "course": enrolment.course,
        "form": forms.EditParticipant(enrolment=enrolment),
        "promote_form": forms.Promote(),
        "back_form": forms.WhenNoSeat(),
        "checklist": checklist(request.actor, enrolment),
        "meter": meter(request.actor, enrolment) if found.own else None,
        "letters": letters_of(request.actor, enrolment),
        "appointments": appointments(request.actor, enrolment, at=clock.now()),
        "guardian_first": guardian_first(request.actor, enrolment, found.citizen, at=clock.now()),
        "ended": ending_if_any(request.actor, enrolment, at=clock.now()),
        "one_by_one": enrolment.course.kind != CourseKind.GROUP,
        "came_from": getattr(enrolment, "moved_from", None),
        "may_promote": hosted and found.why in _CAN_HAVE_A_SEAT,
        **bound,
    }
    return show(request, "courses/participant.html", context)


def _both_wrote(request: SignedIn, pk: UUID, collision: Collision) -> HttpResponse:
    """What was typed stays in the form, and beside it what a colleague wrote; saved again, the
    former counts."""
    found = participant(request.actor, pk)
    said = request.POST.copy()
    again = forms.EditParticipant(said, enrolment=found.enrolment)
    said["seen"] = again.sealed()
    again.add_error(None, str(collision))
    written = columns_of({one.name: one.theirs for one in collision.conflicts})
    theirs = [{"label": again.fields[name].label, "value": written[name]} for name in written]
    return show_participant(request, found, form=again, theirs=theirs)


def _choose(
    request: SignedIn, found: Participant, form: Form, full: Sequence[Course]
) -> HttpResponse:
    """The courses she can move to; `full` is one that was chosen and has no seat."""
    filters = forms.Destinations(request.GET, hosts=hosts(request.actor))
    context = {
        "found": found,
        "form": form,
        "filters": filters,
        "full": next(iter(full), None),
        "courses": destinations(request.actor, found.enrolment, filters.where, clock.now()),
    }
    return show(request, "courses/transfer.html", context)
