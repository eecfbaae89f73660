"""What another system may ask about what it brought: how far it is, and MedCom's receipt."""

from uuid import UUID

from django.http import Http404

from referrals import policies
from referrals.models import Receipt
from referrals.states import ReferralState, SentState
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.audit import looks

_TOLD = {
    ReferralState.RECEIVED: SentState.RECEIVED,
    ReferralState.REACHED: SentState.CONTACTED,
    ReferralState.CLOSED: SentState.CLOSED,
}


def how_far(viewer: Actor, referral_id: UUID) -> SentState:
    """How far a referral is that the viewer's organisation sent; or, for what takes MedCom messages
    in, one that came to its municipality as a message. Raises Http404."""
    if not viewer.may(Right.REFERRALS_IMPORT):
        sent = policies.sent_visible_to(viewer).filter(referral_id=referral_id).first()
        if sent is None:
            raise Http404
        looks.noticed([sent.citizen_id])
        return SentState(sent.state)
    if not policies.messages_visible_to(viewer).filter(referral_id=referral_id).exists():
        raise Http404
    case = policies.referrals_visible_to(viewer).filter(pk=referral_id).first()
    if case is None:  # given to another municipality: for this one it has ended
        return SentState.CLOSED
    looks.noticed([case.citizen_id])
    return _TOLD[ReferralState(case.state)]


def receipt_of(viewer: Actor, message_id: UUID) -> bytes:
    """The newest receipt of a message in the viewer's own inbox, as it is sent. Raises Http404."""
    own = policies.messages_visible_to(viewer).filter(pk=message_id)
    newest = Receipt.objects.filter(message__in=own).order_by("-made_at", "pk").first()
    if newest is None:
        raise Http404
    return bytes(newest.xml)
