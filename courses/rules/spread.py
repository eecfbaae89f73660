"""Different days and times: where in the week there is something to choose, and where not."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from enum import StrEnum

# (weekday, 1 is Monday; part of the day)
Place = tuple[int, str]
WORKDAYS, WEEKEND = range(1, 6), range(6, 8)


class Part(StrEnum):
    """A part of the day, by the words that wishes are kept in (referrals.states.DAY_PARTS)."""

    MORNING = "am"
    AFTERNOON = "pm"
    EVENING = "ev"


_NOON, _WORK_ENDS = dt.time(12), dt.time(17)


def part_of_day(begins: dt.time) -> Part:
    """Where in the day a meeting lies that begins at that Danish time: what begins at noon or later
    is in the afternoon, at 17 or later in the evening.

    S1: «på forskellige dage og tidspunkter».
    """
    if begins < _NOON:
        return Part.MORNING
    return Part.AFTERNOON if begins < _WORK_ENDS else Part.EVENING


def usual_place(begins: Iterable[dt.datetime]) -> Place:
    """Where in the week a course lies: where most of its meetings begin, so that one which has been
    moved is no other offer; of equals the first. Danish local times, at least one.

    S1: «på forskellige dage og tidspunkter».
    """
    places = Counter((one.isoweekday(), str(part_of_day(one.time()))) for one in begins)
    return places.most_common(1)[0][0]


def gaps(offered: Collection[Place]) -> list[Place]:
    """The workdays and parts of the day on which nothing is offered, in the order of the week.

    S1: «Det sikres, at der på tværs af kommunerne er tilbud at vælge imellem på forskellige dage og
    tidspunkter.»
    """
    week = [(day, str(part)) for day in WORKDAYS for part in Part]
    return [place for place in week if place not in offered]
