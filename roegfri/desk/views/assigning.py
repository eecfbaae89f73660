"""Who has a case: taken by oneself, given to a colleague, one or many."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals import forms as referral_forms
from referrals import queries
from referrals.commands.caseworker import MOST_AT_ONCE, Assigned, assign_caseworker
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.forms.covers import Assign
from roegfri.ui.screens import show, submitted


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def assign(request: SignedIn, pk: UUID) -> HttpResponse:
    """Takes a case, or gives it to a colleague."""
    form = Assign(request.POST or None)
    if done := _carried_out(request, form, [pk]):
        messages.success(request, _said(done))
        return redirect("desk:file", pk)
    context = {"form": form, "number": 1, "back": reverse("desk:file", args=[pk])}
    return show(request, "desk/assign.html", context | _people(request))


@screen(Right.REFERRALS_HANDLE)
def assign_many(request: SignedIn) -> HttpResponse:
    """Gives those that were chosen on the list, or all that the address's filter leaves."""
    query = request.GET.urlencode()
    back = f"{reverse('referrals:list')}?{query}"
    chosen = _picked(request) if "id" in request.POST else _filtered(request)
    form = Assign(request.POST if "to" in request.POST else None)
    if done := _carried_out(request, form, chosen):
        messages.success(request, _said(done))
        return redirect(back)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        messages.warning(request, _cannot(len(chosen)))
        return redirect(back)
    picked = chosen if "id" in request.POST else []
    context = {"form": form, "number": len(chosen), "picked": picked, "back": back, "query": query}
    return show(request, "desk/assign.html", context | _people(request))


def _carried_out(request: SignedIn, form: Assign, cases: Sequence[UUID]) -> Assigned | None:
    done: list[Assigned] = []
    act = partial(assign_caseworker, cases, by=request.actor, at=clock.now())
    if submitted(request, form, lambda **given: done.append(act(**given))):
        return done[0]
    return None


def _picked(request: SignedIn) -> list[UUID]:
    """Ids that the list's boxes sent; whatever is none of ours is refused by the command."""
    try:
        return [UUID(text) for text in request.POST.getlist("id")]
    except ValueError:
        return []


def _filtered(request: SignedIn) -> list[UUID]:
    """All that the filter leaves, one more than may be given at once."""
    filters = referral_forms.Filter(request.GET).narrowed()
    if filters is None or (request.method == "POST" and "all" not in request.POST):
        return []
    return queries.listed_ids(request.actor, filters, most=MOST_AT_ONCE + 1)


def _people(request: SignedIn) -> dict[str, Any]:
    everybody = queries.workloads(request.actor)
    return {
        "people": [one for one in everybody if one.id != request.actor.user_id],
        "me": next((one for one in everybody if one.id == request.actor.user_id), None),
    }


def _said(done: Assigned) -> str:
    words = ngettext("%(n)s sag er givet.", "%(n)s sager er givet.", done.given) % {"n": done.given}
    if done.already:
        words += " " + _("%(n)s havde den rådgiver i forvejen.") % {"n": done.already}
    if done.closed:
        words += " " + _("%(n)s er afsluttet og er ikke ændret.") % {"n": done.closed}
    return words


def _cannot(number: int) -> str:
    if not number:
        return _("Vælg først en eller flere sager på listen.")
    return _("Der kan højst gives %(most)s sager ad gangen. Indsnævr filteret.") % {
        "most": MOST_AT_ONCE
    }
