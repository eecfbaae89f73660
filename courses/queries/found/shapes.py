"""A course as anybody may see it: what it is, when and where; never who is there."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from courses.rules.found import Seats
from courses.states import CourseKind, MeetingForm
from roegfri import clock


class Where(NamedTuple):
    """A place, and the room in it."""

    venue: str
    room: str
    street: str
    postcode: str
    town: str

    @property
    def place_and_town(self) -> str:
        """As short as it is found by; the town once."""
        return self.venue if self.town in self.venue else f"{self.venue}, {self.town}"

    @property
    def whole(self) -> str:
        """All of it in one line."""
        town = f"{self.postcode} {self.town}"
        return ", ".join(part for part in (self.venue, self.room, self.street, town) if part)


@dataclass(frozen=True, slots=True)
class Meets:
    """A meeting that is still to come; instants are UTC. `where` is None where no place is said,
    and on the telephone. `number` is which of the course's meetings it is."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    form: str
    where: Where | None
    number: int

    @property
    def on(self) -> dt.date:
        """The Danish date."""
        return clock.danish_date(self.starts_at)

    @property
    def hours(self) -> str:
        """ "17.00-19.00", by a Danish clock."""
        begins, ends = (one.astimezone(clock.COPENHAGEN) for one in (self.starts_at, self.ends_at))
        return f"{begins:%H.%M}-{ends:%H.%M}"

    @property
    def is_in_person(self) -> bool:
        """Whether one goes somewhere."""
        return self.form == MeetingForm.IN_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCourse:
    """One course. Everything here may be read by everybody.

    `host_code` is the municipality's three digits. `language`, `name`, `access`, `transport` and
    the place are as its host wrote them, in Danish. `where` is its usual place; that of the next
    meeting where it has none of its own. `first_at` is when it begins or began (UTC) and `meetings`
    how many there are (0: by appointment); `coming` are those still to come, in order. `km` is the
    crow's way from the postcode asked for, None where unknown, and `estimated` says that one of the
    two postcodes is guessed.
    """

    id: UUID
    name: str
    kind: str
    agreement: str
    host_code: str
    host: str
    host_phone: str
    language: str
    target: str
    access: str
    transport: str
    where: Where | None
    first_at: dt.datetime | None
    meetings: int
    seats: Seats
    km: float | None = None
    estimated: bool = False
    coming: Sequence[Meets] = ()

    @property
    def next(self) -> Meets | None:
        """The next meeting; None where one meets by appointment."""
        return self.coming[0] if self.coming else None

    @property
    def is_rolling(self) -> bool:
        """Kom & Kvit: one comes along at any meeting, and there is no last one."""
        return self.kind == CourseKind.OPEN

    @property
    def by_appointment(self) -> bool:
        """When one meets is agreed with the counsellor."""
        return self.next is None

    @property
    def is_running(self) -> bool:
        """A course with a beginning and an end, whose first meeting has been."""
        return self.kind == CourseKind.GROUP and self.next is not None and self.next.number > 1


class Behind(NamedTuple):
    """A place in the order, between what has been given and what is still to come."""

    km: float | None
    next_at: dt.datetime | None
    id: UUID


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some of the courses in order, and how many there are in all; beside them, of everything that
    is listed, whatever it is narrowed to, the languages and how many courses each municipality (by
    its code) has."""

    courses: Sequence[FoundCourse]
    number: int
    languages: Sequence[str]
    numbers: Mapping[str, int]
