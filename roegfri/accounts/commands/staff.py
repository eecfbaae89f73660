"""A coordinator and her own people: invited, ended, kept. Never another municipality's roles."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts import coverage, limits, policies, sessions
from roegfri.accounts.commands.people import create_user, give_grant
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import STAFF, Role
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone

# Letters to one person within an hour, so that nobody's mailbox can be filled from here.
LETTERS = 5
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@transaction.atomic
def invite_staff(*, name: str, email: str, role: str, by: Actor, at: dt.datetime) -> Grant:
    """A role from today for whoever has the address; she is made a user if nobody has it.

    A person who is known keeps her name and her other roles. Raises Refusal when she has the role
    already, or her account is closed.
    """
    if role not in STAFF:
        raise Refusal(_("Vælg rådgiver eller koordinator."), field="role")
    alone("user", email.strip().lower())
    user = User.objects.filter(email__iexact=email.strip()).first()
    user = user or create_user(email, name, by=by, at=at)
    _check_open(user, field="email")
    grant = give_grant(user, role, _own(by), from_on=clock.danish_date(at), by=by, at=at)
    _count_letter(grant, by=by, at=at)
    return grant


@transaction.atomic
def renew_invitation(grant: Grant, *, by: Actor, at: dt.datetime) -> Grant:
    """One more letter with a fresh link. Raises Refusal when the role is over, or after LETTERS."""
    grant = _locked(grant, by)
    if _is_over(grant, clock.danish_date(at)):
        raise Refusal(_("Rollen er slut. Giv personen rollen igen, før du sender en invitation."))
    _check_open(grant.user)
    _count_letter(grant, by=by, at=at)
    return grant


@transaction.atomic
def end_staff_role(grant: Grant, *, from_on: dt.date, by: Actor, at: dt.datetime) -> None:
    """From that day on the role is gone: today means now, with the next request.

    Raises Refusal when the municipality would be without a coordinator on any day, when the day is
    past or the role over already, and for a role that an identity provider gives.
    """
    today = clock.danish_date(at)
    _alone_in(_own(by))
    grant = _locked(grant, by)
    _check_end(grant, from_on, today)
    if from_on <= grant.from_on:
        record("grant.ended", grant, by=by, at=at)  # it has had no day
        _end_sessions_under(grant, today)
        grant.delete()
        return
    grant.until_on = from_on - _DAY
    _check_apart(grant)
    grant.save(update_fields=["until_on"])
    record("grant.ended", grant, by=by, at=at, columns=["until_on"])
    if from_on <= today:
        _end_sessions_under(grant, today)


@transaction.atomic
def keep_staff_role(grant: Grant, *, by: Actor, at: dt.datetime) -> Grant:
    """The role goes on without an end; one that is over begins anew today, the gap stays."""
    today = clock.danish_date(at)
    grant = _locked(grant, by)
    _check_open(grant.user)
    if _is_over(grant, today):
        return give_grant(grant.user, grant.role, grant.organisation, from_on=today, by=by, at=at)
    if grant.until_on is not None:
        grant.until_on = None
        _check_apart(grant)
        grant.save(update_fields=["until_on"])
        record("grant.kept", grant, by=by, at=at, columns=["until_on"])
    return grant


def _own(by: Actor) -> Organisation:
    if by.organisation_id is None:
        raise Refusal(_("Vælg den rolle og kommune, du arbejder for."))
    return Organisation.objects.get(pk=by.organisation_id)


def _alone_in(organisation: Organisation) -> None:
    """Two coordinators who end each other at once must not both succeed."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _locked(grant: Grant, by: Actor) -> Grant:
    visible = policies.staff_grants_visible_to(by).select_related("user", "organisation")
    return visible.select_for_update(of=("self",)).get(pk=grant.pk)


def _is_over(grant: Grant, today: dt.date) -> bool:
    return grant.until_on is not None and grant.until_on < today


def _check_open(user: User, *, field: str = "") -> None:
    if not user.is_active:
        raise Refusal(
            _("Den bruger er lukket og kan ikke få roller herfra. Skriv til administratoren."),
            field=field,
        )


def _check_end(grant: Grant, from_on: dt.date, today: dt.date) -> None:
    if grant.source:
        raise Refusal(
            _("Rollen kommer fra kommunens eget login. Afslut den dér: så er den væk her med det.")
        )
    if from_on < today:
        raise Refusal(_("Dagen er gået. Vælg i dag eller en senere dag."), field="from_on")
    if _is_over(grant, today):
        raise Refusal(_("Rollen er allerede slut."))
    if grant.role != Role.COORDINATOR or not grant.user.is_active:
        return
    others = Grant.objects.filter(
        role=grant.role, organisation=grant.organisation_id, user__is_active=True
    ).exclude(pk=grant.pk)
    needed = (max(from_on, grant.from_on), grant.until_on)
    bare = coverage.first_uncovered(needed, others.values_list("from_on", "until_on"))
    if bare is not None:
        raise Refusal(
            _(
                "Så har %(organisation)s ingen koordinator fra %(day)s, og ingen kan invitere en "
                "ny. Invitér en anden koordinator først."
            )
            % {"organisation": grant.organisation, "day": f"{bare:%d.%m.%Y}"},
            field="from_on",
        )


def _check_apart(grant: Grant) -> None:
    """The same role once more later: the two must not run into each other."""
    same = Grant.objects.filter(
        user=grant.user_id, role=grant.role, organisation=grant.organisation_id
    )
    later = same.filter(from_on__gt=grant.from_on).order_by("from_on").first()
    if later and (grant.until_on is None or grant.until_on >= later.from_on):
        raise Refusal(
            _("Personen har allerede rollen igen fra %(day)s. Vælg en tidligere dag.")
            % {"day": f"{later.from_on:%d.%m.%Y}"},
            field="from_on",
        )


def _count_letter(grant: Grant, *, by: Actor, at: dt.datetime) -> None:
    """Notes that a letter goes to her; the view sends it once this is committed."""
    if not limits.take(f"invitation:{grant.user_id}", limit=LETTERS, window=_HOUR, at=at):
        raise Refusal(
            _("Der er sendt %(letters)s invitationer til personen den seneste time. Vent lidt.")
            % {"letters": LETTERS}
        )
    record("invitation.sent", grant, by=by, at=at)


def _end_sessions_under(grant: Grant, today: dt.date) -> None:
    """Signs her out where she acts under the role, so that no window slips into another of hers.

    Without another role her sessions stay: her next request is told why she cannot go on.
    """
    others = grant.user.grants.valid_on(today).exclude(pk=grant.pk)
    stays = {str(pk) for pk in others.values_list("pk", flat=True)}
    if not stays:
        return
    used_last = str(grant.user.last_grant_id)
    keys = UserSession.objects.filter(user=grant.user_id).values("session_key")
    for session in Session.objects.filter(session_key__in=keys):
        if session.get_decoded().get(sessions.GRANT, used_last) not in stays:
            UserSession.objects.filter(session_key=session.session_key).delete()
            session.delete()
