"""Where a message can be on its way out, and which moves are legal."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageState(TextChoices):
    """The states of a message."""

    WAITING = "waiting", _("Venter")
    CLAIMED = "claimed", _("På vej")
    SENT = "sent", _("Sendt")
    DROPPED = "dropped", _("Ikke længere aktuel")
    EXPIRED = "expired", _("For sent")


MOVES: dict[str, frozenset[str]] = {
    MessageState.WAITING: frozenset(
        {MessageState.CLAIMED, MessageState.DROPPED, MessageState.EXPIRED}
    ),
    # A claim whose lease ran out is claimed again: whoever held it is gone.
    MessageState.CLAIMED: frozenset(
        {
            MessageState.CLAIMED,
            MessageState.SENT,
            MessageState.DROPPED,
            MessageState.EXPIRED,
        }
    ),
    MessageState.SENT: frozenset(),
    MessageState.DROPPED: frozenset(),
    MessageState.EXPIRED: frozenset(),
}
