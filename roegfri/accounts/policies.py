"""Which roles a coordinator looks after: those of her own municipality's counsellors and
coordinators, and no others. And whose keys for other systems: her own municipality's; an
administrator those of everybody."""

from django.db.models import QuerySet

from roegfri.accounts.models import Grant, Token
from roegfri.accounts.roles import STAFF, Role
from roegfri.actor import Actor
from roegfri.organisations.models import Organisation


def staff_grants_visible_to(viewer: Actor) -> QuerySet[Grant]:
    """The staff roles for the organisation one acts for, those that have ended among them."""
    if viewer.is_system:
        return Grant.objects.filter(role__in=STAFF)
    if viewer.organisation_id is None:
        return Grant.objects.none()
    return Grant.objects.filter(role__in=STAFF, organisation_id=viewer.organisation_id)


def tokens_visible_to(viewer: Actor) -> QuerySet[Token]:
    """The keys of the organisation one acts for; an administrator looks after all keys."""
    if _keeps_all_keys(viewer):
        return Token.objects.all()
    if viewer.organisation_id is None:
        return Token.objects.none()
    return Token.objects.filter(organisation_id=viewer.organisation_id)


def may_make_keys_for(viewer: Actor, organisation: Organisation) -> bool:
    """Whether one may make a key for an organisation."""
    return _keeps_all_keys(viewer) or viewer.organisation_id == organisation.pk


def _keeps_all_keys(viewer: Actor) -> bool:
    return viewer.is_system or viewer.role == Role.ADMINISTRATOR
