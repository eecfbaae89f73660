"""One line of the queue: who or what waits, for what, since when."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from referrals import rules
from referrals.queries.rows import Referred
from referrals.states import GuardianConsent, NextStep, ReferralState
from roegfri import clock
from roegfri.organisations.terms import DayUnit, MissingTerm, Terms

# The kind of a line that is no step of a case (states.NextStep): a message in the inbox.
MESSAGE = "message"
_STEPS = frozenset(NextStep.values)
# What a line has to know of the agreement: told by the statement that reads it.
TERMS_TOLD = ("contact_deadline_count", "contact_deadline_unit", "guardian_age", "minimum_age")


@dataclass(frozen=True, slots=True)
class Waiting(Referred):
    """Something that waits. Dates are Danish, instants UTC.

    `kind` is a NextStep or MESSAGE, or what a storey above has put into the queue (lists.branches);
    `note` what was agreed, or why a message could not be read; `told` the agreement's own terms;
    `reserved_by` the colleague who is calling right now; `free`: no conversation of a colleague's,
    which is opened with a reason (queries.needs_reason). Of what stands in no case: `place` is
    where it belongs (a course), `happened_at` what it comes from, `before_at` what it must be done
    before.
    """

    kind: str
    id: UUID
    next_at: dt.datetime
    state: str
    note: str
    citizen_id: UUID | None
    given_names: str
    surname: str
    birth_date: dt.date | None
    interpreter: bool
    language: str
    guardian_consent: str
    source: str
    sender_name: str
    received_at: dt.datetime
    contact_by: dt.date | None
    attempts: int
    number: str | None
    caseworker: str | None
    home_known: bool
    told: str
    reserved_by: str | None
    free: bool
    place: str
    happened_at: dt.datetime | None
    before_at: dt.datetime | None

    @property
    def is_message(self) -> bool:
        """A message in the inbox, and nobody's case."""
        return self.kind == MESSAGE

    @property
    def is_case(self) -> bool:
        """A case, with its next step."""
        return self.kind in _STEPS

    @property
    def awaits_first_contact(self) -> bool:
        """Nobody has talked with her yet: the deadline runs."""
        return self.state == ReferralState.RECEIVED

    @property
    def guardian_first(self) -> bool:
        """Whether the call goes to a parent (rules.guardian_first)."""
        if self.birth_date is None or self.guardian_consent == GuardianConsent.YES:
            return False
        age = self._number("guardian_age")
        return age is not None and rules.guardian_first(
            self.birth_date,
            self._received_on,
            guardian_age=age,
            guardian_consent=self.guardian_consent,
        )

    @property
    def too_young(self) -> bool:
        """Whether she is younger than the target group (rules.outside_target_group)."""
        age = self._number("minimum_age") if self.birth_date else None
        return age is not None and rules.outside_target_group(
            self.birth_date, self._received_on, minimum_age=age
        )

    @property
    def days_to_call(self) -> tuple[int, DayUnit] | None:
        """What the agreement gives: 2 workdays; None when it says nothing."""
        count = self._number("contact_deadline_count")
        unit = _terms(self.told, self._received_on).texts.get("contact_deadline_unit")
        return (count, DayUnit(unit)) if count is not None and unit else None

    @property
    def _received_on(self) -> dt.date:
        return clock.danish_date(self.received_at)

    def _number(self, name: str) -> int | None:
        """A term that the agreement does not say must not take the list away."""
        try:
            return _terms(self.told, self._received_on).number(name)
        except MissingTerm:
            return None


@lru_cache(maxsize=1024)
def _terms(told: str, on: dt.date) -> Terms:
    """The terms as they stood on a day, from "name=value@since;..." in the order of `since`."""
    texts = {}
    for one in filter(None, told.split(";")):
        name, _, rest = one.partition("=")
        value, _, since = rest.rpartition("@")
        if dt.date.fromisoformat(since) <= on:
            texts[name] = value
    return Terms("", on, texts)
