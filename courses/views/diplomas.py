"""Diplomer: for the whole group in one document, or for one participant."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.commands.diplomas import hand_out_diplomas, print_diplomas
from courses.forms.diploma import Receivers
from courses.letters.diploma import diplomas_pdf, set_names
from courses.queries import course as courses
from courses.queries.diplomas import Diplomas, diploma_of, diplomas
from courses.queries.endings import endings
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.letters import PdfUnavailable
from roegfri.refusal import Refusal
from roegfri.ui.screens import show, submitted


@screen(Right.COURSES_RUN)
def group(request: SignedIn, pk: UUID) -> HttpResponse:
    """Who is to have one; sent, that these have been given theirs."""
    found = _of(request, pk)
    form = Receivers(request.POST if request.method == "POST" else None, found=found)
    handed: list[int] = []

    def act(who: list[UUID]) -> None:
        handed.append(hand_out_diplomas(found.course, who, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        said = ngettext(
            "%(n)d diplom er noteret som udleveret.",
            "%(n)d diplomer er noteret som udleveret.",
            handed[0],
        )
        messages.success(request, said % {"n": handed[0]})
        return redirect("courses:diplomas", pk)
    return _page(request, found, form)


@screen(Right.COURSES_RUN)
def group_pdf(request: SignedIn, pk: UUID) -> HttpResponse:
    """The diplomas of those who are ticked: posted, so that nobody's id stands in an address."""
    if request.method != "POST":
        courses.hosted_course(request.actor, pk)
        return redirect("courses:diplomas", pk)
    found = _of(request, pk)
    form = Receivers(request.POST, found=found)
    made: list[bytes] = []

    def act(who: list[UUID]) -> None:
        made.append(diplomas_pdf(found, form.chosen))
        print_diplomas(found.course, who, by=request.actor, at=found.at)

    if submitted(request, form, act):
        return _download(made[0], _("diplomer.pdf"))
    return _page(request, found, form)


@screen(Right.COURSES_RUN)
def one_pdf(request: SignedIn, pk: UUID) -> HttpResponse:
    """The diploma of one participant, of whatever kind of course."""
    found = diploma_of(request.actor, pk, at=clock.now())
    ids = [one.id for one in found.rows]
    try:
        pdf = diplomas_pdf(found, found.rows)
        print_diplomas(found.course, ids, by=request.actor, at=found.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:participant", pk)
    return _download(pdf, _("diplom.pdf"))


def _of(request: SignedIn, pk: UUID) -> Diplomas:
    course = courses.hosted_course(request.actor, pk)
    return diplomas(request.actor, course, at=clock.now())


def _page(request: SignedIn, found: Diplomas, form: Receivers) -> HttpResponse:
    try:
        by_hand = {one.id for one in found.rows} - set_names(found.rows).keys()
    except PdfUnavailable:
        by_hand = set()  # said when one is asked for
    context = {
        "found": found,
        "course": found.course,
        "ends": endings(request.actor, found.course, at=found.at),
        "form": form,
        "ticked": form.ticked,
        "by_hand": by_hand,
    }
    return show(request, "courses/diplomas.html", context)


def _download(pdf: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
