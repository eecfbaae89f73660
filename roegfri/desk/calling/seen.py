"""How the case stood when the call screen was shown: signed into the form, read when it is sent.

So a call that is logged after a colleague closed the case comes back with the difference, and a
conversation that was under way is not turned away for want of a reason.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing

from referrals.commands.contact import Seen
from referrals.models import Interview, Referral
from referrals.queries import moved
from roegfri.actor import Actor

_SALT = "desk.call.shown"
# A call screen left open over night has to be opened again.
_HOLDS = dt.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen: the facts of the case, and when she had last been talked with."""

    facts: dict[str, Any]
    talked_at: dt.datetime | None

    @property
    def seen(self) -> Seen:
        """For log_call."""
        return Seen(self.facts["state"], self.talked_at)


def signed(viewer: Actor, referral: Referral, interview: Interview | None) -> str:
    """For the form's hidden field."""
    kept = {
        "case": str(referral.pk),
        "user": str(viewer.user_id),
        "facts": moved.case_facts(viewer, referral),
        "talked_at": interview.at.isoformat() if interview else None,
    }
    return signing.dumps(kept, salt=_SALT, compress=True)


def shown(viewer: Actor, pk: UUID, token: str) -> Shown | None:
    """What this person was shown of this case; None for a field that is missing or not ours."""
    try:
        kept = signing.loads(token, salt=_SALT, max_age=_HOLDS)
    except signing.BadSignature:
        return None
    if (kept["case"], kept["user"]) != (str(pk), str(viewer.user_id)):
        return None
    talked_at = kept["talked_at"] and dt.datetime.fromisoformat(kept["talked_at"])
    return Shown(kept["facts"], talked_at)
