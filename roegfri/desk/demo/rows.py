"""The made-up rows, before they are laid: every table with what a row is where nobody says more."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from roegfri.desk.demo.courses import tables as courses

Row = dict[str, Any]

# table -> its columns in the order they are laid, each with its value where none is given
TABLES: dict[str, Row] = {
    "citizen": {
        "id": None,
        "given_names": "",
        "surname": "",
        "birth_date": None,
        "sex": "",
        "email": "",
        "address": "",
        "postcode": "",
        "town": "",
        "address_protected": False,
        "language": "",
        "interpreter": False,
        "guardian_name": "",
        "guardian_phone": "",
        "practice_id": None,
        "practice_name": "",
        "created_at": None,
        "version": 0,
        "merged_into_id": None,
    },
    "phone": {
        "id": None,
        "citizen_id": None,
        "number": "",
        "note": "mobil",
        "rank": 0,
        "wrong_since": None,
    },
    "civilnumber": {
        "id": None,
        "citizen_id": None,
        "kind": "substitute",
        "sealed_value": b"",
        "fingerprint": b"",
        "since": None,
    },
    "residence": {"id": None, "citizen_id": None, "municipality_id": None, "from_on": None},
    "citizenaccess": {
        "id": None,
        "citizen_id": None,
        "organisation_id": None,
        "ground": "handling",
        "about": None,
        "from_on": None,
        "until_on": None,
    },
    "referral": {
        "id": None,
        "citizen_id": None,
        "handler_id": None,
        "received_by_id": None,
        "agreement_id": None,
        "source": "",
        "channel": "",
        "sender_id": None,
        "sender_name": "",
        "text": "",
        "guardian_consent": "unknown",
        "received_at": None,
        "contact_by": None,
        "next_at": None,
        "next_step": "",
        "next_note": "",
        "attempts": 0,
        "state": "received",
        "state_since": None,
        "reached_at": None,
        "close_reason": "",
        "caseworker_id": None,
        "sender_ean": "",
        "episode": "",
        "once": None,
    },
    "contactattempt": {
        "id": None,
        "referral_id": None,
        "at": None,
        "outcome": "",
        "note": "",
        "call_back_at": None,
        "phone": "",
        "incoming": False,
        "caller_id": None,
        "once": None,
    },
    "consent": {
        "id": None,
        "citizen_id": None,
        "kind": "",
        "form": "oral",
        "text_version": "2026-11",
        "given_at": None,
        "taken_by_id": None,
    },
    "interview": {
        "referral_id": None,
        "at": None,
        "by_id": None,
        "motivation": None,
        "per_day": None,
        "pregnant": "unknown",
        "wishes": [],
        "times": [],
        "why_asked": "not_asked",
        "why": "",
    },
    "use": {"id": None, "interview_id": None, "product": "", "amount": 1},
    "informed": {"id": None, "referral_id": None, "topic": "", "at": None, "by_id": None},
    "reservation": {"referral_id": None, "holder_id": None, "until": None},
    "handover": {
        "id": None,
        "referral_id": None,
        "citizen_id": None,
        "giver_id": None,
        "receiver_id": None,
        "at": None,
        "by_id": None,
        "reason": "",
        "contact_by_before": None,
        "sender_ean": "",
        "episode": "",
        "ended_at": None,
        "ended_by_id": None,
        "result": "",
        "note": "",
    },
    "sentreferral": {
        "id": None,
        "referral_id": None,
        "citizen_id": None,
        "organisation_id": None,
        "receiver_id": None,
        "user_id": None,
        "token_id": None,
        "shared": True,
        "name": "",
        "reference": "",
        "said_sha256": None,
        "at": None,
        "contact_by": None,
        "state": "received",
    },
    "merge": {"id": None, "kept_id": None, "merged_id": None, "at": None, "by_id": None},
    "incomingmessage": {
        "id": None,
        "organisation_id": None,
        "came_at": None,
        "received_at": None,
        "way": "upload",
        "sender_name": "",
        "filename": "",
        "body": b"",
        "sha256": b"",
        "state": "unreadable",
        "reason": "",
        "sender_ean": "",
        "envelope": "",
        "letter": "",
        "handled_at": None,
        "handled_by_id": None,
        "handled_note": "",
    },
    **courses.TABLES,
}


@dataclass(slots=True)
class World:
    """What everything made up shares: the dice, the instant it all ends at, and the rows so far."""

    dice: random.Random
    now: dt.datetime
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def id(self) -> uuid.UUID:
        """The next one: the same seed gives the same ids."""
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def add(self, table: str, **given: Any) -> Row:
        """A row; it can be changed until the rows are taken."""
        empty = TABLES[table]
        row = empty | ({"id": self.id()} if "id" in empty else {}) | given
        self.rows[table].append(row)
        return row

    def chance(self, of: float) -> bool:
        """Whether it happens this time."""
        return self.dice.random() < of

    def take(self) -> dict[str, list[Row]]:
        """The rows so far, to be laid; none are left."""
        rows, self.rows = self.rows, {table: [] for table in TABLES}
        return rows
