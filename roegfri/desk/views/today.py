"""I dag: one queue for everything with a clock."""

from django.http import HttpResponse
from django.shortcuts import redirect

from referrals import queries
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk.lines import line
from roegfri.ui.screens import show


@screen(Right.EVERYONE)
def today(request: SignedIn) -> HttpResponse:
    """Whom to call, in the order to call them; other roles begin on their organisation's page."""
    if not request.actor.may(Right.REFERRALS_HANDLE):
        return redirect("desk:organisation")
    at = clock.now()
    overdue = request.GET.get("vis") == "overskredet"
    page = queries.worklist(request.actor, after=request.GET.get("fra", ""), overdue=overdue)
    context = {
        "page": page,
        "lines": [line(row, at=at) for row in page.rows],
        "counts": queries.waiting_counts(request.actor),
        "overdue_only": overdue,
        "today": clock.danish_date(at),
    }
    return show(request, "desk/today.html", context, part="desk/_worklist.html")
