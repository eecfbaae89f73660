"""How the made-up courses ended: outcomes, reasons, and what was agreed to at the last meeting."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.rules.ending import finish_by
from courses.states import (
    CourseKind,
    CourseState,
    DropOut,
    EnrolmentState,
    Mark,
    SmokeFree,
    TaskKind,
    WithdrawReason,
)
from referrals.states import ConsentForm, ConsentKind
from roegfri.desk.demo.courses.answers import answer_forms, known
from roegfri.desk.demo.courses.timetable import Laid
from roegfri.desk.demo.rows import Row, World

# Of STOPbasen's completers about half are smoke-free at the end: most of those who stopped, and
# hardly anybody else.
_FREE_AFTER_STOPPING, _FREE_ANYWAY, _NOT_ASKED = 0.82, 0.08, 0.05
_SMOKES, _STOPPED, _MEASURED = (8, 27), (1, 5), 0.85
_SATISFIED = (5, 5, 5, 4, 4, 4, 3, 2)
_REASONS = {
    WithdrawReason.TIME: DropOut.TIME,
    WithdrawReason.ILLNESS: DropOut.ILLNESS,
    WithdrawReason.NO_WISH: DropOut.NO_WISH,
    WithdrawReason.SMOKE_FREE: DropOut.SMOKE_FREE,
    WithdrawReason.NO_SHOW: DropOut.NOT_REACHED,
}
_NOTES = (
    "Fortsætter med plaster i fire uger endnu.",
    "Vil gerne ringes op igen efter jul.",
    "Ryger nu fem om dagen mod tyve før.",
    "Har tilbudt at komme og fortælle på næste hold.",
)
# What is agreed to at the first meeting by those who had not yet, and at the last one.
_FIRST = ((ConsentKind.STOPBASE, 0.7), (ConsentKind.FOLLOW_UP, 0.6), (ConsentKind.SMS, 0.4))
_LAST = ((ConsentKind.DISCHARGE, 0.4), (ConsentKind.DISCHARGE_RESULT, 0.7))
# The term finish_course_days of both agreements.
_FINISH_DAYS = 14
_QUARTER = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who has agreed to what by now."""

    world: World
    live: set[tuple[UUID, str]]

    def to(self, row: Row, kind: ConsentKind, at: dt.datetime, by: UUID) -> None:
        """She agrees, in writing; once."""
        key = (row["citizen_id"], kind.value)
        if key in self.live or at >= self.world.now:
            return
        self.live.add(key)
        self.world.add(
            "consent",
            citizen_id=row["citizen_id"],
            kind=kind.value,
            form=ConsentForm.WRITTEN.value,
            given_at=at,
            taken_by_id=by,
        )

    def has(self, row: Row, kind: ConsentKind) -> bool:
        """Whether she has."""
        return (row["citizen_id"], kind.value) in self.live


def lay(world: World, courses: Sequence[Laid]) -> None:
    """Everything that the end of a course leaves behind, of all of them."""
    agreed = Agreed(world, {(row["citizen_id"], row["kind"]) for row in world.rows["consent"]})
    facts = known(world)
    handlers = {row["id"]: row["handler_id"] for row in world.rows["referral"]}
    there: dict[UUID, set[UUID]] = {}
    for mark in world.rows["attendance"]:
        if mark["mark"] == Mark.ATTENDED:
            there.setdefault(mark["meeting_id"], set()).add(mark["enrolment_id"])
    for laid in courses:
        rows = _had_a_seat(world, laid)
        answer_forms(world, laid, rows, facts)
        last = there.get(laid.held[-1]["id"], set()) if laid.held else set()
        for row in rows:
            own = handlers[row["referral_id"]] == laid.row["host_id"]
            _agrees(agreed, laid, row, own=own, at_last=row["id"] in last)
        asked = [row for row in rows if agreed.has(row, ConsentKind.DISCHARGE)]
        _name_their_doctors(laid, [facts.citizens[row["citizen_id"]] for row in asked])
        _ended(world, laid, rows, last)
        if _waits_to_be_ended(world, laid):
            _ask_to_finish(world, laid)


