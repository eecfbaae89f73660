"""What is due next on a case: its place in the queue. Sets the fields; the caller saves them."""

import datetime as dt

from referrals.models import Referral
from referrals.states import NextStep

DUE = ("next_at", "next_step", "next_note")


def make_due(referral: Referral, step: NextStep, at: dt.datetime, note: str = "") -> None:
    """`step` is due at an instant; `note` says what was agreed (a place, a name to ask for)."""
    referral.next_at, referral.next_step, referral.next_note = at, step, note


def nothing_due(referral: Referral) -> None:
    """The case leaves the queue."""
    referral.next_at, referral.next_step, referral.next_note = None, "", ""
