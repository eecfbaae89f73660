"""What people type about citizens and referrals, turned into arguments for the commands."""

from referrals.forms.call import Call
from referrals.forms.citizen import (
    EditCitizen,
    HandOutFile,
    Move,
    NewNumber,
    PrintFile,
    Reveal,
    practice_words,
    sealed_now,
)
from referrals.forms.closing import (
    Close,
    HandOver,
    QuitlineResult,
    Reopen,
    ToQuitline,
)
from referrals.forms.entry import NewReferral
from referrals.forms.fields import CivilNumberField, MomentField, PhoneField
from referrals.forms.inbox import (
    HANDLED,
    KEPT,
    AddToCase,
    AnswerSender,
    ForwardMessage,
    Handled,
    InboxFilter,
)
from referrals.forms.lists import MINE, NEW, NOBODY, OPEN, Filter, KeepFilter
from referrals.forms.merging import MergeTwo
from referrals.forms.person import Confirm, GiveConsent, Reason
from referrals.forms.phones import AddPhone, ChangePhone, PhonePlace
from referrals.forms.sending import AmendSent, SendReferral, SentSearch
from referrals.forms.upload import Upload

__all__ = [
    "HANDLED",
    "KEPT",
    "MINE",
    "NEW",
    "NOBODY",
    "OPEN",
    "AddPhone",
    "AddToCase",
    "AmendSent",
    "AnswerSender",
    "Call",
    "ChangePhone",
    "CivilNumberField",
    "Close",
    "Confirm",
    "EditCitizen",
    "Filter",
    "ForwardMessage",
    "GiveConsent",
    "HandOutFile",
    "HandOver",
    "Handled",
    "InboxFilter",
    "KeepFilter",
    "MergeTwo",
    "MomentField",
    "Move",
    "NewNumber",
    "NewReferral",
    "PhoneField",
    "PhonePlace",
    "PrintFile",
    "QuitlineResult",
    "Reason",
    "Reopen",
    "Reveal",
    "SendReferral",
    "SentSearch",
    "ToQuitline",
    "Upload",
    "practice_words",
    "sealed_now",
]
