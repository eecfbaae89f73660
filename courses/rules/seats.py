"""When there is room for one more participant, and what is missing when there is not."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from courses.rules.planning import counsellors_needed


class WhenFull(StrEnum):
    """What whoever enrols wants when there is no seat: to be told so, or the waiting list."""

    REFUSE = "refuse"
    WAIT = "wait"


class Lack(StrEnum):
    """What one more participant cannot be given."""

    SEAT = "seat"
    COUNSELLOR = "counsellor"


class Why(StrEnum):
    """Why somebody in the waiting list is not promoted yet."""

    CANCELLED = "cancelled"
    OVER = "over"
    FULL = "full"
    COUNSELLOR = "counsellor"
    OTHERS = "others"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Standing:
    """A course as it stands: what is taken, and how it is staffed.

    `fewest` is the smallest number of counsellors at any of its coming meetings, and `two_from` the
    agreement's term on the day of the next one, which begins at `next_at`; all three are None when
    none is coming.
    """

    kind: str
    capacity: int
    taken: int
    waiting: int
    fewest: int | None
    two_from: int | None
    next_at: dt.datetime | None = None
    is_open: bool = True


def lack(course: Standing) -> Lack | None:
    """What is missing for one more participant; None: there is a seat for her.

    S1: «Hold med flere end 12 deltagere varetages af to rådgivere». So the 13th needs two at every
    coming meeting; a meeting that has been needs nobody any more.
    """
    if course.taken >= course.capacity:
        return Lack.SEAT
    if course.fewest is None or course.two_from is None:
        return None
    needed = counsellors_needed(course.kind, course.taken + 1, two_from=course.two_from)
    return Lack.COUNSELLOR if course.fewest < needed and needed > 1 else None


_OF_LACK = {Lack.SEAT: Why.FULL, Lack.COUNSELLOR: Why.COUNSELLOR}


def why_waiting(rank: int, course: Standing, *, cancelled: bool) -> Why:
    """Why whoever stands at that place of the waiting list is not promoted yet.

    The agreements say nothing of waiting lists; ours: «promoveres i rækkefølge», when nothing
    lacks. `rank` is 1 for the first.
    """
    if cancelled:
        return Why.CANCELLED
    if not course.is_open:
        return Why.OVER
    if missing := lack(course):
        return _OF_LACK[missing]
    return Why.OTHERS if rank > 1 else Why.NEXT
