"""Dæk for kollega: who looks after whose cases while somebody is away."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.caseworker import cover_colleague, end_cover
from referrals.models import Cover
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk.forms.covers import Cover as CoverForm
from roegfri.ui.screens import filled, show, submitted

MOST_PAST = 20


@screen(Right.REFERRALS_HANDLE)
def covers(request: SignedIn) -> HttpResponse:
    """Who covers for whom, now and later; a new cover; how many cases each colleague has."""
    today = clock.today()
    people = queries.workloads(request.actor)
    given = {"substitute": str(request.actor.user_id), "from_on": today}
    form = filled(request, CoverForm, people=people, initial=given)
    act = partial(cover_colleague, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Dækningen er gemt. Sagerne tæller som dækkerens egne."))
        return redirect("desk:covers")
    rows = list(queries.covers(request.actor)[: MOST_PAST * 2])
    context = {
        "form": form,
        "people": people,
        "running": [_line(row, request) for row in _ordered(rows) if row.until_on >= today],
        "past": [row for row in rows if row.until_on < today][:MOST_PAST],
        "today": today,
    }
    return show(request, "desk/covers.html", context)


@screen(Right.REFERRALS_HANDLE)
def end(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ends a cover at once."""
    cover = queries.cover(request.actor, pk)
    form = forms.Confirm(request.POST or None)
    act = partial(end_cover, cover, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Dækningen er slut."))
    for words in form.non_field_errors():
        messages.error(request, str(words))
    return redirect("desk:covers")


def _ordered(rows: Sequence[Cover]) -> list[Cover]:
    return sorted(rows, key=lambda row: (row.from_on, row.until_on))


def _line(row: Cover, request: SignedIn) -> tuple[Cover, bool]:
    """A cover, and whether the viewer may end it."""
    mine = request.actor.user_id in {row.absent_id, row.substitute_id}
    return row, mine or request.actor.may(Right.STAFF_MANAGE)
