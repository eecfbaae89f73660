"""Frister overholdt: who was reached within the deadline, week by week."""

from django.http import HttpResponse

from referrals.queries.deadlines import deadlines_kept
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import kept
from roegfri.ui import charts
from roegfri.ui.screens import show


@screen(Right.REFERRALS_READ)
def deadlines(request: SignedIn) -> HttpResponse:
    """The last 26 weeks of one kind, drawn, with the numbers beside."""
    weeks = deadlines_kept(request.actor, on=clock.today())
    picture = kept.picture(weeks, kept.kind_of(request.GET.get("slags", "")))
    context = {
        "picture": picture,
        "drawing": charts.drawing(picture.series),
        "heads": charts.heads(picture.series),
    }
    return show(request, "desk/deadlines.html", context)
