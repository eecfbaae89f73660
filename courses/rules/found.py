"""What citizens are told of a course's seats. No database, no system clock."""

from enum import StrEnum

# Fewer than that are soon gone.
FEW = 3


class Seats(StrEnum):
    """Whether there is a seat, as the public is told: no number, which would be wrong tomorrow."""

    FREE = "free"
    FEW = "few"
    WAITING = "waiting"


def seats_told(capacity: int, taken: int, waiting: int) -> Seats:
    """How many seats are left, in words. Whoever waits already goes first, so where somebody does,
    one more has to wait as well.

    S1: «borgerne kan vælge mellem alle kommunernes tilbud».
    """
    left = capacity - taken
    if waiting or left <= 0:
        return Seats.WAITING
    return Seats.FEW if left <= FEW else Seats.FREE
