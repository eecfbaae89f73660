"""The inbox: what came in and could not be taken."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals import forms, queries
from referrals.commands.aside import set_aside, take_up_again
from referrals.commands.inbox import read_message
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.lists import Column, Sort, listing
from roegfri.ui.screens import filled, show, submitted

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
