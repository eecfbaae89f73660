"""The cases of one morning, written by hand: every kind of step, each with its story."""

import datetime as dt
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


STORIES: Sequence[Story] = (
    Story(
        name="Birthe Skov",
        age=67,
        source=Source.HOSPITAL,
        received=back(4, 10, 20),
        text="Henvisning til rygestop. KOL GOLD 3, ryger 20 cigaretter dagligt. Ønsker hjælp.",
        calls=(
            Call(Outcome.NO_ANSWER, back(3, 9, 40)),
            Call(Outcome.VOICEMAIL, back(1, 16, 5), again=back(0, 9, 30)),
        ),
        home=None,
    ),
    Story(
        name="Mehmet Yılmaz",
        age=44,
        source=Source.PRACTICE,
        received=back(3, 14, 10),
        text="Henvisning til rygestop. Diabetes type 2. 15 cigaretter dgl. Taler bedst tyrkisk.",
        woman=False,
        about={"language": "Tyrkisk", "interpreter": True},
    ),
    Story(
        name="Louise Østerby",
        age=29,
        source=Source.PRACTICE,
        received=back(2, 11, 15),
        text="Henvisning til rygestop. Gravid i 2. trimester, ryger 8 dagligt, meget motiveret.",
        phones=2,
    ),
    Story(
        name="Jørgen Holm",
        age=58,
        source=Source.PHARMACY,
        received=back(2, 15, 30),
        text="Spurgte til nikotinplaster i dag. Vil gerne ringes op. Bor i Kastrup.",
        woman=False,
        home="185",
    ),
    Story(
        name="Ewa Nowak",
        age=51,
        source=Source.MUNICIPALITY,
        received=back(1, 9, 50),
        text="Borgeren har sagt ja til at blive ringet op. Fra jobcentret.",
        calling=THIRD,
        about={"language": "Polsk", "interpreter": True},
    ),
    Story(
        name="Freja Lund",
        age=14,
        source=Source.PRACTICE,
        received=back(1, 13, 25),
        text="Henvisning til rygestop. 14-årig, bruger nikotinposer og e-cigaret hver dag.",
        about={"guardian_name": "Henriette Lund", "guardian_phone": "+4501778812"},
    ),
    Story(
        name="Signe Brix",
        age=38,
        source=Source.WEBSITE,
        received=back(0, 7, 35),
        text="Har set jeres plakat på biblioteket. Ryger en pakke om dagen.",
    ),
    Story(
        name="Leif Aagaard",
        age=72,
        source=Source.HOSPITAL,
        received=back(0, 8, 10),
        text="Henvisning til rygestop. Indlagt med AMI, 25 cig./dag. Træffes på 01 23 45 67.",
        woman=False,
        phones=0,
    ),
    Story(
        name="Charlotte Kjær",
        age=47,
        source=Source.HOSPITAL,
        received=back(1, 8, 45),
        text="Henvisning til rygestop. Opereres om seks uger, ryger 20 om dagen.",
        calls=(Call(Outcome.VOICEMAIL, back(1, 10, 5), again=soon(330)),),
        caseworker=OWN,
        about={"address_protected": True},
    ),
    Story(
        name="Brian Madsen",
        age=35,
        source=Source.OWN_CONTACT,
        received=back(2, 12, 40),
        text="Min kollega blev røgfri hos jer, det vil jeg også.",
        calls=(Call(Outcome.CALL_BACK, back(1, 11, 20), "Sidder i bussen.", again=soon(-40)),),
        woman=False,
        caseworker=OWN,
    ),
    Story(
        name="Hanne Poulsen",
        age=62,
        source=Source.PRACTICE,
        received=back(2, 9, 5),
        text="Henvisning til rygestop. 12 cigaretter dagligt gennem mange år.",
        calls=(
            Call(Outcome.WRONG_NUMBER, back(2, 13, 0)),
            Call(Outcome.CALL_BACK, back(1, 9, 15), "Passer børnebørn.", again=soon(130)),
        ),
        phones=2,
    ),
    Story(
        name="Anders Dahl",
        age=41,
        source=Source.HOSPITAL,
        received=back(6, 10, 0),
        text="VBA givet. Patienten siger ja til at blive ringet op af rådgiver. 20 cigaretter dgl.",
        calls=(Call(Outcome.THINKING, back(5, 10, 30), "Vil tale med sin kone først.", soon(60)),),
        woman=False,
        caseworker=OWN,
    ),
    Story(
        name="Amina Hassan",
        age=33,
        source=Source.PRACTICE,
        received=back(5, 11, 0),
        text="Henvisning til rygestop. Ønsker individuel samtale. 15 cig. dagligt.",
        calls=(Call(Outcome.REACHED, back(4, 12, 10), "Vil gerne mødes først."),),
        then=(NextStep.TALK, soon(270), "Sundhedscentret, lokale 2"),
    ),
    Story(
        name="Torben Rasmussen",
        age=55,
        source=Source.HOSPITAL,
        received=back(7, 9, 0),
        text="Henvisning til rygestop. Kendt hypertension, ryger 30 dagligt.",
        calls=(
            Call(Outcome.NO_ANSWER, back(6, 9, 0), by=COLLEAGUE),
            Call(Outcome.REACHED, back(5, 16, 10), by=COLLEAGUE, incoming=True),
        ),
        then=(NextStep.DECIDE, ahead(1, 13), "Når hun har set holdplanen for januar"),
        woman=False,
    ),
    Story(
        name="Ulla Mortensen",
        age=60,
        source=Source.PRACTICE,
        received=back(4, 9, 0),
        text="Henvisning til rygestop. 10 cigaretter dagligt. Har prøvet at stoppe før.",
        calls=(
            Call(Outcome.NO_ANSWER, back(4, 13, 0), by=COLLEAGUE),
            Call(Outcome.NO_ANSWER, back(3, 9, 30), by=COLLEAGUE),
            Call(Outcome.VOICEMAIL, back(1, 9, 0), by=COLLEAGUE, again=soon(-60)),
        ),
        caseworker=COLLEAGUE,
    ),
)
# What a neighbour's counsellor finds in the morning: the same kinds of work, other people.
NEIGHBOURS = (1, 2, 4, 6, 9, 11, 12)


def lay(world: World, place: Place) -> None:
    """All of it, for the municipality that the trial is shown in."""
    for story in STORIES:
        tell(world, place, story)


def lay_some(world: World, place: Place) -> None:
    """A smaller morning, of people nobody has named."""
    for number in NEIGHBOURS:
        tell(world, place, STORIES[number], stranger=True)


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
        talk(world, case, at, caller)
