"""I dag: one queue for everything with a clock."""

import datetime as dt
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from courses.queries.my_meetings import my_meetings
from referrals import queries
from referrals.queries import View
from referrals.queries.counts import Counts
from referrals.queries.waiting import Waiting
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.desk import calling
from roegfri.desk.lines import line
from roegfri.refusal import Words
from roegfri.ui.lists import Count, Page
from roegfri.ui.screens import show

# view -> the colour of its number, and the word beside it; in the order they stand
FIGURES: dict[View, tuple[str, Words]] = {
    View.OVERDUE: ("overdue", _("over fristen")),
    View.TODAY: ("today", _("har frist i dag")),
    View.AGREED: ("today", _("aftaler nu og i dag")),
    View.MINE: ("later", _("mine, der venter")),
    View.NO_NUMBER: ("later", _("mangler nummer")),
    View.MESSAGES: ("later", _("beskeder")),
    View.TASKS: ("later", _("opgaver på forløb")),
}
# Where those begin who handle no referrals: at the first right of the table that their role has;
# without any, on their organisation's page.
LANDINGS: dict[Right, str] = {
    Right.QUITLINE_CALLS: "desk:quitline",
    Right.REFERRALS_SEND: "sending:list",
    Right.LOG_READ: "desk:log",
    Right.REFERENCE_DATA: "admin:index",
    Right.AGREEMENTS_READ: "desk:agreements",
}
# Whoever covers for somebody has those cases among hers.
_MINE_AND_COVERED = _("mine og dækkede")
_TO_THE_TOP = _("Gå tilbage til hele køen, og ring til den øverste.")
# view -> what it means that it is empty, and what to do
EMPTY: dict[View, tuple[Words, Words]] = {
    View.ALL: (
        _("Ingen venter på et opkald"),
        _("Nye henvisninger kommer her af sig selv. Tryk på «Ny henvisning» for at skrive en ind."),
    ),
    View.MINE: (
        _("Ingen af dine sager venter på noget"),
        _("Sager bliver dine, når du taler med borgeren, eller når du tager dem under «Sag»."),
    ),
    View.OVERDUE: (_("Ingen er over fristen"), _TO_THE_TOP),
    View.TODAY: (_("Ingen har frist i dag"), _TO_THE_TOP),
    View.AGREED: (
        _("Ingen aftaler nu eller senere i dag"),
        _("Aftaler kommer her, når du vælger «Ring igen» eller «Overvejer det» under et opkald."),
    ),
    View.NO_NUMBER: (
        _("Alle i køen har et telefonnummer"),
        _("Står der et nummer i henvisningens tekst, foreslås det, når du åbner sagen."),
    ),
    View.MESSAGES: (
        _("Ingen beskeder venter"),
        _("Beskeder, der ikke kan læses ind af sig selv, kommer her. De gamle ligger i indbakken."),
    ),
    View.TASKS: (
        _("Ingen opgaver på jeres forløb"),
        _("De kommer af sig selv: når nogen udebliver, mangler en samtale eller skal have plads."),
    ),
}


@screen(Right.EVERYONE)
def today(request: SignedIn) -> HttpResponse:
    """Whom to call, in the order to call them; other roles begin where LANDINGS says."""
    if not request.actor.may(Right.REFERRALS_HANDLE):
        return redirect(landing(request.actor))
    at = clock.now()
    view = view_of(request.GET.get("vis", ""))
    page = queries.worklist(request.actor, after=request.GET.get("fra", ""), view=view)
    counts = queries.waiting_counts(request.actor)
    context = {
        "page": page,
        "lines": [line(row, at=at) for row in page.rows],
        "view": view,
        "figures": _figures(counts),
        "meetings": my_meetings(request.actor, counts.beside["meetings"], at),
        "covering": counts.covering,
        "empty": EMPTY[view],
        "poll": _poll(page, view, at),
        "once": uuid4(),
        "today": clock.danish_date(at),
        "flash": calling.flash(request, at=at),
    }
    return show(request, "desk/today.html", context, part="desk/_worklist.html")


def _figures(counts: Counts) -> list[tuple[View, Count, str, Words]]:
    """The numbers on top; each says what it counts."""
    said = dict(FIGURES)
    if counts.covering:
        said[View.MINE] = (said[View.MINE][0], _MINE_AND_COVERED)
    return [(view, counts.number[view], kind, words) for view, (kind, words) in said.items()]


def landing(actor: Actor) -> str:
    """The name of the page on which a role begins that has no queue."""
    own = (address for right, address in LANDINGS.items() if actor.may(right))
    return next(own, "desk:organisation")


def _poll(page: Page[Waiting], view: View, at: dt.datetime) -> dict[str, object]:
    """What the page sends back when it asks what has happened since (forms.OnScreen)."""
    rows = page.rows
    return {
        "ids": ",".join(str(row.id) for row in rows),
        "shown_at": at.isoformat(),
        "since": rows[0].next_at.isoformat() if rows and page.previous else "",
        "until": rows[-1].next_at.isoformat() if rows and page.next else "",
        "vis": view.value,
    }


def view_of(text: str) -> View:
    """What the address asks to look at; all of the queue when it asks for nothing we know."""
    return View(text) if text in list(View) else View.ALL
