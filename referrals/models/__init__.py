"""Citizens, what they agreed to, the referrals that brought them here, and the calls made."""

from referrals.models.citizen import (
    Citizen,
    CivilNumber,
    Merge,
    Phone,
    Residence,
)
from referrals.models.contact import ContactAttempt, Informed, Interview, Reservation, Use
from referrals.models.incoming import Arrival, IncomingMessage, Receipt, Sweep
from referrals.models.referral import Cover, HandOver, Referral
from referrals.models.search import Findable
from referrals.models.sent import SentReferral
from referrals.models.standing import CitizenAccess, Consent

__all__ = [
    "Arrival",
    "Citizen",
    "CitizenAccess",
    "CivilNumber",
    "Consent",
    "ContactAttempt",
    "Cover",
    "Findable",
    "HandOver",
    "IncomingMessage",
    "Informed",
    "Interview",
    "Merge",
    "Phone",
    "Receipt",
    "Referral",
    "Reservation",
    "Residence",
    "SentReferral",
    "Sweep",
    "Use",
]
