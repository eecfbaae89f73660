"""What came in and could not be taken: the inbox."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from referrals import policies
from referrals.models import IncomingMessage
from referrals.states import InboxState
from roegfri.actor import Actor


def inbox(viewer: Actor, *, handled: bool) -> QuerySet[IncomingMessage]:
    """Those that wait for somebody, or those somebody has dealt with."""
    kept = policies.messages_visible_to(viewer).exclude(state=InboxState.ACCEPTED)
    return kept.filter(handled_at__isnull=not handled).select_related("handled_by").defer("body")


def incoming(viewer: Actor, pk: UUID) -> IncomingMessage:
    """One message of one's own inbox, with its bytes. Raises Http404.

    One that was taken in is read in the citizen's file, which asks why where it has to.
    """
    waiting = policies.messages_visible_to(viewer).exclude(state=InboxState.ACCEPTED)
    found = waiting.select_related("handled_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
