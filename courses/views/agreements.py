"""What a participant agrees to of what her course needs: taken, and taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.commands.agreed import agree, withdraw_agreement
from courses.forms.stopbase import Agreed
from courses.queries.agreed import OF_A_COURSE, Agreement
from courses.queries.form_page import Agreeing, agreeing
from referrals.commands.consent import TEXT_VERSION
from referrals.queries.consent_texts import text_of
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import show, submitted


@screen(Right.COURSES_RUN)
def agreements(request: SignedIn, pk: UUID) -> HttpResponse:
    """What she agrees to of what a course needs: taken, and taken back."""
    found = agreeing(request.actor, pk)
    form = Agreed(request.POST if request.method == "POST" else None)

    def act(act: str, kind: ConsentKind, form: Any, *, guardian_agreed: bool) -> None:
        who = {"by": request.actor, "at": clock.now()}
        if act == Agreed.WITHDRAW:
            withdraw_agreement(found.found.enrolment, kind, **who)  # type: ignore[arg-type]
        else:
            more = {"form": form, "guardian_agreed": guardian_agreed}
            agree(found.found.enrolment, kind, **more, **who)  # type: ignore[arg-type]

    if submitted(request, form, act):
        given = form.cleaned_data["act"] == Agreed.GIVE
        messages.success(
            request, _("Samtykket er noteret.") if given else _("Samtykket er trukket tilbage.")
        )
        return redirect("courses:agreements", pk)
    context = {
        "found": found.found,
        "agreeing": found,
        "form": form,
        "lines": list(_lines(request, found, form)),
    }
    return show(request, "courses/agreements.html", context)


@dataclass(frozen=True, slots=True)
class Line:
    """One of the consents: held, or to be read aloud in the words of today."""

    kind: ConsentKind
    held: Agreement | None
    text: str
    version: str
    form: Agreed


def _lines(request: SignedIn, found: Agreeing, form: Agreed) -> Iterator[Line]:
    held = {one.kind: one for one in found.agreements}
    for kind in OF_A_COURSE:
        about = form.is_bound and form.data.get("kind") == kind
        yield Line(
            kind=kind,
            held=held.get(kind),
            text=text_of(kind, TEXT_VERSION, request.actor.organisation_name),
            version=TEXT_VERSION,
            form=form if about else Agreed(auto_id=f"id_{kind}_%s", initial={"form": "oral"}),
        )
