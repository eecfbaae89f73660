"""What may be answered by a receipt."""

from django.conf import settings

from referrals.models import IncomingMessage
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
