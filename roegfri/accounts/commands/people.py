"""People and their roles: made, given, ended."""

import datetime as dt
from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import BELONGS_TO
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone

_DAY = dt.timedelta(days=1)


@transaction.atomic
def create_user(
    email: str, name: str, *, by: Actor, at: dt.datetime, phone: str = "", language: str = "da"
) -> User:
    """A person without a password: she sets it by a link, or comes through OpenID Connect."""
    alone("user", email.strip().lower())
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise Refusal(_("Der er allerede en bruger med den e-mailadresse."), field="email")
    user = User.objects.create_user(email, name=name, phone=phone, language=language)
    record("user.created", user, by=by, at=at)
    return user


@transaction.atomic
def deactivate_user(user: User, *, by: Actor, at: dt.datetime) -> None:
    """Ends the account; her sessions end with their next request."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("user.deactivated", user, by=by, at=at)


@transaction.atomic
def reactivate_user(user: User, *, by: Actor, at: dt.datetime) -> None:
    """Opens a closed account again; the roles that were not ended meanwhile hold again."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("user.reactivated", user, by=by, at=at)


@transaction.atomic
def correct_user(
    user: User, *, email: str, name: str, phone: str, language: str, by: Actor, at: dt.datetime
) -> None:
    """What an administrator corrects of a person. Raises Refusal for another's address."""
    address = email.strip().lower()
    alone("user", address)
    user = User.objects.select_for_update().get(pk=user.pk)
    if User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists():
        raise Refusal(_("Der er allerede en bruger med den e-mailadresse."), field="email")
    wanted = {"email": address, "name": name, "phone": phone, "language": language}
    columns = [column for column, value in wanted.items() if getattr(user, column) != value]
    if not columns:
        return
    for column in columns:
        setattr(user, column, wanted[column])
    user.save(update_fields=columns)
    record("user.changed", user, by=by, at=at, columns=columns)


@transaction.atomic
def give_grant(
    user: User,
    role: str,
    organisation: Organisation,
    *,
    from_on: dt.date,
    by: Actor,
    at: dt.datetime,
    until_on: dt.date | None = None,
    source: str = "",
) -> Grant:
    """A role for an organisation of the right kind, from and until a day (both included)."""
    if organisation.kind not in BELONGS_TO.get(role, frozenset()):
        raise Refusal(
            _("Den rolle kan ikke gives for %(organisation)s.") % {"organisation": organisation},
            field="role",
        )
    if until_on is not None and until_on < from_on:
        raise Refusal(_("Slutdatoen ligger før startdatoen."), field="until_on")
    user = User.objects.select_for_update().get(pk=user.pk)
    same = user.grants.filter(role=role, organisation=organisation).exclude(until_on__lt=from_on)
    if (same.filter(from_on__lte=until_on) if until_on else same).exists():
        raise Refusal(_("Personen har allerede den rolle i den periode."), field="role")
    grant = Grant.objects.create(
        user=user,
        role=role,
        organisation_id=organisation.pk,
        from_on=from_on,
        until_on=until_on,
        given_by=by.name,
        source=source,
    )
    record("grant.given", grant, by=by, at=at)
    return grant


@transaction.atomic
def end_grant(grant: Grant, *, until_on: dt.date, by: Actor, at: dt.datetime) -> None:
    """The last day of a role; it stops working with the first request of the day after."""
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    if until_on < grant.from_on:
        raise Refusal(_("Slutdatoen ligger før startdatoen."), field="until_on")
    grant.until_on = until_on
    grant.save(update_fields=["until_on"])
    record("grant.ended", grant, by=by, at=at, columns=["until_on"])


@transaction.atomic
def sync_grants(
    user: User,
    wanted: Sequence[tuple[str, Organisation]],
    *,
    source: str,
    by: Actor,
    at: dt.datetime,
) -> None:
    """Makes the grants that `source` gave what its claim says now; those given by hand stay."""
    today = clock.danish_date(at)
    user = User.objects.select_for_update().get(pk=user.pk)
    pairs = {(role, organisation.pk): organisation for role, organisation in wanted}
    for grant in user.grants.valid_on(today).filter(source=source):
        if pairs.pop((grant.role, grant.organisation_id), None) is None:
            _take_back(grant, today, by=by, at=at)
    for (role, _key), organisation in pairs.items():
        _give_until_next(user, role, organisation, today, source=source, by=by, at=at)


def _take_back(grant: Grant, today: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """Ends it now, not tonight: yesterday was its last day. One given today has had no day."""
    if grant.from_on < today:
        grant.until_on = today - _DAY
        grant.save(update_fields=["until_on"])
        record("grant.ended", grant, by=by, at=at, columns=["until_on"])
    else:
        record("grant.ended", grant, by=by, at=at)
        grant.delete()


def _give_until_next(
    user: User,
    role: str,
    organisation: Organisation,
    today: dt.date,
    *,
    source: str,
    by: Actor,
    at: dt.datetime,
) -> None:
    """From today until the day before the same role begins anew by hand, if it does."""
    same = user.grants.filter(role=role, organisation=organisation)
    if same.valid_on(today).exists():
        return
    later = same.filter(from_on__gt=today).order_by("from_on").first()
    until_on = later.from_on - _DAY if later else None
    give_grant(
        user, role, organisation, from_on=today, until_on=until_on, source=source, by=by, at=at
    )


@transaction.atomic
def switch_grant(grant: Grant, *, by: Actor, at: dt.datetime) -> None:
    """The person goes on under another of her roles, and starts under it next time."""
    User.objects.filter(pk=grant.user_id).update(last_grant=grant)
    record("role.switched", grant, by=by, at=at)


@transaction.atomic
def change_profile(
    user: User,
    *,
    name: str,
    phone: str,
    language: str,
    shortcuts: bool,
    by: Actor,
    at: dt.datetime,
) -> None:
    """What a person says of herself, and how she wants her pages."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.name, user.phone, user.language, user.shortcuts = name, phone, language, shortcuts
    columns = ["name", "phone", "language", "shortcuts"]
    user.save(update_fields=columns)
    record("user.changed", user, by=by, at=at, columns=columns)


@transaction.atomic
def reset_second_factor(user: User, *, by: Actor, at: dt.datetime) -> int:
    """Removes a lost second factor and ends every session; how many devices were removed.

    At the next sign-in the person must set up a new one before anything else.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    keys = UserSession.objects.filter(user=user).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    record("second_factor.reset", user, by=by, at=at)
    return removed


@transaction.atomic
def forget_ended_sessions(*, by: Actor, at: dt.datetime) -> int:
    """Clears out sessions that have run out; how many. Nobody's doing, so no line in the log."""
    ended: int = Session.objects.filter(expire_date__lt=at).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    limits.forget(at=at)
    return ended
