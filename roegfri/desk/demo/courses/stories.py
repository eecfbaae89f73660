"""What is planned by hand: each kind of course that somebody who tries Røgfri should meet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from courses.states import CourseKind, Target
from roegfri import clock
from roegfri.desk.demo.courses.ground import Ground
from roegfri.desk.demo.courses.timetable import Plan
from roegfri.desk.demo.courses.weeks import WEEK, weeks_back
from roegfri.desk.demo.places import Place

# The days as a name has them.
_DAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MON, TUE, WED, THU, FRI = range(5)


def on(now: dt.datetime, weekday: int, hour: int, minute: int = 0, *, weeks: int) -> dt.datetime:
    """That weekday and time in the week so many weeks from now; less than 0: it has been."""
    today = clock.danish_date(now)
    monday = today - dt.timedelta(days=today.weekday())
    day = monday + weeks * WEEK + dt.timedelta(days=weekday)
    return clock.danish_time(day, dt.time(hour, minute))


def named(kind: str, first: dt.datetime) -> str:
    """A course is called by its day and time."""
    local = first.astimezone(clock.COPENHAGEN)
    part = "formiddag" if local.hour < 12 else "eftermiddag" if local.hour < 17 else "aften"
    return f"{kind} {_DAYS[local.weekday()]} {part}"


def today(now: dt.datetime) -> Plan:
    """The third meeting is today and has begun, or will at eight."""
    day, local = clock.danish_date(now), now.astimezone(clock.COPENHAGEN)
    hour = min(max(local.hour, 8), 19)
    half = 30 if local.minute >= 30 and 8 <= local.hour < 19 else 0
    first = clock.danish_time(day - 2 * WEEK, dt.time(hour, half))
    return Plan(name=named("Rygestophold", first), first=first, take=11, this_day=day)


def yesterday(place: Place, now: dt.datetime) -> Plan:
    """The fourth meeting was on the last workday: some stayed away, and are to be rung."""
    last = place.workdays_before(clock.danish_date(now), 1)
    first = clock.danish_time(last - 3 * WEEK, dt.time(12))
    return Plan(name=named("Rygestophold", first), first=first, take=12, count=6, room=1)


def to_be_ended(place: Place, now: dt.datetime) -> Plan:
    """It met for the last time on the last workday: twelve who came, and nothing noted yet."""
    day = place.workdays_before(clock.danish_date(now), 1)
    first = clock.danish_time(weeks_back(place, day, _COUNT), dt.time(16, 30))
    name = "Rygestophold i Avedøre"
    return Plan(name=name, first=first, count=_COUNT, take=12, room=3, steady=True)


_COUNT = 7


def in_hvidovre(ground: Ground, now: dt.datetime) -> Sequence[Plan]:
    """Where the trial is shown: no seat free, some, twelve of sixteen, a pharmacy's, a draft, and
    one that was called off."""
    full, free, twelve = (
        on(now, WED, 9, weeks=1),
        on(now, THU, 16, 30, weeks=2),
        on(now, TUE, 17, weeks=3),
    )
    shop, draft, off = (
        on(now, FRI, 13, weeks=2),
        on(now, MON, 19, weeks=9),
        on(now, THU, 20, weeks=4),
    )
    usual = "Rygestophold"
    pharmacy: dict[str, Any] = {
        "provider": ground.pharmacies.get("167"),
        "room": 4,
        "minutes": 90,
        "capacity": 10,
    }
    few: dict[str, Any] = {"minutes": 90, "room": 3, "cancelled": "For få tilmeldte"}
    return [
        Plan(name=named(usual, full), first=full, capacity=10, take=10, waiting=3, lead=1),
        Plan(name=named(usual, free), first=free, capacity=14, take=5, lead=3),
        Plan(
            name=named(usual, twelve), first=twelve, capacity=16, take=12, lead=2, transport=_RIDE
        ),
        Plan(name="Rygestop på apoteket", first=shop, count=6, take=4, lead=2, **pharmacy),
        Plan(name="Forårshold", first=draft, count=3, take=0, lead=1, draft=True),
        Plan(name="Aftenhold for skifteholdet", first=off, count=6, take=0, lead=3, **few),
    ]


_RIDE = "Vi kan hente dig ved stationen kl. 16.45. Sig til, når du melder dig til."
# Other languages and other people, by municipality: when the first meeting is (weeks from now,
# weekday, time), and what is not as usual. Without a name it is called by its day.
_SPECIAL: dict[str, tuple[tuple[int, int, tuple[int, int]], Mapping[str, Any]]] = {
    "183": (
        (-2, WED, (10, 0)),
        {"name": "Rygestop på arabisk", "take": 7, "language": "Arabisk", "target": Target.ETHNIC},
    ),
    "161": (
        (1, MON, (13, 0)),
        {"name": "Røgfri graviditet", "take": 3, "capacity": 8, "target": Target.PREGNANT}
        | {"concept": "Forløb for gravide"},
    ),
    "169": (
        (-3, THU, (15, 30)),
        {"name": "Unge uden nikotin", "take": 6, "capacity": 10, "target": Target.YOUNG}
        | {"concept": "Forløb for unge", "minutes": 90, "room": 1},
    ),
    "165": (
        (-4, TUE, (7, 30)),
        {"name": "Rygestop for materielgården", "take": 8, "target": Target.WORKPLACE},
    ),
    "153": (
        (2, MON, (17, 0)),
        {"name": "Rygestop på polsk", "take": 4, "language": "Polsk", "target": Target.ETHNIC},
    ),
    "155": ((3, WED, (19, 0)), {"take": 3, "capacity": 8}),
    "187": ((1, THU, (19, 0)), {"take": 6, "capacity": 10}),
    "751": (
        (-1, WED, (14, 0)),
        {"name": "Rygestop i Folkehuset", "take": 6, "target": Target.VULNERABLE, "room": 2}
        | {"concept": "Forløb for socialt udsatte"},
    ),
    "791": ((2, TUE, (16, 0)), {"take": 6, "second": 1}),
    "615": (
        (-3, WED, (16, 30)),
        {"name": "Rygestop på tyrkisk", "take": 5, "language": "Tyrkisk", "target": Target.ETHNIC},
    ),
    "730": (
        (1, THU, (10, 0)),
        {"name": "Nikotinfri", "take": 4}
        | {"concept": "Nikotinstop (snus, nikotinposer, e-cigaretter)"},
    ),
    "741": ((2, FRI, (15, 0)), {"take": 2, "capacity": 6}),
}


def special(now: dt.datetime, code: str) -> list[Plan]:
    """A municipality's course that is unlike the others, running or to come."""
    if code not in _SPECIAL:
        return []
    (weeks, day, time), more = _SPECIAL[code]
    first = on(now, day, *time, weeks=weeks)
    return [Plan(first=first, **{"name": named("Rygestophold", first), **more})]


