"""STOPbasen's quality goals, held against one course."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """`percent` is to be reached; of fewer than `least` no percentage is shown."""

    percent: int
    least: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, beside the goal."""

    part: int
    whole: int
    goal: Goal

    @property
    def percent(self) -> int | None:
        """Rounded half up; None where there are too few."""
        if self.whole < max(self.goal.least, 1):
            return None
        return (200 * self.part + self.whole) // (2 * self.whole)

    @property
    def needed(self) -> int:
        """How many of them reach the goal."""
        return -(-self.whole * self.goal.percent // 100)

    @property
    def missing(self) -> int:
        """How many more it takes; 0 where the goal is reached."""
        return max(self.needed - self.part, 0)


def completed_share(completed: int, enrolled: int, *, goal: Goal) -> Share:
    """STOPbasen's first indicator, «Hvor stor en andel af tilmeldte borgere, der gennemfører et
    forløb», by STOPbasen's own definition of completed."""
    return Share(completed, enrolled, goal)


def smoke_free_share(smoke_free: int, completed: int, *, goal: Goal) -> Share:
    """The second, «Hvor mange borgere – af de gennemførte – bliver røgfrie»: not known is not
    smoke-free."""
    return Share(smoke_free, completed, goal)
