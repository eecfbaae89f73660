"""Every answer about citizens and referrals; the first argument is the viewer."""

from referrals.queries.lists import Counts, inbox, listed, waiting_counts, worklist
from referrals.queries.one import (
    File,
    after_this,
    citizen_file,
    incoming,
    needs_reason,
    person_by_identifier,
    referral,
)

__all__ = [
    "Counts",
    "File",
    "after_this",
    "citizen_file",
    "inbox",
    "incoming",
    "listed",
    "needs_reason",
    "person_by_identifier",
    "referral",
    "waiting_counts",
    "worklist",
]
