"""Who sees which citizens and referrals: the first wall. The second is in the database.

Both read one table, CitizenAccess, and nothing else; what a sender may follow is her own table.
"""

from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Value

from referrals.models import (
    Citizen,
    CitizenAccess,
    Cover,
    HandOver,
    IncomingMessage,
    Referral,
    SentReferral,
)
from referrals.states import Ground
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import INTAKE, SENDER, Actor
from roegfri.organisations.dated import holds


def _live(viewer: Actor) -> QuerySet[CitizenAccess]:
    if viewer.organisation_id is None:
        return CitizenAccess.objects.none()
    own = CitizenAccess.objects.filter(organisation_id=viewer.organisation_id)
    return own.filter(holds(clock.today()))


def _any(access: QuerySet[CitizenAccess]) -> Subquery:
    """Whether there is a row. A scalar with a limit, asked for each row that is shown: an `exists`
    would be joined, and the planner would then read all rows of a large organisation first."""
    return Subquery(access.values(found=Value(value=True))[:1], output_field=BooleanField())


def citizens_visible_to(viewer: Actor) -> QuerySet[Citizen]:
    """Citizens to whom the organisation one acts for has access today."""
    if viewer.is_system:
        return Citizen.objects.all()
    return Citizen.objects.filter(_any(_live(viewer).filter(citizen=OuterRef("pk"))))


def citizens_handled_by(viewer: Actor) -> QuerySet[Citizen]:
    """Citizens with a case that organisation handles: the only ones it may open another case for,
    correct or merge. Whoever gave the case on may look until the end of that day, no more."""
    if viewer.is_system:
        return Citizen.objects.all()
    own = Referral.objects.filter(handler_id=viewer.organisation_id).values("pk")
    handling = _live(viewer).filter(citizen=OuterRef("pk"), ground=Ground.HANDLING, about__in=own)
    return Citizen.objects.filter(_any(handling))


def referrals_visible_to(viewer: Actor) -> QuerySet[Referral]:
    """The referrals that organisation handles: domain rule «the handling municipality sees all»."""
    if viewer.is_system:
        return Referral.objects.all()
    handling = _live(viewer).filter(ground=Ground.HANDLING, about=OuterRef("pk"))
    return Referral.objects.filter(_any(handling))


def messages_visible_to(viewer: Actor) -> QuerySet[IncomingMessage]:
    """The messages in that organisation's own inbox."""
    if viewer.is_system:
        return IncomingMessage.objects.all()
    if viewer.organisation_id is None:
        return IncomingMessage.objects.none()
    return IncomingMessage.objects.filter(organisation_id=viewer.organisation_id)


def hand_overs_to(viewer: Actor) -> QuerySet[HandOver]:
    """What was given to the organisation one acts for."""
    return HandOver.objects.filter(receiver_id=viewer.organisation_id)


def covers_visible_to(viewer: Actor) -> QuerySet[Cover]:
    """Who looks after whose cases in the municipality one acts for."""
    if viewer.is_system:
        return Cover.objects.all()
    if viewer.organisation_id is None:
        return Cover.objects.none()
    return Cover.objects.filter(municipality_id=viewer.organisation_id)


def sent_visible_to(viewer: Actor) -> QuerySet[SentReferral]:
    """What the viewer's organisation sent: shared among the people of a department, a practice or a
    pharmacy; in a municipality each person's own alone. Another system of hers sees all of it."""
    if viewer.is_system:
        return SentReferral.objects.all()
    if viewer.organisation_id is None:
        return SentReferral.objects.none()
    own = SentReferral.objects.filter(organisation_id=viewer.organisation_id)
    if viewer.role in {SENDER, INTAKE}:
        return own
    if viewer.role not in {Role.REFERRER, Role.PHARMACY}:
        return SentReferral.objects.none()
    return own.filter(Q(shared=True) | Q(user_id=viewer.person))
