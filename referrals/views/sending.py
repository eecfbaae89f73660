"""The sender's own door: refer somebody, and follow one's own."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands.amend import amend_sent
from referrals.commands.send import send_referral
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.audit import looks
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_SEND)
def sent(request: SignedIn) -> HttpResponse:
    """One's own referrals, the newest first, and how far each has come; nothing of the case."""
    form = forms.SentSearch(request.POST if request.method == "POST" else None)
    asked = form.cleaned_data if form.is_valid() else {"name": "", "state": ""}
    if asked["name"]:
        looks.searched(asked["name"])
    context = {
        "form": form,
        "asked": any(asked.values()),
        "page": queries.sent_page(request.actor, **asked, after=request.POST.get("fra", "")),
        "today": clock.today(),
    }
    return show(request, "referrals/sent.html", context)


@screen(Right.REFERRALS_SEND)
def sent_one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One of them, and a form for what was written wrong; nothing that stands on the case."""
    one = queries.sent_one(request.actor, pk)
    form = filled(request, forms.AmendSent)
    if submitted(request, form, partial(amend_sent, one, by=request.actor, at=clock.now())):
        messages.success(request, _("Rettelsen er sendt. Kommunen ser den på sagen."))
        return redirect("sending:list")
    return show(request, "referrals/sent_one.html", {"form": form, "one": one})


@screen(Right.REFERRALS_SEND)
def send(request: SignedIn) -> HttpResponse:
    """The form. Nothing on it tells whether anybody knows the citizen already."""
    at = clock.now()
    offered = queries.receivers(request.actor, clock.danish_date(at))
    form = filled(request, forms.SendReferral, offered=offered)
    if submitted(request, form, partial(send_referral, by=request.actor, at=at)):
        messages.success(request, _("Henvisningen er sendt. Kommunen ringer til borgeren."))
        return redirect("sending:list")
    context = {"form": form, "offered": offered, "promise": _promise(request, form)}
    return show(request, "referrals/send.html", context)


@screen(Right.REFERRALS_SEND)
def send_around(request: SignedIn) -> HttpResponse:
    """What changes while one fills it in: by when they call, and what is asked of a child."""
    if request.method != "POST":
        return redirect("sending:new")
    offered = queries.receivers(request.actor, clock.today())
    form = forms.SendReferral.half(request.POST, offered=offered)
    context = {"form": form, "promise": _promise(request, form)}
    return show(request, "referrals/_send_around.html", context)


def _promise(request: SignedIn, form: forms.SendReferral) -> queries.Promise | None:
    chosen = form.receiver
    return queries.promise(request.actor, chosen, clock.today()) if chosen else None
