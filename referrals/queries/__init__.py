"""Every answer about citizens and referrals; the first argument is the viewer."""

from referrals.queries.counts import Counts, waiting_counts
from referrals.queries.deadlines import deadlines_kept, open_cases
from referrals.queries.file import (
    File,
    Home,
    Number,
    citizen_file,
    civil_number,
    consent,
    phone,
    practice_name,
    practices_near,
    residence,
    smokes_much_from,
    whole_number,
)
from referrals.queries.handover import (
    done_today,
    given_one,
    given_to_quitline,
    hand_overs,
    may_receive,
)
from referrals.queries.history import Happening, last_changes
from referrals.queries.incoming import inbox, incoming
from referrals.queries.listing import (
    SORTS,
    ListedFilters,
    ListedRow,
    listed_count,
    listed_every,
    listed_page,
)
from referrals.queries.lists import View, queued, worklist
from referrals.queries.marks import Mark, marks, newcomers
from referrals.queries.one import (
    after_this,
    needs_reason,
    own_municipality,
    person_by_identifier,
    referral,
)
from referrals.queries.persons import (
    Candidate,
    Who,
    found_by,
    guardian_age,
    kept,
    known_elsewhere,
    likely_same,
    merge,
    merges,
    persons_of,
)
from referrals.queries.search import Found, found

__all__ = [
    "SORTS",
    "Candidate",
    "Counts",
    "File",
    "Found",
    "Happening",
    "Home",
    "ListedFilters",
    "ListedRow",
    "Mark",
    "Number",
    "View",
    "Who",
    "after_this",
    "citizen_file",
    "civil_number",
    "consent",
    "deadlines_kept",
    "done_today",
    "found",
    "found_by",
    "given_one",
    "given_to_quitline",
    "guardian_age",
    "hand_overs",
    "inbox",
    "incoming",
    "kept",
    "known_elsewhere",
    "last_changes",
    "likely_same",
    "listed_count",
    "listed_every",
    "listed_page",
    "marks",
    "may_receive",
    "merge",
    "merges",
    "needs_reason",
    "newcomers",
    "open_cases",
    "own_municipality",
    "person_by_identifier",
    "persons_of",
    "phone",
    "practice_name",
    "practices_near",
    "queued",
    "referral",
    "residence",
    "smokes_much_from",
    "waiting_counts",
    "whole_number",
    "worklist",
]
