"""How a case written by hand is told: when, by whom, and what came of it."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referrals.states import NextStep, Outcome, Source
from roegfri import clock
from roegfri.desk.demo import words
from roegfri.desk.demo.cases import Case, begin, call, plan
from roegfri.desk.demo.people import person
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import World
from roegfri.desk.demo.talks import talk

# A time as it is told beside the day on which it all ends.
When = Callable[[Place, dt.datetime], dt.datetime]
# The municipality's counsellors: who signs in to the trial, and two others.
OWN, COLLEAGUE, THIRD = 0, 1, 2
# How much a referral says that she smokes.
_AMOUNT = re.compile(r"(\d+) (?:cig|dag|dgl|om dagen)")


def back(workdays: int, hour: int, minute: int = 0) -> When:
    """So many workdays ago at that hour; a workday earlier when that is still to come."""

    def at(place: Place, now: dt.datetime) -> dt.datetime:
        today = clock.danish_date(now)
        count = workdays
        if count == 0 and clock.danish_time(today, dt.time(hour, minute)) >= now:
            count = 1
        return clock.danish_time(place.workdays_before(today, count), dt.time(hour, minute))

    return at


def soon(minutes: int) -> When:
    """So many minutes from now, to the half hour, while people are awake; less than 0: it has
    passed."""

    def at(place: Place, now: dt.datetime) -> dt.datetime:
        today = clock.danish_date(now)
        awake = max(now, clock.danish_time(today, dt.time(8)))
        if minutes < 0 and now - clock.danish_time(today, dt.time(8, 30)) < dt.timedelta(hours=1):
            return back(1, 15, 30)(place, now)
        wanted = (awake + dt.timedelta(minutes=minutes)).astimezone(clock.COPENHAGEN)
        late = wanted.date() != today or wanted.hour > 20
        if late:
            return clock.danish_time(clock.add_workdays(today, 1, closed=place.closed), dt.time(10))
        return clock.danish_time(today, dt.time(wanted.hour, 30 if wanted.minute >= 30 else 0))

    return at


def ahead(workdays: int, hour: int, minute: int = 0) -> When:
    """So many workdays from now."""

    def at(place: Place, now: dt.datetime) -> dt.datetime:
        day = clock.add_workdays(clock.danish_date(now), workdays, closed=place.closed)
        return clock.danish_time(day, dt.time(hour, minute))

    return at


@dataclass(frozen=True, slots=True)
class Call:
    """A call: what came of it and when; `by` a counsellor's number in the municipality."""

    outcome: Outcome
    when: When
    note: str = ""
    again: When | None = None
    by: int = OWN
    incoming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One case. `home` is a municipality's code, empty for the own one, None when unknown.

    `then` is what was agreed after the calls. `calling` is who dials at this moment. `about` are
    columns of the citizen.
    """

    name: str
    age: int
    source: Source
    received: When
    text: str = ""
    calls: Sequence[Call] = ()
    then: tuple[NextStep, When, str] | None = None
    caseworker: int | None = None
    calling: int | None = None
    woman: bool = True
    home: str | None = ""
    phones: int = 1
    about: Mapping[str, Any] = field(default_factory=dict)


def tell(world: World, place: Place, story: Story, *, stranger: bool = False) -> Case:
    """One story; a `stranger` gets another name."""
    received = story.received(place, world.now)
    home = place.neighbours.get(story.home or "", place.municipality)
    who = person(
        world,
        place,
        received,
        {**_named(world, story, received, stranger=stranger), **story.about},
        woman=story.woman,
        home=None if story.home is None else home,
        phones=story.phones,
    )
    case = begin(world, place, who, story.source, received, text=story.text)
    if story.caseworker is not None:
        case.row["caseworker_id"] = place.counsellors[story.caseworker].pk
    for one in story.calls:
        _make(world, case, one)
    if story.calling is not None:
        world.add(
            "reservation",
            referral_id=case.row["id"],
            holder_id=place.counsellors[story.calling].pk,
            until=world.now + dt.timedelta(minutes=15),
        )
    if story.then:
        step, when, note = story.then
        plan(case, step, when(place, world.now), note)
    return case


def _named(world: World, story: Story, received: dt.datetime, *, stranger: bool) -> dict[str, Any]:
    given, _, surname = story.name.rpartition(" ")
    if stranger:
        given = world.dice.choice(words.GIVEN_F if story.woman else words.GIVEN_M)
        surname = world.dice.choice(words.SURNAMES)
    days = story.age * 365.25 + world.dice.randint(20, 330)
    born = clock.danish_date(received) - dt.timedelta(days=int(days))
    return {"given_names": given, "surname": surname, "birth_date": born}


def _make(world: World, case: Case, one: Call) -> None:
    place, at = case.place, one.when(case.place, world.now)
    caller = place.counsellors[one.by]
    again = one.again(place, world.now) if one.again else None
    call(world, case, one.outcome, at, caller, note=one.note, again=again, incoming=one.incoming)
    if one.outcome == Outcome.REACHED:
        said = _AMOUNT.search(case.row["text"])
        talk(world, case, at, caller, amount=int(said[1]) if said else 0)
