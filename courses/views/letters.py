"""Brev til egen læge: what it would say and what is missing, and the letters of a whole course."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.commands.letters import (
    LACKING,
    choose_doctor,
    send_letter,
    send_letters,
    send_on_paper,
)
from courses.forms import letter as forms
from courses.models import Enrolment
from courses.queries import course as courses
from courses.queries.endings import endings
from courses.queries.letters import GONE, CourseLetters, Draft, course_letters, letter_draft
from referrals.commands.consent import TEXT_VERSION, give_consent, withdraw_consent
from referrals.queries import practices_near
from referrals.queries.consent_texts import text_of
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.screens import filled, show, submitted

# Up to that age the page asks whether a parent gave the consent; who has to, the command says.
GROWN_UP = 18
# By whether it goes on paper.
_DONE: dict[bool, Words] = {
    False: gettext_lazy("Brevet er lagt til afsendelse."),
    True: gettext_lazy(
        "Noteret: brevet sendes på papir. Hent det som PDF, print det, og send det."
    ),
}


def _draft(request: SignedIn, pk: UUID) -> Draft:
    return letter_draft(request.actor, Enrolment(pk=pk), at=clock.now())


@screen(Right.REFERRALS_HANDLE)
def letter(request: SignedIn, pk: UUID) -> HttpResponse:
    """What her doctor would read, what is missing and how to mend it; and it is sent."""
    return _send(request, _draft(request, pk), on_paper=False)


@screen(Right.REFERRALS_HANDLE)
def paper(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same text, printed and posted."""
    draft = _draft(request, pk)
    if request.method != "POST":
        return redirect("courses:letter", pk)
    return _send(request, draft, on_paper=True)


def _send(request: SignedIn, draft: Draft, *, on_paper: bool) -> HttpResponse:
    form = filled(request, forms.Letter, initial={"text": draft.text()})
    command = send_on_paper if on_paper else send_letter
    made: list[Any] = []

    def act(**given: Any) -> None:
        made.append(command(draft.enrolment, **given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        messages.success(request, str(_DONE[on_paper]))
        return redirect("courses:one_letter", made[0].pk)
    return _page(request, draft, form=form)


@screen(Right.REFERRALS_HANDLE)
def consent(request: SignedIn, pk: UUID) -> HttpResponse:
    """What she agrees to is noted here, with the words that were read aloud."""
    draft = _draft(request, pk)
    if request.method != "POST":
        return redirect("courses:letter", pk)
    form = forms.LetterConsent(request.POST)
    act = partial(give_consent, draft.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Samtykket er noteret."))
        return redirect("courses:letter", pk)
    return _page(request, draft, consent_form=form)


@screen(Right.REFERRALS_HANDLE)
def consent_ends(request: SignedIn, pk: UUID) -> HttpResponse:
    """She takes it back; of the letter itself, the result goes with it."""
    draft = _draft(request, pk)
    form = forms.LetterConsentEnds(request.POST if request.method == "POST" else None)

    def act(kind: str) -> None:
        if held := draft.consents.get(kind):
            withdraw_consent(held, by=request.actor, at=clock.now())

    if submitted(request, form, act):
        messages.success(request, _("Samtykket er trukket tilbage."))
    return redirect("courses:letter", pk)


@screen(Right.REFERRALS_HANDLE)
def doctor(request: SignedIn, pk: UUID) -> HttpResponse:
    """Which practice is hers."""
    draft = _draft(request, pk)
    if request.method != "POST":
        return redirect("courses:letter", pk)
    form = forms.Doctor(request.POST, practices=practices_near(request.actor))
    act = partial(choose_doctor, draft.enrolment, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Lægepraksis er valgt."))
        sent = draft.letter if draft.letter and draft.letter.state in GONE else None
        return (
            redirect("courses:letter_correct", sent.pk) if sent else redirect("courses:letter", pk)
        )
    return _page(request, draft, doctor_form=form)


@screen(Right.REFERRALS_HANDLE)
def letters(request: SignedIn, pk: UUID) -> HttpResponse:
    """Everybody of a course, with how far her letter is; those that are ready go at one press."""
    at, course = clock.now(), courses.course(request.actor, pk)
    found = course_letters(request.actor, course, at=at)
    if request.method == "POST":
        return _send_ready(request, found)
    lines = [(one, [LACKING[lack] for lack in one.lacks]) for one in found.drafts]
    ends = endings(request.actor, course, at=at)
    context = {"course": course, "found": found, "lines": lines, "ends": ends}
    return show(request, "courses/letters.html", context)


def _send_ready(request: SignedIn, found: CourseLetters) -> HttpResponse:
    """Each by itself: what keeps one back holds up no other."""
    done = send_letters(found.ready, by=request.actor, at=clock.now())
    refused = [f"{one.citizen.name}: {refusal}" for one, refusal in done.items() if refusal]
    sent = len(done) - len(refused)
    words = ngettext(
        "%(n)d brev er lagt i kø og sendes om lidt.",
        "%(n)d breve er lagt i kø og sendes om lidt.",
        sent,
    ) % {"n": sent}
    if sent:
        messages.success(request, words)
    for line in refused or ([] if sent else [_("Ingen breve var klar til at blive sendt.")]):
        messages.warning(request, line)
    return redirect("courses:letters", found.course.pk)


def _page(request: SignedIn, draft: Draft, **bound: Form) -> HttpResponse:
    """The page; `bound` are the forms of it that were sent."""
    kinds = (ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT)
    here, born = draft.sender.name, draft.citizen.birth_date
    context = {
        "found": draft,
        "young": born is None or clock.today().year - born.year <= GROWN_UP,
        "enrolment": draft.enrolment,
        "course": draft.enrolment.course,
        "lacks": [(one, LACKING[one]) for one in draft.lacks],
        "can_print": not draft.lacks_on_paper,
        "text": draft.text(),
        "consents": [
            (one, draft.consents.get(one), text_of(one, TEXT_VERSION, here)) for one in kinds
        ],
        "form": forms.Letter(initial={"text": draft.text()}),
        "consent_form": forms.LetterConsent(),
        "doctor_form": forms.Doctor(practices=practices_near(request.actor)),
        **bound,
    }
    return show(request, "courses/letter.html", context)
