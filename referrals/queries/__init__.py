"""Every answer about citizens and referrals; the first argument is the viewer."""

from referrals.queries.lists import Counts, inbox, listed, waiting_counts, worklist
from referrals.queries.one import (
    File,
    after_this,
    citizen_file,
    consent,
    incoming,
    needs_reason,
    own_municipality,
    person_by_identifier,
    referral,
)

__all__ = [
    "Counts",
    "File",
    "after_this",
    "citizen_file",
    "consent",
    "inbox",
    "incoming",
    "listed",
    "needs_reason",
    "own_municipality",
    "person_by_identifier",
    "referral",
    "waiting_counts",
    "worklist",
]
