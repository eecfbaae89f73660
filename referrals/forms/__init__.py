"""What people type about citizens and referrals, turned into arguments for the commands."""

from referrals.forms.closing import (
    Close,
    Handled,
    HandOver,
    InboxFilter,
    QuitlineResult,
    Reopen,
    ToQuitline,
)
from referrals.forms.contact import AddPhone, Call
from referrals.forms.entry import NewReferral
from referrals.forms.fields import CivilNumberField, MomentField, PhoneField
from referrals.forms.lists import Filter
from referrals.forms.person import Confirm, GiveConsent, Reason
from referrals.forms.upload import Upload

__all__ = [
    "AddPhone",
    "Call",
    "CivilNumberField",
    "Close",
    "Confirm",
    "Filter",
    "GiveConsent",
    "HandOver",
    "Handled",
    "InboxFilter",
    "MomentField",
    "NewReferral",
    "PhoneField",
    "QuitlineResult",
    "Reason",
    "Reopen",
    "ToQuitline",
    "Upload",
]
