"""Which course suits a citizen best: one table of weights, and a number from 0 to 1 for each.

The agreements say what to look at, not how much each thing counts: the weights are ours, and stand
here alone. No database, no system clock.
"""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from courses.rules.seats import Lack
from courses.states import CourseKind, Target
from roegfri import clock

DANISH = "dansk"
# Beyond this nobody goes by herself, and what begins later is no answer to somebody who is ready.
FAR_KM, LATE_DAYS = 40, 90
YOUNG = range(16, 26)


class Weights(NamedTuple):
    """How much each thing counts when courses are ranked, as points of 200."""

    time: int
    language: int
    target: int
    distance: int
    kind: int
    place: int
    start: int


WEIGHTS = Weights(time=45, language=40, target=35, distance=30, kind=25, place=15, start=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the citizen that a course can suit. `times` are those of TIMES ("3-ev"),
    `kinds` kinds of course; `language` is empty for Danish, `pregnant` None where nobody asked."""

    times: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    language: str = ""
    interpreter: bool = False
    born: dt.date | None = None
    pregnant: bool | None = None


class Offer(NamedTuple):
    """A course as it stands for one citizen.

    `fits` is the share of its coming meetings at times she wished for; `left` the share of all its
    meetings that are still to come; `days` until the next one, on `on` (both None where none is
    planned); `km` to its venue, None where either end is unknown.
    """

    kind: str
    language: str
    target: str
    fits: float
    left: float
    days: int | None
    on: dt.date | None
    km: float | None
    lacks: Lack | None


def part_of_day(hour: int) -> str:
    """The part of the day (DAY_PARTS) that an hour on a Danish wall clock is in.

    S1: «tilbud at vælge imellem på forskellige dage og tidspunkter».
    """
    return "am" if hour < 12 else "pm" if hour < 17 else "ev"


def suits(target: str, asked: Asked, on: dt.date | None) -> float:
    """How well a course's target group is hers, by her age on the day of the next meeting.

    S1: «en bred vifte af målgruppetilpassede rygestoptilbud». -1: it is for others; 0.5: nobody
    knows; a group that no register tells of is a little below a course for everybody.
    """
    if target == Target.ALL:
        return 0.7
    if target == Target.PREGNANT:
        return {True: 1.0, False: -1.0, None: 0.0}[asked.pregnant]
    if target == Target.YOUNG:
        if asked.born is None or on is None:
            return 0.0
        return 1.0 if clock.age_on(asked.born, on) in YOUNG else -1.0
    if target == Target.ETHNIC:
        return 0.8 if asked.language else 0.2
    return 0.3


def score(offer: Offer, asked: Asked) -> float:
    """How well a course suits, in points: the weights times what each thing is worth.

    S1: «Borgeren tilmeldes det tilbud, der ønskes», and «borgerne kan vælge mellem alle kommunernes
    tilbud»: whose course it is counts for nothing.
    """
    return (
        WEIGHTS.time * _time(offer, asked)
        + WEIGHTS.language * _language(offer, asked)
        + WEIGHTS.target * suits(offer.target, asked, offer.on)
        + WEIGHTS.distance * (0.4 if offer.km is None else max(0.0, 1 - offer.km / FAR_KM))
        + WEIGHTS.kind * (0.5 if not asked.kinds else float(offer.kind in asked.kinds))
        + WEIGHTS.place * _place(offer)
        + WEIGHTS.start * _start(offer)
    )


def _place(offer: Offer) -> float:
    """A missing counsellor is found sooner than a seat."""
    if offer.lacks is None:
        return 1.0
    return 0.2 if offer.lacks is Lack.COUNSELLOR else 0.0


def _time(offer: Offer, asked: Asked) -> float:
    """What is met by appointment is met when she can."""
    if not asked.times:
        return 0.5
    return 0.8 if offer.days is None and offer.kind == CourseKind.INDIVIDUAL else offer.fits


def _language(offer: Offer, asked: Asked) -> float:
    held, spoken = offer.language.casefold(), asked.language.casefold() or DANISH
    if held == spoken:
        return 1.0
    return 0.4 if held == DANISH and asked.interpreter else 0.0


def _start(offer: Offer) -> float:
    """Soon is better than late, and a course from its beginning better than its last meetings."""
    if offer.days is None:
        return 0.5
    whole = offer.left if offer.kind == CourseKind.GROUP else 1.0
    return whole * max(0.0, 1 - offer.days / LATE_DAYS)
