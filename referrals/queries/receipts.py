"""What may be answered by a receipt, and which wait to be written."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from referrals.models import IncomingMessage, Receipt
from referrals.states import InboxState
from roegfri.actor import Actor
from roegfri.medcom import Unreadable, receipts


def can_refuse(viewer: Actor, message: IncomingMessage) -> bool:
    """Whether a negative receipt would find its way to the sender of a kept message.

    The message is one the viewer was given to see. Reads its bytes.
    """
    if not settings.MEDCOM_FOLDER or message.state == InboxState.ACCEPTED:
        return False
    try:
        return receipts.read_original(message.bytes).answerable
    except Unreadable:
        return False


def waiting_receipts(viewer: Actor, organisations: Collection[UUID]) -> dict[UUID, int]:
    """How many of each of these wait to be written, for those that have any."""
    rows = Receipt.objects.filter(written_at=None, organisation__in=organisations)
    counted = rows.order_by().values_list("organisation").annotate(number=Count("pk"))
    return dict(counted)
