"""For whom a course is looked for, and what the list is narrowed to."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from courses.rules.matching import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """What the list is narrowed to; whatever is empty narrows nothing.

    `weekday` is 1 for Monday and `part` one of DAY_PARTS, both of the next meeting; `max_km` leaves
    out what is further away, and what nobody knows the way to.
    """

    weekday: int | None = None
    part: str = ""
    kind: str = ""
    language: str = ""
    max_km: int | None = None
    host_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """For whom a course is looked for, at which instant, under which agreement.

    `postcode` is where she lives (empty: nobody says how far it is); `besides` are courses that she
    is on already; `chosen` is one that she has asked for herself, and stands first.
    """

    agreement_id: UUID
    at: dt.datetime
    asked: Asked = field(default_factory=Asked)
    postcode: str = ""
    narrow: Narrow = field(default_factory=Narrow)
    besides: frozenset[UUID] = frozenset()
    chosen: UUID | None = None
