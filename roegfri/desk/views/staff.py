"""Medarbejdere: a coordinator invites, ends and keeps her own municipality's people."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import queries
from referrals.forms import Confirm
from roegfri import clock
from roegfri.accounts import commands, invitations, sessions
from roegfri.accounts import queries as people
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Right
from roegfri.desk import staffing
from roegfri.desk.forms import staff as forms
from roegfri.ui.screens import filled, show, submitted, typed


@screen(Right.STAFF_MANAGE)
def staff(request: SignedIn) -> HttpResponse:
    """Everybody with a role here, and those who had one."""
    grants = people.staff_grants(request.actor)
    cases = queries.open_cases(request.actor)
    found = staffing.staff(grants, cases, clock.today())
    return show(request, "desk/staff.html", {"staff": found, "today": clock.today()})


@screen(Right.STAFF_MANAGE)
def invite(request: SignedIn) -> HttpResponse:
    """A role for somebody, by her e-mail address."""
    form = filled(request, forms.Invite)

    def act(**given: str) -> None:
        _write_to(request, commands.invite_staff(**given, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        return redirect("desk:staff")
    return show(request, "desk/staff_invite.html", {"form": form})


@screen(Right.STAFF_MANAGE)
def renew(request: SignedIn, pk: UUID) -> HttpResponse:
    """The invitation once more, with a fresh link."""
    grant = people.staff_grant(request.actor, pk)
    form = Confirm(typed(request))

    def act() -> None:
        _write_to(request, commands.renew_invitation(grant, by=request.actor, at=clock.now()))

    if submitted(request, form, act):
        return redirect("desk:staff")
    return show(request, "desk/staff_renew.html", {"form": form, "grant": grant})


@screen(Right.STAFF_MANAGE)
def end(request: SignedIn, pk: UUID) -> HttpResponse:
    """From which day on somebody is without her role."""
    grant, today = people.staff_grant(request.actor, pk), clock.today()
    form = filled(request, forms.EndRole, initial={"from_on": today})
    act = partial(commands.end_staff_role, grant, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        if grant.pk == request.actor.grant_id and form.cleaned_data["from_on"] <= today:
            sessions.end(request)
            messages.success(request, _("Din rolle er slut, og du er logget ud."))
            return redirect("account_login")
        over = form.cleaned_data["from_on"] <= today
        words = _("%(name)s: rollen er slut.") if over else _("%(name)s: slutdatoen er gemt.")
        messages.success(request, words % {"name": grant.user.name})
        return redirect("desk:staff")
    context = {"form": form, "grant": grant, "cases": _cases(request, grant)}
    return show(request, "desk/staff_end.html", context)


@screen(Right.STAFF_MANAGE)
def keep(request: SignedIn, pk: UUID) -> HttpResponse:
    """The role goes on, or begins anew today."""
    grant = people.staff_grant(request.actor, pk)
    form = Confirm(typed(request))
    act = partial(commands.keep_staff_role, grant, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("%(name)s har rollen igen.") % {"name": grant.user.name})
        return redirect("desk:staff")
    over = staffing.is_over(grant, clock.today())
    return show(request, "desk/staff_keep.html", {"form": form, "grant": grant, "over": over})


def _cases(request: SignedIn, grant: Grant) -> int:
    return queries.open_cases(request.actor).get(grant.user_id, 0)


def _write_to(request: SignedIn, grant: Grant) -> None:
    """Once the role is committed: a letter with a link to nothing helps nobody."""
    ready = invitations.letter(request, grant, inviter=request.actor.name)
    transaction.on_commit(partial(_deliver, request, ready))


def _deliver(request: SignedIn, ready: invitations.Letter) -> None:
    if invitations.send(request, ready):
        words = _("Invitationen er sendt til %(email)s.")
        messages.success(request, words % {"email": ready.email})
    else:
        words = _(
            "Rollen er givet, men mailen til %(email)s kunne ikke sendes. Prøv igen om lidt med "
            "«Send invitation igen»."
        )
        messages.warning(request, words % {"email": ready.email})
