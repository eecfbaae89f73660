"""Citizens, what they agreed to, the referrals that brought them here, and the calls made."""

from referrals.models.citizen import (
    Citizen,
    CitizenAccess,
    CivilNumber,
    Consent,
    Merge,
    Phone,
    Residence,
)
from referrals.models.contact import ContactAttempt, Informed, Interview, Reservation, Use
from referrals.models.incoming import IncomingMessage
from referrals.models.referral import Cover, HandOver, Referral, ReferralQuerySet
from referrals.models.search import Findable

__all__ = [
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
    "Referral",
    "ReferralQuerySet",
    "Reservation",
    "Residence",
    "Use",
]
