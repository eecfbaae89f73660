"""Indgange: what came in by which way, from whom, and whether the doors stand open."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.queries.arrivals import PERIODS, ByHour, arrivals
from referrals.queries.sweep import ROOT, FolderHealth, Place, folder_health
from referrals.states import Taken
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.queries import tokens
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui import charts
from roegfri.ui.screens import show

USUAL = 7
LABELS = {1: _("Det sidste døgn"), 7: _("7 dage"), 30: _("30 dage")}
SHARED_NAMES = {ROOT: _("Hele mappen"), "ind": _("Fælles, ind"), "ud": _("Fælles, kvitteringer ud")}
OWN_NAMES: dict[str, Words] = {"ind": _("Kommunens, ind"), "ud": _("Kommunens, kvitteringer ud")}
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
        text=_now("%(total)s kom ind det sidste døgn. Under søjlerne står klokkeslættet.")
        % {"total": total},
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
    """The watched folder, whether nobody has swept it for too long, and its parts by name."""
    if health is None:
        return None
    stopped = health.last_at is None or at - health.last_at >= STOPPED
    places = [(one, _name_of(one)) for one in health.places if one.folder != ROOT or one.trouble]
    return {"health": health, "stopped": stopped, "places": places}


def _name_of(place: Place) -> Words:
    """What lies in a folder: files for all, or one municipality's, on their way in or out."""
    if place.folder in SHARED_NAMES:
        return SHARED_NAMES[place.folder]
    return OWN_NAMES.get(place.folder.rpartition("/")[2], place.folder)
