"""The file on paper: printed for the case, or handed to the citizen who asks what is kept."""

from uuid import UUID

from django.http import HttpResponse

from referrals import forms, queries
from referrals.commands.extracts import print_file
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.file.insight import insight_pdf
from roegfri.desk.file.page import file_context
from roegfri.refusal import Refusal
from roegfri.ui.screens import show


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def printout(request: SignedIn, pk: UUID) -> HttpResponse:
    """Asks what is to be on the paper, and shows it."""
    form = forms.PrintFile(request.POST or None, initial={"timeline": True})
    if request.method != "POST" or not form.is_valid():
        referral = queries.referral(request.actor, pk)
        citizen = queries.kept(request.actor, referral.citizen)
        return show(
            request,
            "desk/print.html",
            {"form": form, "referral": referral, "citizen": citizen},
        )
    found = queries.citizen_file(request.actor, pk)
    at, with_ = clock.now(), form.cleaned_data
    shown = [name for name in ("number", "address") if with_[name]]
    print_file(found.referral, persons=found.persons, shown=shown, by=request.actor, at=at)
    context = file_context(request, found)
    number = queries.whole_number(request.actor, found) if with_["number"] else ""
    paper = {
        "at": at,
        "with": with_,
        "number": number,
        "oldest_first": context["entries"][::-1] if with_["timeline"] else [],
    }
    return show(request, "desk/paper.html", {**context, **paper})


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def insight(request: SignedIn, pk: UUID) -> HttpResponse:
    """The citizen's own report, as a PDF."""
    form = forms.HandOutFile(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            pdf = insight_pdf(request, pk, at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _download(pdf)
    referral = queries.referral(request.actor, pk)
    citizen = queries.kept(request.actor, referral.citizen)
    return show(
        request, "desk/insight.html", {"form": form, "referral": referral, "citizen": citizen}
    )


def _download(pdf: bytes) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="indsigt.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
