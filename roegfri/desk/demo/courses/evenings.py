"""What happened at the meetings: who came, who rang off, who stayed away, who stopped smoking."""

import datetime as dt
from collections.abc import Sequence

from courses.rules.contact import no_show_call_by
from courses.states import (
    CourseKind,
    EnrolmentState,
    Item,
    Mark,
    MeetingForm,
    MeetingState,
    TaskKind,
    TaskResult,
    WithdrawReason,
)
from roegfri import clock
from roegfri.desk.demo.courses.people import leave, tick
from roegfri.desk.demo.courses.timetable import Laid
from roegfri.desk.demo.rows import Row, World

_MARKS = ((Mark.ATTENDED, 82), (Mark.CANCELLED, 10), (Mark.ABSENT, 8))
_NEVER_CAME, _LEFT_EARLY = 0.05, 0.12
_REASONS = (
    WithdrawReason.TIME,
    WithdrawReason.ILLNESS,
    WithdrawReason.NO_WISH,
    WithdrawReason.SMOKE_FREE,
)
_NOTES = (
    "Har nikotinplaster 21 mg, tåler dem fint.",
    "Svært i weekenden. Aftalt at ringe til en ven ved trang.",
    "Stolt: to uger uden.",
    "Røg tre cigaretter til en fest, fortsætter.",
    "Ægtefællen vil også gerne stoppe.",
)
# Ppm: before, and some days after, one has stopped.
_SMOKES, _STOPPED = (9, 31), (1, 6)
# The term no_show_call_days of both agreements.
_CALL_DAYS = 7
# It is agreed in the second meeting to stop at the third.
_QUITS_AT = 2


def live_through(world: World, laid: Laid, row: Row, meetings: Sequence[Row] | None = None) -> None:
    """One participant's course, up to now; `meetings` are hers alone when she has some."""
    ahead = laid.meetings if meetings is None else meetings
    ahead = [one for one in ahead if one["state"] != MeetingState.CANCELLED]
    ahead = [one for one in ahead if one["ends_at"] > row["enrolled_at"]]
    held = [one for one in ahead if one["state"] == MeetingState.HELD]
    fate = 1.0 if laid.plan.steady else world.dice.random()
    stays_away = fate < _NEVER_CAME
    last, mark = len(held), Mark.ABSENT
    if stays_away or fate < _NEVER_CAME + _LEFT_EARLY:
        last = 2 if stays_away else world.dice.randint(2, max(len(held), 2))
    came = 0
    for number, meeting in enumerate(held[:last]):
        mark = Mark.ABSENT if stays_away else _mark(world, steady=laid.plan.steady)
        came += mark == Mark.ATTENDED
        _quits(world, row, ahead, number, came)
        attend(world, laid, row, meeting, mark)
    there = last == len(held) and mark == Mark.ATTENDED
    _tick_off(world, laid, row, held[:last], was_there_last=there)
    if last < len(held):
        _leaves(world, laid, row, held[last - 1], stays_away=stays_away)
    elif laid.over:
        leave(laid, row, EnrolmentState.ENDED, laid.over)


def attend(world: World, laid: Laid, row: Row, meeting: Row, mark: Mark, *, note: str = "") -> None:
    """One mark, and what follows from it."""
    there, here = mark == Mark.ATTENDED, meeting["form"] == MeetingForm.IN_PERSON
    day = clock.danish_date(meeting["starts_at"])
    if there and row["home_frozen_on"] is None:
        row["home_frozen_on"] = day
    stopped = row["actual_quit_on"] and row["actual_quit_on"] < day
    at = meeting["closed_at"] or world.now
    blown = there and here and world.chance(0.85)
    world.add(
        "attendance",
        enrolment_id=row["id"],
        meeting_id=meeting["id"],
        mark=mark.value,
        co=world.dice.randint(*(_STOPPED if stopped else _SMOKES)) if blown else None,
        note=note or (world.dice.choice(_NOTES) if there and world.chance(0.12) else ""),
        at=at,
        by_id=meeting["closed_by_id"] or laid.lead,
    )
    if mark == Mark.ABSENT and meeting["state"] == MeetingState.HELD:
        _ring(world, laid, row, meeting)


