"""One letter that was sent: how far it is, stopped, corrected, and on paper."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.letters import correct_letter, print_letter, stop_letter
from courses.forms import letter as forms
from courses.letters.discharge import letter_pdf
from courses.models import Enrolment
from courses.queries.letters import GONE, as_sent, letter, letter_draft, whose_letter
from courses.states import LetterState
from referrals.forms import Confirm
from referrals.queries import practices_near
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Refusal
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_HANDLE)
def one_letter(request: SignedIn, pk: UUID) -> HttpResponse:
    """As it was sent, and what has become of it."""
    found = letter(request.actor, pk)
    enrolment = whose_letter(request.actor, found)
    mine = found.organisation_id == request.actor.organisation_id
    newest = not hasattr(found, "corrected_by")
    context = {
        "letter": found,
        "enrolment": enrolment,
        "found": as_sent(request.actor, found) if enrolment else None,
        "may_stop": mine and found.state == LetterState.WAITING,
        "may_correct": mine and newest and found.state in GONE,
    }
    return show(request, "courses/one_letter.html", context)


@screen(Right.REFERRALS_HANDLE)
def stop(request: SignedIn, pk: UUID) -> HttpResponse:
    """Before it has left."""
    found = letter(request.actor, pk)
    form = Confirm(request.POST if request.method == "POST" else None)
    act = partial(stop_letter, found, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Brevet er stoppet."))
    for line in form.non_field_errors():
        messages.error(request, str(line))
    return redirect("courses:one_letter", pk)


@screen(Right.REFERRALS_HANDLE)
def correct(request: SignedIn, pk: UUID) -> HttpResponse:
    """Mends the text or the receiver, and sends it again."""
    found = letter(request.actor, pk)
    draft = letter_draft(request.actor, Enrolment(pk=found.enrolment_id), at=clock.now())
    form = filled(request, forms.Letter, initial={"text": found.text})
    made: list[Any] = []

    def act(**given: Any) -> None:
        made.append(correct_letter(found, **given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        messages.success(request, _("Brevet er lagt til afsendelse."))
        return redirect("courses:one_letter", made[0].pk)
    on_paper = found.state in {LetterState.WRITTEN, LetterState.REFUSED}
    context = {
        "letter": found,
        "form": form,
        "found": draft,
        "same_doctor": bool(draft.practice and draft.practice.ean == found.receiver_ean),
        "enrolment": draft.enrolment,
        "doctor_form": forms.Doctor(practices=practices_near(request.actor)),
        "paper_for": found.enrolment_id if on_paper and not draft.lacks_on_paper else None,
    }
    return show(request, "courses/correct_letter.html", context)


@screen(Right.REFERRALS_HANDLE)
def pdf(request: SignedIn, pk: UUID) -> HttpResponse:
    """On our letterhead; that it was fetched is logged."""
    found = letter(request.actor, pk)
    sent = as_sent(request.actor, found)
    try:
        paper = letter_pdf(sent)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:one_letter", pk)
    print_letter(found, by=request.actor, at=clock.now())
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="brev.pdf"'
    return response
