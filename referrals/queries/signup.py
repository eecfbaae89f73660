"""Whether a sign-up form has been sent before."""

import uuid

from referrals.models import Referral
from referrals.policies import referrals_visible_to
from roegfri.actor import Actor


def signed_up(viewer: Actor, once: uuid.UUID) -> Referral | None:
    """The referral that the form made, by its number bound to whom it was sent to."""
    return referrals_visible_to(viewer).filter(once=once).first()
