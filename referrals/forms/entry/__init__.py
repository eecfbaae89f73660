"""The entry form: a referral typed, or pasted and confirmed."""

from referrals.forms.entry.form import NewReferral

__all__ = ["NewReferral"]
