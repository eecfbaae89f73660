"""Who sees which citizens and referrals: the first wall. The second is in the database.

Both read one table, CitizenAccess, and nothing else.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from referrals.models import Citizen, CitizenAccess, IncomingMessage, Referral, ReferralQuerySet
from referrals.states import Ground
from roegfri import clock
from roegfri.actor import Actor


def _live(viewer: Actor) -> QuerySet[CitizenAccess]:
    today = clock.today()
    return CitizenAccess.objects.filter(
        Q(until_on=None) | Q(until_on__gte=today),
        organisation_id=viewer.organisation_id,
        from_on__lte=today,
    )


def citizens_visible_to(viewer: Actor) -> QuerySet[Citizen]:
    """Citizens to whom the organisation one acts for has access today."""
    if viewer.is_system:
        return Citizen.objects.all()
    return Citizen.objects.filter(Exists(_live(viewer).filter(citizen=OuterRef("pk"))))


def referrals_visible_to(viewer: Actor) -> ReferralQuerySet:
    """The referrals that organisation handles: domain rule «the handling municipality sees all»."""
    if viewer.is_system:
        return Referral.objects.all()
    handling = _live(viewer).filter(ground=Ground.HANDLING, about=OuterRef("pk"))
    return Referral.objects.filter(Exists(handling))


def messages_visible_to(viewer: Actor) -> QuerySet[IncomingMessage]:
    """The messages in that organisation's own inbox."""
    if viewer.is_system:
        return IncomingMessage.objects.all()
    return IncomingMessage.objects.filter(organisation_id=viewer.organisation_id)
