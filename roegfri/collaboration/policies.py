"""Who reads a document, and who keeps it. The second wall says the same in the database."""

from django.db.models import Q, QuerySet

from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.collaboration.models import Document
from roegfri.organisations.dated import holds
from roegfri.organisations.models import Membership


def documents_visible_to(viewer: Actor) -> QuerySet[Document]:
    """One's own organisation's, and those of the agreements one's municipality is a member of."""
    if viewer.is_system:
        return Document.objects.all()
    if viewer.organisation_id is None or not viewer.may(Right.DOCUMENTS_READ):
        return Document.objects.none()
    member = Membership.objects.filter(holds(clock.today()), municipality=viewer.organisation_id)
    shared = Q(owner__in=member.values("agreement"))
    return Document.objects.filter(Q(owner=viewer.organisation_id) | shared)


def documents_kept_by(viewer: Actor) -> QuerySet[Document]:
    """A municipality's are kept by its coordinator, an agreement's by its project leader."""
    if viewer.is_system:
        return Document.objects.all()
    if viewer.organisation_id is None or not viewer.may(Right.DOCUMENTS_KEEP):
        return Document.objects.none()
    return Document.objects.filter(owner=viewer.organisation_id)
