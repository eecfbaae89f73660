"""Lukkedage: when the coordinator's municipality is closed, beside the public holidays."""

import datetime as dt
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.forms import Confirm
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk.forms import staff as forms
from roegfri.organisations import commands
from roegfri.organisations.queries import closing as queries
from roegfri.ui.screens import filled, show, submitted, typed


@screen(Right.CLOSING_DAYS_SET)
def calendar(request: SignedIn) -> HttpResponse:
    """A year's closing days, and a form for more of them."""
    today = clock.today()
    year = forms.year_of(request.GET.get("aar", ""), today=today)
    form = filled(request, forms.CloseDays)
    done: list[commands.Closed] = []

    def act(**given: dt.date | str) -> None:
        done.append(commands.close_days(**given, by=request.actor, at=clock.now()))  # type: ignore[arg-type]

    if submitted(request, form, act):
        messages.success(request, _said(done[0]))
        return redirect(f"{reverse('desk:closing_days')}?aar={done[0].added[0].year}")
    context = {
        "form": form,
        "today": today,
        "calendar": queries.calendar(request.actor, year),
        "before": forms.year_of(str(year - 1), today=today),
        "after": forms.year_of(str(year + 1), today=today),
    }
    return show(request, "desk/closing_days.html", context)


@screen(Right.CLOSING_DAYS_SET)
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """A day to come is a workday again."""
    day = queries.closing_day(request.actor, pk)
    form = Confirm(typed(request))
    act = partial(commands.remove_closing_day, day, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Lukkedagen er fjernet."))
        return redirect(f"{reverse('desk:closing_days')}?aar={day.on.year}")
    return show(request, "desk/closing_day_remove.html", {"form": form, "closing": day})


def _said(done: commands.Closed) -> str:
    added, known = len(done.added), len(done.known)
    words = ngettext("%(n)s lukkedag er tilføjet.", "%(n)s lukkedage er tilføjet.", added)
    words %= {"n": added}
    if known:
        more = ngettext(
            "%(n)s dag var en lukkedag i forvejen.", "%(n)s dage var lukkedage i forvejen.", known
        )
        words = f"{words} {more % {'n': known}}"
    return words
