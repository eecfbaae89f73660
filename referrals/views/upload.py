"""A MedCom file is read in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals import forms, intake, queries
from referrals.commands.inbox import Answer
from referrals.states import Taken
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_IMPORT)
def upload(request: SignedIn) -> HttpResponse:
    """A MedCom file becomes a referral, or stays in the inbox with its reason."""
    at = clock.now()
    form = filled(request, forms.Upload, initial={"received_at": at})
    receipts: list[Answer] = []

    def act(**given: object) -> None:
        inbox = queries.own_municipality(request.actor)
        receipts.append(intake.take_file(**given, inbox=inbox, by=request.actor, at=at))  # type: ignore[arg-type]

    if submitted(request, form, act):
        return _after_upload(request, receipts[0])
    return show(request, "referrals/upload.html", {"form": form})


_SAID = {
    Taken.CREATED: _("Henvisningen er læst ind og står på opkaldslisten."),
    Taken.CORRECTED: _("Rettelsen er læst ind. Fristen løber videre fra den første modtagelse."),
    Taken.DUPLICATE: _("Beskeden er læst ind før. Intet er ændret."),
}


def _after_upload(request: SignedIn, receipt: Answer) -> HttpResponse:
    if receipt.message.referral_id:
        messages.success(request, str(_SAID[receipt.taken]))
        return redirect("desk:call", receipt.message.referral_id)
    messages.warning(request, _now("Filen er ikke læst ind. Den ligger i indbakken med grunden."))
    return redirect("referrals:message", receipt.message.pk)
