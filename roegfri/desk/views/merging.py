"""Slå sammen: two rows that are one person, and back again."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from courses.queries.enrolled import twice_on
from referrals import forms, queries
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.commands import merge_persons, unmerge_persons
from roegfri.desk.file import merging
from roegfri.ui.screens import show, submitted


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def merge(request: SignedIn, pk: UUID) -> HttpResponse:
    """Finds the other, shows the two beside each other, and merges them."""
    referral = queries.referral(request.actor, pk)
    form = forms.MergeTwo(request.POST or None)
    found = merging.candidates(request, referral, form)
    one = merging.citizen_of(request, referral)
    pair = form.pair(one, {candidate.citizen for candidate in found})
    if pair:
        act = partial(merge_persons, *pair, by=request.actor, at=clock.now())
        if submitted(request, form, lambda **_given: act()):
            messages.success(
                request,
                _("De to er nu én borger. De skilles ad igen under «Slå sammen med en dublet»."),
            )
            _warn(request, pair[0])
            return redirect("desk:file", pk)
    return show(request, "desk/merge.html", merging.context(request, referral, form, found))


def _warn(request: SignedIn, kept: UUID) -> None:
    """Who was on a course under both rows takes two seats there."""
    if names := twice_on(request.actor, [kept]):
        words = _("Borgeren står nu to gange på %(courses)s. Frameld den ene.")
        messages.warning(request, words % {"courses": ", ".join(names)})


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def unmerge(request: SignedIn, pk: UUID, merge_pk: UUID) -> HttpResponse:
    """Takes a merge back."""
    referral = queries.referral(request.actor, pk)
    merged = queries.merge(request.actor, referral, merge_pk)
    form = forms.Confirm(request.POST or None)
    act = partial(unmerge_persons, merged, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("De to borgere er skilt ad igen."))
    return redirect("desk:merge", pk)
