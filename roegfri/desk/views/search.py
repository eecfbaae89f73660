"""Søg: find a citizen from anywhere. Every search is posted, and is one line in the log."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import queries
from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.audit import looks
from roegfri.audit.commands import record
from roegfri.desk import finding
from roegfri.desk.forms.search import Search
from roegfri.ui.screens import show

A_MINUTE = dt.timedelta(minutes=1)
MOST = 60  # searches a minute: a person types slower, a machine that gathers names does not
TOO_MANY = 429


@screen(Right.REFERRALS_READ)
def search(request: SignedIn) -> HttpResponse:
    """The field; or who was found. A number that means one open case opens its call screen."""
    form = Search(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return show(request, "desk/search.html", {"form": form})
    if not limits.take(f"search:{request.user.pk}", limit=MOST, window=A_MINUTE, at=clock.now()):
        return _too_many(request, form)
    wanted = form.cleaned_data["wanted"]
    looks.searched(form.cleaned_data["q"])
    found = queries.found(request.actor, wanted)
    if wanted.names_one and found.only_case:
        return redirect("desk:call", found.only_case)
    context = {
        "form": form,
        "searched": True,
        "lines": [finding.line(hit, wanted) for hit in found.hits],
        "more": found.more,
        "searched_for": finding.searched_for(wanted),
    }
    return show(request, "desk/search.html", context)


def _too_many(request: SignedIn, form: Search) -> HttpResponse:
    """Nothing was searched; that it was tried is in the log, where the odd openings are listed."""
    record("screen.refused", "desk:search", by=request.actor, at=clock.now())
    words = _("Du har søgt mange gange på kort tid. Vent et minut, og prøv igen.")
    form.add_error(None, words)
    return show(request, "desk/search.html", {"form": form}, status=TOO_MANY)
