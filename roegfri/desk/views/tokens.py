"""Adgangsnøgler: by which other systems reach the API; made, shown once, closed."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms import Confirm
from referrals.queries import own_municipality
from roegfri import clock
from roegfri.accounts import commands, queries
from roegfri.accounts import tokens as keys
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.models import Token
from roegfri.accounts.roles import Right, Role
from roegfri.desk.forms import tokens as forms
from roegfri.ui.lists import Column, Sort, listing
from roegfri.ui.screens import filled, show, submitted, typed

# How long before a key expires its owner is told.
WARNED, MOST_WARNED = dt.timedelta(days=30), 20
SORTS = (
    Sort("nyeste", _("Nyeste først"), (Column("made_at", descending=True),)),
    Sort("udloeber", _("Udløber først"), (Column("expires_at"),)),
    Sort("organisation", _("Organisation"), (Column("organisation__name"), Column("name"))),
)


@screen(Right.TOKENS_MANAGE)
def tokens(request: SignedIn) -> HttpResponse:
    """The keys one looks after: those that open something, or those that do no more."""
    at = clock.now()
    filters = forms.Shown(request.GET)
    over = filters.is_valid() and filters.cleaned_data["vis"] == forms.OVER
    found = listing(
        request, queries.tokens(request.actor, at=at, over=over), form=filters, sorts=SORTS
    )
    context = {
        "list": found,
        "over": over,
        "soon": at + WARNED,
        "ending": queries.tokens_ending(request.actor, at=at, within=WARNED)[:MOST_WARNED],
        "of_all": request.actor.role == Role.ADMINISTRATOR,
    }
    return show(request, "desk/tokens.html", context)


@screen(Right.TOKENS_MANAGE)
def new(request: SignedIn) -> HttpResponse:
    """A new key. The answer to the form shows it, and no page ever does again."""
    for_any = request.actor.role == Role.ADMINISTRATOR
    form = filled(request, forms.NewTokenForAny if for_any else forms.NewToken)
    made: list[tuple[Token, str]] = []

    def act(**given: Any) -> None:
        whose = given.pop("organisation", None) or own_municipality(request.actor)
        made.append(commands.create_token(whose, **given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        token, secret = made[0]
        return show(request, "desk/token_made.html", {"token": token, "secret": secret})
    return show(request, "desk/token_new.html", {"form": form})


@screen(Right.TOKENS_MANAGE)
def close(request: SignedIn, pk: UUID) -> HttpResponse:
    """A key opens nothing any more, from this moment."""
    token = queries.token(request.actor, pk)
    form = Confirm(typed(request))
    if submitted(
        request, form, partial(commands.revoke_token, token, by=request.actor, at=clock.now())
    ):
        messages.success(request, _now("Nøglen «%(name)s» er lukket.") % {"name": token.name})
        return redirect("desk:tokens")
    standing = keys.standing_of(token, clock.now())
    return show(
        request, "desk/token_close.html", {"form": form, "token": token, "standing": standing}
    )
