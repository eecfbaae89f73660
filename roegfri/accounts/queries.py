"""Who is who."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from roegfri import clock
from roegfri.accounts import policies
from roegfri.accounts.models import Grant, Token, User
from roegfri.actor import Actor
from roegfri.ui.danish import DaSortKey

# A key's organisation; a department by itself does not say whose it is.
_WHOSE = ("organisation", "organisation__as_hospitaldepartment__hospital")


def people_of(viewer: Actor, organisation_id: UUID) -> QuerySet[User]:
    """The active people with a grant in an organisation today; nobody's colleagues to outsiders."""
    if not viewer.is_system and viewer.organisation_id != organisation_id:
        return User.objects.none()
    valid = Grant.objects.valid_on(clock.today()).filter(organisation_id=organisation_id)
    return User.objects.filter(is_active=True, pk__in=valid.values("user_id"))


def colleagues_of(viewer: Actor, organisation_id: UUID) -> QuerySet[User]:
    """The same people, each with `roles_here`: her grants in the organisation today."""
    here = Grant.objects.valid_on(clock.today()).filter(organisation_id=organisation_id)
    people = people_of(viewer, organisation_id)
    return people.prefetch_related(Prefetch("grants", queryset=here, to_attr="roles_here"))


def names_of(viewer: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, for pages that show who did something; nothing to nobody."""
    wanted = set(ids)
    if not wanted or not (viewer.is_system or viewer.rights):
        return {}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def token_names(viewer: Actor, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What other systems' keys are called, and whose they are, for pages that show who did
    something; nothing to nobody."""
    wanted = set(ids)
    if not wanted or not (viewer.is_system or viewer.rights):
        return {}
    found = Token.objects.filter(pk__in=wanted).values_list("pk", "name", "organisation__name")
    return {pk: f"{name}, {whose}" for pk, name, whose in found}


def grants_of(viewer: Actor, *, on: dt.date) -> QuerySet[Grant]:
    """The viewer's own roles that have not ended, those still to begin among them."""
    if viewer.user_id is None:
        return Grant.objects.none()
    return (
        Grant.objects.filter(user_id=viewer.user_id)
        .exclude(until_on__lt=on)
        .select_related("organisation")
        .order_by("from_on", "role")
    )


def last_grants_of(viewer: Actor) -> QuerySet[Grant]:
    """The roles the viewer had last, newest first: whom she can ask for a new one."""
    if viewer.user_id is None:
        return Grant.objects.none()
    own = Grant.objects.filter(user_id=viewer.user_id).select_related("organisation")
    return own.order_by("-until_on", "-from_on")[:3]


def staff_grants(viewer: Actor) -> QuerySet[Grant]:
    """The roles of the viewer's own counsellors and coordinators, by name and the newest first."""
    rows = policies.staff_grants_visible_to(viewer).select_related("user")
    return rows.order_by(DaSortKey("user__name"), "user_id", "role", "-from_on")


def staff_grant(viewer: Actor, pk: UUID) -> Grant:
    """One of them. Raises Http404."""
    rows = policies.staff_grants_visible_to(viewer).select_related("user", "organisation")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def tokens(viewer: Actor, *, at: dt.datetime, over: bool = False) -> QuerySet[Token]:
    """The keys that open something at an instant; or those that are `over`: closed or expired."""
    past = Q(revoked_at__isnull=False) | Q(expires_at__lte=at)
    rows = policies.tokens_visible_to(viewer).filter(past if over else ~past)
    return rows.select_related(*_WHOSE)


def tokens_ending(viewer: Actor, *, at: dt.datetime, within: dt.timedelta) -> QuerySet[Token]:
    """The keys that open something still, and nothing any more once that time has passed."""
    return tokens(viewer, at=at).filter(expires_at__lte=at + within).order_by("expires_at", "id")


def token(viewer: Actor, pk: UUID) -> Token:
    """One of those one looks after. Raises Http404."""
    rows = policies.tokens_visible_to(viewer).select_related(*_WHOSE)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
