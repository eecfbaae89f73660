"""What somebody looks for."""

from dataclasses import dataclass

from courses.rules.matching import FAR_KM

NEAR_KM = FAR_KM
MONDAY_TO_SUNDAY = range(1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the courses are narrowed to; whatever is empty narrows nothing.

    `agreement` is the slug of an agreement and `municipality` the three digits of a municipality's
    code. `weekdays` (1 is Monday) and `parts` (of DAY_PARTS) are those of the next meeting; what is
    met by appointment has none and is never left out by them. `languages` are the Danish words for
    them, in any case; `kinds` are of CourseKind and `targets` of Target.

    `postcode` is where she lives: the nearest come first, and what is further away than `max_km`
    (or nobody knows how far) is left out. A postcode that is none is as an empty one. Without it
    those come first that meet first.
    """

    agreement: str = ""
    municipality: str = ""
    weekdays: frozenset[int] = frozenset()
    parts: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    postcode: str = ""
    max_km: int | None = NEAR_KM
