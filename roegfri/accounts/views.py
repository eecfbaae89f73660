"""A person's own account."""

from functools import partial

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from roegfri import clock
from roegfri.accounts import commands, forms, queries, sessions
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.middleware import chosen_grant
from roegfri.accounts.roles import Right
from roegfri.ui.screens import filled, show, sign_in_first, submitted


@screen(Right.EVERYONE)
def profile(request: SignedIn) -> HttpResponse:
    """Who I am here, and how my pages behave."""
    form = filled(request, forms.Profile, initial=model_to_dict(request.user))
    act = partial(commands.change_profile, request.user, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Ændringerne er gemt."))
        response = redirect("accounts:profile")
        # The saved language holds from now on, not what this browser chose before.
        response.delete_cookie("language")
        return response
    context = {
        "form": form,
        "own_grants": queries.grants_of(request.actor, on=clock.today()),
        "current": chosen_grant(request),
    }
    return show(request, "accounts/profile.html", context)


@require_POST
@screen(Right.EVERYONE)
def switch(request: SignedIn) -> HttpResponse:
    """Goes on under another of the person's roles; from the header of every page."""
    wanted = request.POST.get("grant")
    grant = next((grant for grant in request.grants if str(grant.pk) == wanted), None)
    if grant is None:
        messages.error(request, _("Den rolle har du ikke længere."))
        return redirect("/")
    commands.switch_grant(grant, by=request.actor, at=clock.now())
    request.session[sessions.GRANT] = str(grant.pk)
    sessions.change_key(request)
    # A form that stands open in another window was filled in under the role before: sent now, it
    # would be the other municipality's.
    rotate_token(request)
    return redirect("/")


def second_factor(request: SignedIn) -> HttpResponse:
    """Where a person is sent who has no second factor yet: which kinds there are, and why."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    return show(request, "accounts/second_factor.html", {})


# Reached before the person has any right; the middleware looks after it.
second_factor.right = Right.EVERYONE  # type: ignore[attr-defined]