# Of the year behind us: the week of the first meeting, weekday, time, how many took part. The days
# are not spread evenly, so that the grid shows where nobody offers anything.
PAST: dict[str, Sequence[tuple[int, int, tuple[int, int], int]]] = {
    "167": (
        (-50, TUE, (16, 30), 9),
        (-41, THU, (17, 0), 8),
        (-38, TUE, (16, 30), 10),
        (-23, TUE, (16, 30), 10),
        (-20, THU, (17, 0), 9),
        (-12, TUE, (16, 30), 14),
    ),
    "751": (
        (-46, THU, (17, 0), 8),
        (-34, TUE, (16, 30), 8),
        (-21, THU, (17, 0), 9),
        (-4, THU, (17, 0), 9),
    ),
    "153": ((-44, TUE, (10, 0), 6), (-22, TUE, (17, 0), 8), (-3, TUE, (10, 0), 7)),
    "169": ((-40, TUE, (17, 0), 7), (-19, THU, (16, 30), 7)),
    "165": ((-45, THU, (16, 30), 6), (-16, THU, (16, 30), 7)),
    "155": ((-36, WED, (19, 0), 5),),
    "161": ((-43, TUE, (16, 30), 6), (-18, TUE, (16, 30), 7)),
    "183": ((-39, THU, (10, 0), 6), (-17, TUE, (17, 0), 6)),
    "187": ((-33, THU, (19, 0), 5), (-15, THU, (19, 0), 6)),
    "741": ((-30, WED, (15, 0), 4),),
    "791": ((-42, TUE, (16, 0), 6), (-14, TUE, (16, 0), 7)),
    "615": ((-32, THU, (16, 30), 6),),
    "730": ((-37, THU, (17, 0), 6), (-13, THU, (17, 0), 7)),
}
# Of these courses one meeting was moved and one was called off.
MOVED, CALLED_OFF = 2, (3, "Rådgiveren var syg")


def past(now: dt.datetime, code: str) -> list[Plan]:
    """The courses of the year behind us; from the fourteenth participant on there are two."""
    plans = []
    for number, (weeks, day, time, take) in enumerate(PAST.get(code, ())):
        first = on(now, day, *time, weeks=weeks)
        plans.append(
            Plan(
                name=named("Rygestophold", first),
                first=first,
                take=take,
                capacity=max(take, 12),
                lead=number % 3,
                second=(number + 1) % 3 if take > 10 else None,
                count=6 if number % 2 else 7,
                moved=MOVED if number % 2 == 0 else None,
                called_off=CALLED_OFF if number % 3 == 1 else None,
            )
        )
    return plans


def rolling(now: dt.datetime, weekday: int, hour: int) -> Plan:
    """Kom & Kvit, every week for half a year, and on for two months."""
    first = on(now, weekday, hour, weeks=-22)
    return Plan(
        name=f"Kom & Kvit, {_DAYS[weekday]}",
        first=first,
        count=30,
        kind=CourseKind.OPEN,
        capacity=20,
        take=10,
        minutes=90,
        lead=1,
        room=1,
        concept="Kom & Kvit, gruppe",
    )


def alone(now: dt.datetime, lead: int) -> Plan:
    """Talks with one person at a time, by appointment."""
    return Plan(
        name="Individuel rådgivning",
        first=on(now, MON, 9, weeks=-20),
        count=0,
        minutes=45,
        kind=CourseKind.INDIVIDUAL,
        capacity=25,
        take=8,
        lead=lead,
        room=0,
        concept="Guldstandardprogram (GSP), individuelt",
    )
