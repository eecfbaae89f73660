"""Stoplinien's own screen: whom the municipalities have asked it to call, and what came of it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.handover import end_hand_over
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, submitted


@screen(Right.QUITLINE_CALLS)
def quitline(request: SignedIn) -> HttpResponse:
    """The list, the longest waiting first; and today's answers."""
    context = {
        "waiting": queries.given_to_quitline(request.actor),
        "done": queries.done_today(request.actor),
    }
    return show(request, "desk/quitline.html", context)


@screen(Right.QUITLINE_CALLS)
def quitline_answer(request: SignedIn, pk: UUID) -> HttpResponse:
    """One person: name, numbers, and the answer to the municipality."""
    given = queries.given_one(request.actor, pk)
    form = filled(request, forms.QuitlineResult)
    act = partial(end_hand_over, given, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Svaret er sendt til kommunen."))
        return redirect("desk:quitline")
    context = {"given": given, "citizen": given.citizen, "form": form}
    return show(request, "desk/quitline_answer.html", context)
