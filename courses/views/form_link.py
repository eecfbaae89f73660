"""The link by which a participant fills in STOPbasen's form herself: made, shown once, ended."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.commands.form_links import end_link, make_link
from courses.forms.stopbase import LinkAct
from courses.queries.form_links import address_language
from courses.queries.form_page import Sheet, form_sheet
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.public.languages import DANISH
from roegfri.public.queries import place_of
from roegfri.public.strangers import whole_address
from roegfri.ui.screens import show, submitted


@screen(Right.COURSES_RUN)
def link(request: SignedIn, pk: UUID) -> HttpResponse:
    """A new one is shown once, and kept nowhere: what it opens is known by its digest alone."""
    sheet = form_sheet(request.actor, pk)
    form, made = LinkAct(request.POST if request.method == "POST" else None), []

    def act(act: str) -> None:
        who = {"by": request.actor, "at": clock.now()}
        if act == LinkAct.MAKE:
            made.append(make_link(sheet.found.enrolment, **who))  # type: ignore[arg-type]
        else:
            end_link(sheet.found.enrolment, **who)  # type: ignore[arg-type]

    if submitted(request, form, act) and not made:
        messages.success(request, _("Linket virker ikke mere."))
        return redirect("courses:form_link", pk)
    if made:
        sheet = form_sheet(request.actor, pk)
    address = _address(request, sheet, made[0]) if made else ""
    context = {
        "sheet": sheet,
        "found": sheet.found,
        "form": form,
        "open": sheet.link_is_open(clock.now()),
        "address": address,
        "code": segno.make(address, error="m").svg_data_uri(scale=8, border=4) if made else "",
    }
    return show(request, "courses/form_link.html", context)


def _address(request: SignedIn, sheet: Sheet, secret: str) -> str:
    """The whole address, in her own language where the host shows it."""
    there = reverse("courses:own_form", kwargs={"secret": secret})
    enrolment = sheet.found.enrolment
    place = place_of(request.actor, enrolment.course.host_id)
    language = address_language(request.actor, enrolment, place)
    if language is not DANISH:
        there = f"{there}?sprog={language.code}"
    return whole_address(request, there)
