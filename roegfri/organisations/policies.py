"""Who may see which agreements; everything else about organisations is open to those signed in."""

from django.db.models import Q, QuerySet

from roegfri.actor import Actor
from roegfri.organisations.models import Agreement, ClosingDay


def agreements_visible_to(viewer: Actor) -> QuerySet[Agreement]:
    """The project leader's own; those that the viewer's municipality is or was a member of."""
    if viewer.is_system:
        return Agreement.objects.all()
    if viewer.organisation_id is None:
        return Agreement.objects.none()
    own = Q(pk=viewer.organisation_id) | Q(memberships__municipality=viewer.organisation_id)
    return Agreement.objects.filter(own).distinct()


def agreements_changed_by(viewer: Actor) -> QuerySet[Agreement]:
    """A project leader's role is granted for the agreement itself: that one, no other."""
    if viewer.organisation_id is None:
        return Agreement.objects.none()
    return Agreement.objects.filter(pk=viewer.organisation_id)


def closing_days_set_by(viewer: Actor) -> QuerySet[ClosingDay]:
    """Those of the municipality one acts for."""
    if viewer.organisation_id is None:
        return ClosingDay.objects.none()
    return ClosingDay.objects.filter(municipality_id=viewer.organisation_id)
