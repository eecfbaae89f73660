"""Which roles a coordinator looks after: those of her own municipality's counsellors and
coordinators, and no others."""

from django.db.models import QuerySet

from roegfri.accounts.models import Grant
from roegfri.accounts.roles import STAFF
from roegfri.actor import Actor


def staff_grants_visible_to(viewer: Actor) -> QuerySet[Grant]:
    """The staff roles for the organisation one acts for, those that have ended among them."""
    if viewer.is_system:
        return Grant.objects.filter(role__in=STAFF)
    if viewer.organisation_id is None:
        return Grant.objects.none()
    return Grant.objects.filter(role__in=STAFF, organisation_id=viewer.organisation_id)
