"""Indgange: what came in by which way, from whom, and whether the doors stand open."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.queries.arrivals import PERIODS, ByHour, arrivals
from referrals.queries.sweep import FolderHealth, folder_health
from referrals.states import Taken
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.queries import tokens
from roegfri.accounts.roles import Right
from roegfri.ui import charts
from roegfri.ui.screens import show

USUAL = 7
LABELS = {1: _("Det sidste døgn"), 7: _("7 dage"), 30: _("30 dage")}
# The watched folder is swept every few seconds; after so long somebody must look.
STOPPED = dt.timedelta(minutes=2)


@screen(Right.REFERRALS_READ)
def index(request: SignedIn) -> HttpResponse:
    """What came in during the last day and night, week or month."""
    at, asked = clock.now(), request.GET.get("dage", "")
    days = next((one for one in PERIODS if str(one) == asked), USUAL)
    came = arrivals(request.actor, days=days, at=at)
    context = {
        "came": came,
        "days": days,
        "periods": [(one, LABELS[one]) for one in PERIODS],
        "results": Taken.labels,
        "chart": _drawn(came.hours),
        "keys": tokens(request.actor, at=at).order_by("name", "id"),
        "folders": _folders(folder_health(request.actor), at),
    }
    return show(request, "referrals/arrivals.html", context)


def _drawn(hours: Sequence[ByHour]) -> dict[str, Any]:
    """The last 24 hours as bars, with their numbers."""
    total = sum(sum(one.numbers) for one in hours)
    series = charts.Series(
        key="hours",
        title=_now("Time for time, det sidste døgn"),
        text=_now("I alt kom %(total)s ind, med alle veje.") % {"total": total},
        columns=tuple(_clock_hour(one.hour) for one in hours),
        bars=tuple(
            charts.Part(result.label, tuple(one.numbers[at] for one in hours))
            for at, result in enumerate(Taken)
        ),
    )
    return {
        "series": series,
        "total": total,
        "drawing": charts.drawing(series),
        "heads": charts.heads(series),
        "rows": charts.rows(series),
    }


def _clock_hour(hour: dt.datetime) -> str:
    """ "14": the hour on a Danish wall clock."""
    return f"{hour.astimezone(clock.COPENHAGEN).hour}"


def _folders(health: FolderHealth | None, at: dt.datetime) -> dict[str, Any] | None:
    """The watched folder, and whether nobody has swept it for too long."""
    if health is None:
        return None
    stopped = health.last_at is None or at - health.last_at >= STOPPED
    return {"health": health, "stopped": stopped}