def _had_a_seat(world: World, laid: Laid) -> list[Row]:
    of = laid.row["id"]
    rows = [one for one in world.rows["enrolment"] if one["course_id"] == of]
    return [one for one in rows if one["state"] != EnrolmentState.WAITING]


def _agrees(agreed: Agreed, laid: Laid, row: Row, *, own: bool, at_last: bool) -> None:
    """To STOPbasen and the like at a meeting; to a letter only where her case is handled."""
    if not laid.held or row["home_frozen_on"] is None:
        return
    world, likely = agreed.world, 1.3 if laid.plan.steady else 1.0
    for kind, share in _FIRST:
        if world.chance(share * likely):
            agreed.to(row, kind, max(laid.held[0]["ends_at"], row["enrolled_at"]), laid.lead)
    is_last = laid.over or laid.plan.steady
    for kind, share in _LAST if own and at_last and is_last else ():
        needs = kind == ConsentKind.DISCHARGE or agreed.has(row, ConsentKind.DISCHARGE)
        if needs and world.chance(share * likely):
            agreed.to(row, kind, laid.held[-1]["ends_at"] - _QUARTER, laid.lead)


def _name_their_doctors(laid: Laid, citizens: Sequence[Row]) -> None:
    """Whoever agreed to a letter said who her doctor is; but for one on the course that is to be
    ended, who has to be asked."""
    practices = laid.place.senders["practice"]
    for number, citizen in enumerate(citizens[laid.plan.steady :]):
        if citizen["practice_id"] is None and practices:
            practice = practices[number % len(practices)]
            citizen["practice_id"], citizen["practice_name"] = practice.pk, practice.name


def _ended(world: World, laid: Laid, rows: Sequence[Row], last: Collection[UUID]) -> None:
    """An outcome for whoever stayed, a reason for most of those who left."""
    for row in rows:
        if row["state"] == EnrolmentState.ENDED:
            _outcome(world, laid, row, at_last=row["id"] in last or not laid.over)
        elif row["state"] == EnrolmentState.WITHDRAWN and laid.over:
            _reason(world, laid, row)


def _outcome(world: World, laid: Laid, row: Row, *, at_last: bool) -> None:
    stopped = row["actual_quit_on"] is not None
    free = world.chance(_FREE_AFTER_STOPPING if stopped else _FREE_ANYWAY)
    unknown = not at_last and world.chance(_NOT_ASKED * 4)
    said = SmokeFree.UNKNOWN if unknown else SmokeFree.YES if free else SmokeFree.NO
    measured = at_last and world.chance(_MEASURED)
    _add(
        world,
        laid,
        row,
        smoke_free=said.value,
        co=world.dice.randint(*(_STOPPED if free else _SMOKES)) if measured else None,
        satisfaction=world.dice.choice(_SATISFIED) if at_last and world.chance(0.8) else None,
        note=world.dice.choice(_NOTES) if world.chance(0.08) else "",
    )


def _reason(world: World, laid: Laid, row: Row) -> None:
    why = _REASONS.get(row["left_reason"])
    if why is None or world.chance(0.15):
        return
    free = SmokeFree.YES.value if why == DropOut.SMOKE_FREE else ""
    _add(world, laid, row, dropped_out=why.value, smoke_free=free)


def _add(world: World, laid: Laid, row: Row, **said: object) -> None:
    """Noted before the course was ended, or she herself."""
    at = (laid.over or row["left_at"]) - _QUARTER
    world.add("ending", enrolment_id=row["id"], at=at, by_id=laid.lead, **said)


def _waits_to_be_ended(world: World, laid: Laid) -> bool:
    """It has met for the last time, and nobody has said that it is over."""
    last = laid.row["last_at"]
    is_group = laid.plan.kind == CourseKind.GROUP
    is_open = laid.row["state"] == CourseState.PUBLISHED
    return bool(is_group and is_open and laid.held and last and laid.held[-1]["starts_at"] == last)


def _ask_to_finish(world: World, laid: Laid) -> None:
    """As the sweep asks whoever holds it."""
    world.add(
        "task",
        organisation_id=laid.row["host_id"],
        kind=TaskKind.FINISH.value,
        course_id=laid.row["id"],
        due_at=finish_by(laid.row["last_at"], days=_FINISH_DAYS),
        made_at=laid.held[-1]["closed_at"],
    )
