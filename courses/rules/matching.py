"""Which course suits a citizen best: one table of weights, and a number from 0 to 1 for each; below
0 for what is meant for others, and for a group that is nearly over.

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
# From here on a group is nearly over: worth less than any time she wished for.
MIDDLE, _PAST_MIDDLE = 0.5, -4.0
YOUNG = range(16, 26)
_WHOEVER_SHE_IS = {str(Target.ALL): 0.7, str(Target.WORKPLACE): -1.0}


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

    S1: «en bred vifte af målgruppetilpassede rygestoptilbud». -1: it is for others, as a
    workplace's own course is; 0: nobody knows; a group that no register tells of is a little below
    a course for everybody.
    """
    if target in _WHOEVER_SHE_IS:
        return _WHOEVER_SHE_IS[target]
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
    alike = lasting(offer.kind, offer.language, offer.target, offer.on, offer.km, asked)
    now = passing(offer.kind, offer.fits, offer.left, offer.days, offer.lacks, asked)
    return alike + now


def lasting(
    kind: str, language: str, target: str, on: dt.date | None, km: float | None, asked: Asked
) -> float:
    """The points of what many courses have in common: for whom, where, in which language.

    S1: «en bred vifte af målgruppetilpassede rygestoptilbud». `on` matters to a course for the
    young alone. Arguments as in Offer.
    """
    return (
        WEIGHTS.language * _language(language, asked)
        + WEIGHTS.target * suits(target, asked, on)
        + WEIGHTS.distance * (0.4 if km is None else max(0.0, 1 - km / FAR_KM))
        + WEIGHTS.kind * (0.5 if not asked.kinds else float(kind in asked.kinds))
    )


def passing(
    kind: str, fits: float, left: float, days: int | None, lacks: Lack | None, asked: Asked
) -> float:
    """The points of how one course stands: when it meets, and whether there is a seat.

    S1: «tilbud at vælge imellem på forskellige dage og tidspunkter». Arguments as in Offer.
    """
    return (
        WEIGHTS.time * _time(kind, fits, days, asked)
        + WEIGHTS.place * _place(lacks)
        + WEIGHTS.start * _start(kind, left, days)
    )


def _place(lacks: Lack | None) -> float:
    """A missing counsellor is found sooner than a seat."""
    if lacks is None:
        return 1.0
    return 0.2 if lacks is Lack.COUNSELLOR else 0.0


def _time(kind: str, fits: float, days: int | None, asked: Asked) -> float:
    """What is met by appointment is met when she can."""
    if not asked.times:
        return 0.5
    return 0.8 if days is None and kind == CourseKind.INDIVIDUAL else fits


def _language(language: str, asked: Asked) -> float:
    held, spoken = language.casefold(), asked.language.casefold() or DANISH
    if held == spoken:
        return 1.0
    return 0.4 if held == DANISH and asked.interpreter else 0.0


def _start(kind: str, left: float, days: int | None) -> float:
    """Soon is better than late, and a group from its beginning better than later; nobody is sent to
    its last meetings where there is anything else."""
    if days is None:
        return 0.5
    if kind == CourseKind.GROUP and left < MIDDLE:
        return _PAST_MIDDLE
    whole = left if kind == CourseKind.GROUP else 1.0
    return whole * max(0.0, 1 - days / LATE_DAYS)
