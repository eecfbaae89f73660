"""The screens of referrals: the list, the short form, the upload, the inbox."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals import exports, forms, intake, queries
from referrals.commands.aside import set_aside, take_up_again
from referrals.commands.inbox import Receipt, Taken, read_message
from referrals.commands.receive import receive_referral
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.lists import Column, Page, Sort, listing, listing_of
from roegfri.ui.screens import filled, show, submitted

NO_ROWS: Page[queries.ListedRow] = Page([], "", "")


@screen(Right.REFERRALS_READ)
def index(request: SignedIn) -> HttpResponse:
    """All referrals of the municipality, filtered and sorted; the same rows as CSV or XLSX."""
    form = forms.Filter(request.GET)
    filters = form.narrowed()

    def pages(sort: Sort, after: str) -> Page[queries.ListedRow]:
        return queries.listed_page(request.actor, filters, sort, after) if filters else NO_ROWS

    found = listing_of(request, pages, form=form, sorts=queries.SORTS)
    if kind := request.GET.get("hent"):
        rows = queries.listed_every(request.actor, filters, found.sort) if filters else ()
        return exports.referrals(rows, kind, on=clock.today())
    context = {"list": found, "today": clock.today()}
    return show(request, "referrals/index.html", context, part="referrals/_rows.html")


@screen(Right.REFERRALS_HANDLE)
def new(request: SignedIn) -> HttpResponse:
    """The short form."""
    at = clock.now()
    form = filled(request, forms.NewReferral, initial={"received_at": at})
    handler = queries.own_municipality(request.actor)
    act = partial(receive_referral, handler=handler, by=request.actor, at=at)
    if submitted(request, form, act):
        messages.success(request, _now("Henvisningen er oprettet og står på opkaldslisten."))
        return redirect("desk:today")
    return show(request, "referrals/new.html", {"form": form})


@screen(Right.REFERRALS_IMPORT)
def upload(request: SignedIn) -> HttpResponse:
    """A MedCom file becomes a referral, or stays in the inbox with its reason."""
    at = clock.now()
    form = filled(request, forms.Upload, initial={"received_at": at})
    receipts: list[Receipt] = []

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


def _after_upload(request: SignedIn, receipt: Receipt) -> HttpResponse:
    if receipt.message.referral_id:
        messages.success(request, str(_SAID[receipt.taken]))
        return redirect("desk:call", receipt.message.referral_id)
    messages.warning(request, _now("Filen er ikke læst ind. Den ligger i indbakken med grunden."))
    return redirect("referrals:message", receipt.message.pk)


NEWEST_FIRST = Sort("kom", _("Kom"), (Column("came_at", descending=True),))


@screen(Right.REFERRALS_HANDLE)
def inbox(request: SignedIn) -> HttpResponse:
    """What came in and could not be taken, the newest first: what waits, or what is dealt with."""
    filters = forms.InboxFilter(request.GET)
    handled = filters.is_valid() and filters.cleaned_data["vis"] == "behandlet"
    rows = queries.inbox(request.actor, handled=handled)
    found = listing(request, rows, form=filters, sorts=[NEWEST_FIRST])
    return show(request, "referrals/inbox.html", {"list": found, "handled": handled})


@screen(Right.REFERRALS_HANDLE)
def message(request: SignedIn, pk: UUID) -> HttpResponse:
    """One message of the inbox: why it lies there, how it begins, and what was done about it."""
    found = queries.incoming(request.actor, pk)
    at = clock.now()
    form = filled(request, forms.Handled)
    if submitted(request, form, partial(set_aside, found, by=request.actor, at=at)):
        messages.success(request, _now("Noteret. Beskeden gemmes under «Behandlet»."))
        return redirect("referrals:inbox")
    read_message(found, by=request.actor, at=at)
    return show(request, "referrals/message.html", {"message_in": found, "form": form})


@screen(Right.REFERRALS_HANDLE)
def message_again(request: SignedIn, pk: UUID) -> HttpResponse:
    """Puts a message that was dealt with back among those that wait."""
    found = queries.incoming(request.actor, pk)
    form = forms.Confirm(request.POST or None)
    act = partial(take_up_again, found, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _now("Beskeden venter igen i indbakken."))
    return redirect("referrals:message", pk)


@screen(Right.REFERRALS_HANDLE)
def message_file(request: SignedIn, pk: UUID) -> HttpResponse:
    """The bytes of a message, as they came; never opened by the browser."""
    found = queries.incoming(request.actor, pk)
    read_message(found, by=request.actor, at=clock.now())
    return HttpResponse(
        found.bytes,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="besked-{found.pk}.xml"',
            "X-Content-Type-Options": "nosniff",
        },
    )
