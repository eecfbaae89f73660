"""A made-up case and what happens to it: the rows that the commands would have written."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from referrals import rules
from referrals.states import CloseReason, NextStep, Outcome, ReferralState, Source
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo import words
from roegfri.desk.demo.people import Person
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import Row, World

CHANNELS = {
    Source.HOSPITAL: "medcom",
    Source.PRACTICE: "medcom",
    Source.PHARMACY: "phone",
    Source.MUNICIPALITY: "email",
    Source.WEBSITE: "web",
    Source.OWN_CONTACT: "phone",
    Source.QUITLINE: "email",
}
# Somebody talked with her.
_TALKS = frozenset({Outcome.REACHED, Outcome.THINKING, Outcome.DECLINED})


@dataclass(frozen=True, slots=True)
class Case:
    """A referral's row as it stands, whose it is, and who has it."""

    row: Row
    person: Person
    place: Place

    @property
    def state(self) -> str:
        """Where it is."""
        state: str = self.row["state"]
        return state


def begin(
    world: World, place: Place, person: Person, source: Source, received: dt.datetime, **more: Any
) -> Case:
    """It has come in: the clock runs, and the municipality may see her. `more`: other columns."""
    on = clock.danish_date(received)
    due = rules.contact_deadline(on, terms=place.terms, closed=place.closed)
    senders = place.senders.get(source.value)
    sender = world.dice.choice(senders) if senders else None
    came = {
        "citizen_id": person.citizen["id"],
        "handler_id": place.municipality.pk,
        "received_by_id": place.municipality.pk,
        "agreement_id": place.agreement.pk,
        "source": source.value,
        "channel": CHANNELS[source],
        "sender_id": sender.pk if sender else None,
        "sender_name": sender.name if sender else "",
        "received_at": received,
        "contact_by": due,
        "next_at": clock.end_of_day(due),
        "next_step": NextStep.CALL.value,
        "state_since": received,
        "once": world.id(),
    }
    case = Case(world.add("referral", **came | more), person, place)
    opened(world, case, place.municipality.pk, on)
    return case


def opened(
    world: World, case: Case, organisation: object, on: dt.date, ground: str = "handling"
) -> Row:
    """An organisation sees her from a day on."""
    return world.add(
        "citizenaccess",
        citizen_id=case.row["citizen_id"],
        organisation_id=organisation,
        ground=ground,
        about=case.row["id"],
        from_on=on,
    )


def call(
    world: World,
    case: Case,
    outcome: Outcome,
    at: dt.datetime,
    caller: User,
    *,
    note: str = "",
    again: dt.datetime | None = None,
    incoming: bool = False,
) -> None:
    """A call and what it does to the case; `again` is what was agreed, else it is proposed."""
    row, person = case.row, case.person
    row["attempts"] += 1
    if outcome == Outcome.THINKING:
        again = again or rules.think_until(at, closed=case.place.closed)
    world.add(
        "contactattempt",
        referral_id=row["id"],
        at=at,
        outcome=outcome.value,
        note=note or _note(world, outcome),
        call_back_at=again if outcome in {Outcome.CALL_BACK, Outcome.THINKING} else None,
        phone="" if incoming else person.number,
        incoming=incoming,
        caller_id=caller.pk,
        once=world.id(),
    )
    if outcome in _TALKS:
        row["reached_at"], row["caseworker_id"] = row["reached_at"] or at, caller.pk
    if outcome == Outcome.DECLINED:
        close(case, CloseReason.DECLINED, at)
    elif outcome in _TALKS:
        if row["state"] != ReferralState.REACHED:
            row["state"], row["state_since"] = ReferralState.REACHED.value, at
        plan(case, NextStep.DECIDE if outcome == Outcome.THINKING else None, again)
    elif outcome == Outcome.WRONG_NUMBER:
        _wrong_number(case, at)
    elif outcome == Outcome.CALL_BACK:
        plan(case, NextStep.CALL_BACK, again)
    else:
        plan(case, NextStep.RETRY, again or rules.next_attempt(at, closed=case.place.closed))


def plan(case: Case, step: NextStep | None, at: dt.datetime | None, note: str = "") -> None:
    """What is due next; nothing without a step."""
    case.row["next_step"] = step.value if step else ""
    case.row["next_at"] = at if step else None
    case.row["next_note"] = note


def close(case: Case, reason: CloseReason, at: dt.datetime) -> None:
    """It is over."""
    row = case.row
    row["state"], row["state_since"] = ReferralState.CLOSED.value, at
    row["close_reason"] = reason.value
    plan(case, None, None)


def _wrong_number(case: Case, at: dt.datetime) -> None:
    """Another number is tried at once; without one it waits as it did."""
    tried = next((row for row in case.person.phones if not row["wrong_since"]), None)
    if tried:
        tried["wrong_since"] = at
    if case.person.number:
        plan(case, NextStep.RETRY, at)


_NOTES = {
    Outcome.REACHED: words.CALL_NOTES,
    Outcome.DECLINED: words.DECLINE_NOTES,
    Outcome.THINKING: words.THINKING_NOTES,
    Outcome.VOICEMAIL: words.VOICEMAIL_NOTES,
    Outcome.CALL_BACK: words.CALL_BACK_NOTES,
    Outcome.WRONG_NUMBER: words.WRONG_NUMBER_NOTES,
}


def _note(world: World, outcome: Outcome) -> str:
    return world.dice.choice(_NOTES.get(outcome, ("",)))
