"""The year put together: which courses each municipality holds, and who comes to them."""

import datetime as dt
from collections.abc import Sequence

from courses.states import CourseState, EnrolmentState, Mark, MeetingForm
from referrals.states import NextStep, Source
from roegfri import clock
from roegfri.desk.demo.courses import outcomes, stories
from roegfri.desk.demo.courses.evenings import attend, live_through
from roegfri.desk.demo.courses.ground import Diary, Ground
from roegfri.desk.demo.courses.people import Pool, enrol, leave, pool
from roegfri.desk.demo.courses.timetable import Desk, Laid
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import Row, World

SHOWN = "167"
# Where else a meeting is today, and where Kom & Kvit is held: weekday and hour.
_TODAY, _ROLLING = ("167", "751"), {"167": (0, 15), "153": (2, 16), "751": (1, 10)}
_ALONE = {"167": 0, "153": 1, "751": 0, "169": 1}
_HOUR = dt.timedelta(hours=1)
# Where the courses are that two had found themselves.
_FOUND = ("167", "187")
_ENDED_ALONE = dt.timedelta(days=3)
# How many meetings of Kom & Kvit one comes to.
_ENOUGH = 12
_FORMS = (MeetingForm.IN_PERSON, MeetingForm.PHONE, MeetingForm.IN_PERSON, MeetingForm.VIDEO)
# The days of an individual course's talks, counted from the first.
_TALKS = (0, 7, 14, 28, 49)


def lay(world: World, places: Sequence[Place], ground: Ground) -> None:
    """All of it, of those who are in the world so far."""
    desk, people = Desk(world, ground, Diary()), pool(world)
    by_code = {place.municipality.code: place for place in places}
    _fill(people, desk.lay(by_code[SHOWN], stories.to_be_ended(by_code[SHOWN], world.now)))
    for code in _TODAY:
        _a_morning(desk, people, by_code[code])
    for plan in stories.in_hvidovre(ground, world.now):
        _fill(people, desk.lay(by_code[SHOWN], plan))
    for code, lead in _ALONE.items():
        _one_by_one(desk, people, desk.lay(by_code[code], stories.alone(world.now, lead)))
    rolling = {
        code: desk.lay(by_code[code], stories.rolling(world.now, weekday, hour))
        for code, (weekday, hour) in _ROLLING.items()
    }
    for laid in rolling.values():
        _come_and_go(people, laid)
    for code, place in by_code.items():
        plans = [*stories.special(world.now, code), *stories.past(world.now, code)]
        for plan in sorted(plans, key=lambda one: one.first, reverse=True):
            _fill(people, desk.lay(place, plan))
    _move_on(people, rolling[SHOWN])
    outcomes.lay(world, desk.laid)
    _found_themselves(world, desk.laid)


def _a_morning(desk: Desk, people: Pool, place: Place) -> None:
    """A meeting is today, and one has rung off; at yesterday's two stayed away, one walked in."""
    world = desk.world
    running = desk.lay(place, stories.today(world.now))
    there = _fill(people, running)
    today = next(one for one in running.meetings if not one["closed_at"])
    if there:
        attend(world, running, there[-1], today, Mark.CANCELLED, note="Ringede i morges: har feber")
    last = desk.lay(place, stories.yesterday(place, world.now))
    stayed = _fill(people, last)
    _two_stayed_away(world, last, stayed)
    _one_walked_in(world, last, stayed)


def _two_stayed_away(world: World, laid: Laid, there: list[Row]) -> None:
    """At the last meeting held, whatever the dice said; and one of the others walked in."""
    meeting = laid.held[-1]
    marks = [one for one in world.rows["attendance"] if one["meeting_id"] == meeting["id"]]
    known = {one["id"]: one for one in there}
    absent = [one for one in marks if one["mark"] == Mark.ABSENT]
    for mark in [one for one in marks if one not in absent][: max(2 - len(absent), 0)]:
        world.rows["attendance"].remove(mark)
        attend(world, laid, known[mark["enrolment_id"]], meeting, Mark.ABSENT)


def _one_walked_in(world: World, laid: Laid, there: list[Row]) -> None:
    """She stood in the door at the first meeting, and was enrolled there."""
    first = laid.held[0]
    came = {
        one["enrolment_id"]
        for one in world.rows["attendance"]
        if one["meeting_id"] == first["id"] and one["mark"] == Mark.ATTENDED
    }
    for row in [one for one in there if one["id"] in came][-1:]:
        row["walked_in"], at = True, first["starts_at"]
        row["enrolled_at"] = row["created_at"] = row["state_since"] = at
        for access in world.rows["citizenaccess"]:
            if access["about"] == row["id"]:
                access["from_on"] = clock.danish_date(at)


def _move_on(people: Pool, to: Laid) -> None:
    """When their course was over, two went on in Kom & Kvit, with the dates they had stopped on."""
    world = people.world
    over = {
        row["id"]: row["finished_at"]
        for row in world.rows["course"]
        if row["host_id"] == to.row["host_id"] and row["finished_at"]
    }
    ended = [
        row
        for row in world.rows["enrolment"]
        if row["state"] == EnrolmentState.ENDED
        and over.get(row["course_id"], to.begins) > to.begins
    ]
    cases = {row["id"]: row for row in world.rows["referral"]}
    for row in ended[-2:]:
        at = row["left_at"] - 2 * _HOUR
        made = enrol(people, to, cases[row["referral_id"]], at)
        row["state"], row["state_since"], row["left_at"] = EnrolmentState.MOVED.value, at, at
        row["moved_to_id"] = made["id"]
        made["planned_quit_on"], made["actual_quit_on"] = (
            row["planned_quit_on"],
            row["actual_quit_on"],
        )
        live_through(world, to, made)