def _mark(world: World, *, steady: bool) -> Mark:
    if steady and world.chance(0.6):
        return Mark.ATTENDED
    return world.dice.choices([mark for mark, _ in _MARKS], [often for _, often in _MARKS])[0]


def _quits(world: World, row: Row, ahead: Sequence[Row], number: int, came: int) -> None:
    """Planned at the second meeting she comes to; kept by most, a few days later by some."""
    today = clock.danish_date(world.now)
    if came == 1 and row["planned_quit_on"] is None and len(ahead) > _QUITS_AT:
        meant = ahead[max(number, _QUITS_AT)]["starts_at"]
        row["planned_quit_on"] = clock.danish_date(meant)
    elif came == _QUITS_AT + 1 and row["planned_quit_on"] and world.chance(0.75):
        kept = row["planned_quit_on"] + dt.timedelta(days=world.dice.choice((0, 0, 0, 1, 3)))
        said = clock.danish_date(ahead[number]["starts_at"])
        row["actual_quit_on"] = min(kept, said, today)


def _ring(world: World, laid: Laid, row: Row, meeting: Row) -> None:
    """Whoever stayed away is rung before the next meeting, on the next workday at noon."""
    later = [
        one["starts_at"]
        for one in laid.meetings
        if one["starts_at"] > meeting["starts_at"] and one["state"] != MeetingState.CANCELLED
    ]
    due = no_show_call_by(meeting["starts_at"], min(later, default=None), days=_CALL_DAYS)
    day = clock.add_workdays(clock.danish_date(meeting["starts_at"]), 1, closed=laid.place.closed)
    rung = min(clock.danish_time(day, dt.time(12, 15)), due)
    done = rung < world.now - dt.timedelta(days=1)
    world.add(
        "task",
        organisation_id=laid.row["host_id"],
        kind=TaskKind.NO_SHOW.value,
        course_id=laid.row["id"],
        meeting_id=meeting["id"],
        enrolment_id=row["id"],
        citizen_id=row["citizen_id"],
        due_at=due,
        made_at=meeting["closed_at"],
        done_at=rung if done else None,
        done_by_id=laid.lead if done else None,
        result=TaskResult.DONE.value if done else "",
    )
    if done:
        tick(world, row, Item.NO_SHOW_CALLED, rung, laid.lead, meeting["id"])


def _tick_off(
    world: World, laid: Laid, row: Row, held: Sequence[Row], *, was_there_last: bool
) -> None:
    """The form at her first meeting, the app at the second, the diploma at the last of all."""
    due = [(Item.FORM, 0, 0.9), (Item.APP, 1, 0.75)]
    for item, number, likely in due:
        if number < len(held) and row["home_frozen_on"] and world.chance(likely):
            tick(world, row, item, held[number]["closed_at"], laid.lead)
    group = laid.plan.kind == CourseKind.GROUP and len(held) > _QUITS_AT
    if laid.over and group and was_there_last and row["home_frozen_on"]:
        tick(world, row, Item.DIPLOMA, held[-1]["closed_at"], laid.lead)


def _leaves(world: World, laid: Laid, row: Row, after: Row, *, stays_away: bool) -> None:
    at = min(after["ends_at"] + dt.timedelta(days=2, hours=1), world.now - dt.timedelta(hours=1))
    why = WithdrawReason.NO_SHOW if stays_away else world.dice.choice(_REASONS)
    leave(laid, row, EnrolmentState.WITHDRAWN, at, why=why.value)
    for task in world.rows["task"]:
        if task["enrolment_id"] == row["id"] and task["done_at"] is None:
            task["done_at"], task["result"] = at, TaskResult.NOT_NEEDED.value
