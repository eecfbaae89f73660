"""What people type about citizens and referrals, turned into arguments for the commands."""

from referrals.forms.contact import AddPhone, Call, Close
from referrals.forms.entry import NewReferral, Upload
from referrals.forms.fields import CivilNumberField, MomentField, PhoneField
from referrals.forms.lists import Filter
from referrals.forms.person import Confirm, GiveConsent, Reason

__all__ = [
    "AddPhone",
    "Call",
    "CivilNumberField",
    "Close",
    "Confirm",
    "Filter",
    "GiveConsent",
    "MomentField",
    "NewReferral",
    "PhoneField",
    "Reason",
    "Upload",
]
