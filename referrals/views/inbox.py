"""The inbox: what came in and could not be taken."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals import forms, queries
from referrals.commands.inbox import Answer
from referrals.commands.onwards import retry_messages
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.lists import Column, Sort, listing
from roegfri.ui.screens import show

NEWEST_FIRST = Sort("kom", _("Kom"), (Column("came_at", descending=True),))
URGENT_FIRST = Sort(
    "haster", _("Kom"), (Column("first", descending=True), Column("came_at", descending=True))
)


@screen(Right.REFERRALS_HANDLE)
def inbox(request: SignedIn) -> HttpResponse:
    """What came in and could not be taken, the newest first: what waits, and of that first what
    somebody may be waiting for elsewhere; or what is dealt with."""
    filters = forms.InboxFilter(request.GET)
    handled = filters.is_valid() and filters.cleaned_data["vis"] == forms.HANDLED
    rows = queries.inbox(request.actor, handled=handled)
    found = listing(request, rows, form=filters, sorts=[NEWEST_FIRST if handled else URGENT_FIRST])
    context = {"list": found, "handled": handled, "states": forms.KEPT}
    return show(request, "referrals/inbox.html", context)


@screen(Right.REFERRALS_HANDLE)
def retry_many(request: SignedIn) -> HttpResponse:
    """Tries the ticked ones again, or all that wait."""
    every = "all" in request.POST
    ids = None if every else _picked(request)
    if request.method == "POST" and (every or ids):
        tried = retry_messages(ids, by=request.actor, at=clock.now())
        messages.info(request, _tried_words(tried.answers))
        if tried.more:
            most = {"most": len(tried.answers)}
            messages.info(request, _now("De %(most)d ældste er prøvet, ikke resten.") % most)
    elif request.method == "POST":
        messages.warning(request, _now("Vælg mindst én besked i listen først."))
    return redirect("referrals:inbox")


def _picked(request: SignedIn) -> list[UUID]:
    """Ids that the list's boxes sent; whatever is none of ours is left alone by the command."""
    try:
        return [UUID(text) for text in request.POST.getlist("id")]
    except ValueError:
        return []


def _tried_words(answers: Sequence[Answer]) -> str:
    taken = sum(1 for answer in answers if answer.message.referral_id)
    left = len(answers) - taken
    return " ".join(
        [
            ngettext("%(n)d besked er læst ind.", "%(n)d beskeder er læst ind.", taken)
            % {"n": taken},
            ngettext("%(n)d venter stadig.", "%(n)d venter stadig.", left) % {"n": left},
        ]
    )
