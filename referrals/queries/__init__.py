"""Every answer about citizens and referrals; the first argument is the viewer."""

from referrals.queries.listing import (
    SORTS,
    ListedFilters,
    ListedRow,
    listed_count,
    listed_every,
    listed_page,
)
from referrals.queries.lists import Counts, inbox, waiting_counts, worklist
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
    "SORTS",
    "Counts",
    "File",
    "ListedFilters",
    "ListedRow",
    "after_this",
    "citizen_file",
    "consent",
    "inbox",
    "incoming",
    "listed_count",
    "listed_every",
    "listed_page",
    "needs_reason",
    "own_municipality",
    "person_by_identifier",
    "referral",
    "waiting_counts",
    "worklist",
]