def _fill(people: Pool, laid: Laid) -> list[Row]:
    """As many as were planned take part and wait; those who still take part."""
    world, plan = people.world, laid.plan
    if laid.row["state"] in {CourseState.DRAFT, CourseState.CANCELLED}:
        return []
    latest = min(laid.begins - _HOUR, world.now - _HOUR)
    drawn = people.draw(laid, plan.take + plan.waiting, by=latest)
    rows = []
    for number, case in enumerate(drawn):
        waits = number >= plan.take
        at = _enrolled_at(world, laid, case, latest)
        rows.append(enrol(people, laid, case, latest if waits else at, waits=waits))
        if waits:
            _wait(rows[-1], latest - (len(drawn) - number) * 6 * _HOUR)
        else:
            live_through(world, laid, rows[-1])
    return [row for row in rows if row["state"] == EnrolmentState.ENROLLED]


def _wait(row: Row, at: dt.datetime) -> None:
    """One after the other, since the last seat was taken."""
    row["waiting_since"] = row["state_since"] = row["created_at"] = at


def _enrolled_at(world: World, laid: Laid, case: Row, latest: dt.datetime) -> dt.datetime:
    """Some in the talk itself, some when they have thought about it; once the course is open."""
    opened: dt.datetime = max(case["reached_at"], laid.row["published_at"])
    if opened >= latest:
        return latest
    thinks = 0.0 if world.chance(0.6) else world.dice.random() * 0.8
    return opened + dt.timedelta(minutes=int((latest - opened).total_seconds() * thinks / 60))


def _come_and_go(people: Pool, laid: Laid) -> None:
    """Rolling admission: some every month, each from the next meeting on, and for a while."""
    world, months = people.world, 5
    for month in range(months):
        latest = laid.begins + dt.timedelta(days=30 * (month + 1))
        if latest > world.now:
            break
        for case in people.draw(laid, laid.plan.take // months + 1, by=latest):
            row = enrol(people, laid, case, _enrolled_at(world, laid, case, latest))
            mine = [one for one in laid.meetings if one["starts_at"] > row["enrolled_at"]][:_ENOUGH]
            live_through(world, laid, row, mine)
            _has_had_enough(world, laid, row, mine)


def _has_had_enough(world: World, laid: Laid, row: Row, mine: list[Row]) -> None:
    if row["state"] != EnrolmentState.ENROLLED or mine[-1]["ends_at"] > world.now - 24 * _HOUR:
        return
    leave(laid, row, EnrolmentState.ENDED, mine[-1]["ends_at"] + 20 * _HOUR)


def _one_by_one(desk: Desk, people: Pool, laid: Laid) -> None:
    """Each has talks of her own, every one or two weeks, some still ahead."""
    world, plan = desk.world, laid.plan
    latest = world.now - 24 * _HOUR
    for number, case in enumerate(people.draw(laid, plan.take, by=latest)):
        row = enrol(people, laid, case, _enrolled_at(world, laid, case, latest))
        talks = []
        for count, days in enumerate(_TALKS):
            at = _talk_at(laid, row["enrolled_at"] + dt.timedelta(days=days + 1), number)
            form = _FORMS[(count + number) % len(_FORMS)]
            talks.append(desk.meet(laid, at, {"appointment": True, "form": form.value}))
            world.add("appointment", meeting_id=talks[-1]["id"], enrolment_id=row["id"])
        live_through(world, laid, row, talks)
        if talks[-1]["ends_at"] < world.now - _ENDED_ALONE and world.chance(0.7):
            _has_ended(laid, row, talks[-1])


def _has_ended(laid: Laid, row: Row, last: Row) -> None:
    """Her talks are over, and so is the course for her."""
    if row["state"] == EnrolmentState.ENROLLED:
        leave(laid, row, EnrolmentState.ENDED, last["ends_at"] + _HOUR)


def _found_themselves(world: World, courses: Sequence[Laid]) -> None:
    """Two on today's list had found their course on the public pages before they signed up."""
    ahead = [one for one in courses if one.row["state"] == CourseState.PUBLISHED]
    free = [one for one in ahead if one.begins > world.now and one.row["waiting"] == 0]
    for code, came in zip(_FOUND, _signed_up(world, courses), strict=False):
        wanted = [one for one in free if one.place.municipality.code == code]
        world.add(
            "wish",
            referral_id=came["id"],
            course_id=wanted[0].row["id"],
            at=came["received_at"],
        )


def _signed_up(world: World, courses: Sequence[Laid]) -> list[Row]:
    """Who came from the public pages to where the trial is shown and waits for her first call; the
    newest first."""
    (shown,) = {one.row["host_id"] for one in courses if one.place.municipality.code == SHOWN}
    rows = [
        row
        for row in world.rows["referral"]
        if row["handler_id"] == shown
        and row["source"] == Source.WEBSITE
        and row["next_step"] in {NextStep.CALL, NextStep.RETRY}
    ]
    return sorted(rows, key=lambda row: row["received_at"], reverse=True)


def _talk_at(laid: Laid, at: dt.datetime, number: int) -> dt.datetime:
    """On an open day, each participant at a time of her own."""
    day = clock.add_workdays(clock.danish_date(at), 1, closed=laid.place.closed)
    begin = dt.datetime.combine(day, dt.time(8, 15)) + number * _HOUR
    return clock.danish_time(begin.date(), begin.time())
