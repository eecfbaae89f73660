"""How a course ended for participants, as the pages of its end read it (queries/endings.py)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from courses.models import Course
from courses.rules.ending import Bar, completed_agreement, completed_stopbase, share
from courses.rules.stopbase import Completeness
from courses.states import CourseKind, DropOut, EnrolmentState, SmokeFree, WithdrawReason
from roegfri.persons import names


@dataclass(frozen=True, slots=True)
class Ended:
    """One participant at the end. `citizen_id` is the row that counts, `enrolled_as_id` hers then.

    `version` is the outcome's, 0: nothing is noted. `attended` of `offered` as rules/ending.py
    counts them; `offered` is 0 for Kom & Kvit. `at_last`: she was at the last meeting of the group,
    or ever came to another course; `last_co` is measured there, in ppm, and `measured_co` when it
    was last measured at all. `from_meetings`, `percent` and `open_meetings` are what the agreement
    said then, None where it says nothing.

    What the viewer may not see is False or empty: the letter and its consent belong to whoever
    handles her case (`handled`).
    """

    id: UUID
    citizen_id: UUID
    enrolled_as_id: UUID
    kind: str
    given_names: str
    surname: str
    birth_date: dt.date | None
    state: str
    enrolled_at: dt.datetime
    left_at: dt.datetime | None
    left_reason: str
    moved_to: str | None
    planned_quit_on: dt.date | None
    actual_quit_on: dt.date | None
    version: int
    smoke_free: str
    co: int | None
    satisfaction: int | None
    dropped_out: str
    note: str
    noted_at: dt.datetime | None
    noted_by: str
    attended: int
    offered: int
    at_last: bool
    last_co: int | None
    measured_co: int | None
    from_meetings: int | None
    percent: int | None
    open_meetings: int | None
    stopbase_agreed: bool
    follow_up_agreed: bool
    letter_agreed: bool
    handled: bool
    letter: str
    transferred_at: dt.datetime | None
    has_diploma: bool

    @property
    def name(self) -> str:
        """In full; empty where it is not known."""
        return names.full(self.given_names, self.surname)

    @property
    def stayed(self) -> bool:
        """She was there to the end: enrolled, or ended."""
        return self.state in (EnrolmentState.ENROLLED, EnrolmentState.ENDED)

    @property
    def missing(self) -> bool:
        """There is neither an outcome nor a reason; who left has given hers."""
        return self.stayed and not self.version

    @property
    def may_note(self) -> bool:
        """Her outcome stands here; of who moved on it stands where she is now."""
        return self.state != EnrolmentState.MOVED

    @property
    def by_agreement(self) -> bool | None:
        """Completed as the agreement says; None where it says nothing."""
        if self.from_meetings is None:
            return None
        return completed_agreement(self.attended, from_meetings=self.from_meetings)

    @property
    def by_stopbase(self) -> bool | None:
        """Completed as STOPbasen says; None where no number is set."""
        if self.percent is None or self.open_meetings is None:
            return None
        bar = Bar(self.percent, self.open_meetings)
        return completed_stopbase(self.attended, self.offered, kind=self.kind, bar=bar)

    @property
    def agreement_words(self) -> str:
        """«ja (4 af 6, mindst 3)»."""
        return self._words(self.by_agreement, str(self.from_meetings), self._met)

    @property
    def stopbase_words(self) -> str:
        """«nej (67 %, mindst 75 %)»; of Kom & Kvit «ja (5 mødegange, mindst 4)»."""
        if self.kind == CourseKind.OPEN:
            return self._words(self.by_stopbase, str(self.open_meetings), self._met)
        percent = self.percent or 0
        shown = f"{share(self.attended, self.offered, percent=percent)} %"
        return self._words(self.by_stopbase, f"{percent} %", shown)

    @property
    def _met(self) -> str:
        if self.kind == CourseKind.OPEN:
            return _("%(n)d mødegange") % {"n": self.attended}
        return _("%(n)d af %(of)d") % {"n": self.attended, "of": self.offered}

    def _words(self, is_so: bool | None, least: str, met: str) -> str:  # noqa: FBT001
        if is_so is None:
            return _("aftalen siger intet (%(met)s)") % {"met": met}
        said = _("ja") if is_so else _("nej")
        return _("%(said)s (%(met)s, mindst %(least)s)") % {
            "said": said,
            "met": met,
            "least": least,
        }

    @property
    def smoke_free_words(self) -> str:
        """The answer; empty where there is none."""
        return str(SmokeFree(self.smoke_free).label) if self.smoke_free else ""

    @property
    def because(self) -> str:
        """Why she did not stay to the end, in words; empty where she did."""
        if self.dropped_out:
            return str(DropOut(self.dropped_out).label)
        return str(WithdrawReason(self.left_reason).label) if self.left_reason else ""


@dataclass(frozen=True)
class Endings:
    """All of a course who have had a seat and whom the viewer works with, by name.

    `forms` says how far STOPbasen's form is, of those who have begun on it. `hosted`: the course is
    the viewer's to end.
    """

    course: Course
    rows: Sequence[Ended]
    forms: Mapping[UUID, Completeness]
    hosted: bool

    @cached_property
    def stayed(self) -> list[Ended]:
        """Who takes part, or did so to the end."""
        return [one for one in self.rows if one.stayed]

    @cached_property
    def left(self) -> list[Ended]:
        """Who has left before."""
        return [one for one in self.rows if not one.stayed]

    @cached_property
    def missing(self) -> list[Ended]:
        """Who has neither an outcome nor a reason: while there is one, the course stays open."""
        return [one for one in self.rows if one.missing]

    @property
    def noted(self) -> int:
        """How many who stayed have an outcome."""
        return len(self.stayed) - len(self.missing)

    @property
    def filled(self) -> int:
        """How many who stayed have a whole form."""
        forms = (self.forms.get(one.id) for one in self.stayed)
        return sum(one is not None and one.is_complete for one in forms)

    @property
    def agreed(self) -> int:
        """How many who stayed agree that STOPbasen is told."""
        return sum(one.stopbase_agreed for one in self.stayed)

    @property
    def transferred(self) -> int:
        """Of how many of those STOPbasen has been told."""
        return sum(one.stopbase_agreed and one.transferred_at is not None for one in self.stayed)

    @property
    def at_last(self) -> int:
        """How many were there to be given a diploma."""
        return sum(one.at_last for one in self.stayed)

    @property
    def diplomas(self) -> int:
        """How many of those have got it."""
        return sum(one.at_last and one.has_diploma for one in self.stayed)

    @property
    def to_write_to(self) -> int:
        """Of how many of one's own cases the doctor may be told."""
        return sum(one.letter_agreed for one in self.stayed)

    @property
    def letters(self) -> int:
        """Of how many of those a letter is on its way."""
        return sum(one.letter_agreed and bool(one.letter) for one in self.stayed)
