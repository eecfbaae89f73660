"""A course in words, in any of the public languages."""

import datetime as dt
from dataclasses import dataclass

from courses.queries.found.shapes import FoundCourse, Meets, Where
from courses.rules.found import Seats
from courses.states import MeetingForm, Target
from roegfri.public.languages import DANISH, Language

_NEAR_KM = 1.5
_DANISH = "dansk"
# No line is broken inside a time: in a text from the right its halves would be far apart.
_TOGETHER = "-\u2060"


@dataclass(frozen=True, slots=True)
class Told:
    """One course as a page in that language tells it, on a (Danish) day.

    What its host wrote (`name`, `access`, `transport`, the place) is Danish on every page, and told
    as it is: a template marks it so.
    """

    course: FoundCourse
    language: Language
    today: dt.date

    @property
    def kind(self) -> str:
        """What it is."""
        return self._named("kinds", self.course.kind)

    @property
    def target(self) -> str:
        """Whom it is for."""
        return self._named("targets", self.course.target)

    @property
    def is_for_some(self) -> bool:
        """Whether it is for a group of people, not for everybody."""
        return self.course.target != Target.ALL

    @property
    def seats(self) -> str:
        """Whether there is a seat."""
        return self._named("seats", self.course.seats)

    @property
    def is_full(self) -> bool:
        """One more waits."""
        return self.course.seats == Seats.WAITING

    @property
    def spoken(self) -> str:
        """The language it is held in; as its host wrote it where we have no word for that."""
        return self._named("spoken", self.course.language.casefold()) or self.course.language

    @property
    def is_spoken_known(self) -> bool:
        """Whether that word is in the page's own language."""
        return bool(self._named("spoken", self.course.language.casefold()))

    @property
    def is_in_danish(self) -> bool:
        """Danish is spoken there."""
        return self.course.language.casefold() == _DANISH

    @property
    def when(self) -> str:
        """When it begins, or meets next."""
        meets = self.course.next
        if meets is None:
            return self._word("by_appointment")
        said = "next_time" if self.course.is_rolling else "starts"
        said = "running" if self.course.is_running else said
        return self._word(said).format(
            day=self._day(meets),
            hours=self._hours(meets),
            number=meets.number,
            meetings=self.course.meetings,
        )

    @property
    def distance(self) -> str:
        """How far it is from the postcode asked for; empty where nobody knows."""
        km = self.course.km
        if km is None:
            return ""
        return self._word("near" if km < _NEAR_KM else "far").format(km=round(km))

    @property
    def meetings(self) -> list[tuple[str, Where | None, str]]:
        """All that are to come: when; where, if that is not the usual place; and how, if nobody
        goes anywhere."""
        return [(self._time(one), self._elsewhere(one), self._how(one)) for one in self._coming]

    @property
    def how(self) -> str:
        """How one meets, where all meetings are on the telephone or by video."""
        ways = {self._how(one) for one in self._coming}
        return ways.pop() if len(ways) == 1 else ""

    @property
    def _coming(self) -> list[Meets]:
        return list(self.course.coming)

    def _word(self, key: str) -> str:
        return str(self.language.words["find"][key])

    def _named(self, table: str, key: str) -> str:
        return str(self.language.words["find"][table].get(key, ""))

    def _day(self, meets: Meets) -> str:
        return self.language.day(meets.on, today=self.today)

    def _hours(self, meets: Meets) -> str:
        if self.language.direction == "ltr":
            return meets.hours
        return meets.hours.replace("-", _TOGETHER)

    def _time(self, meets: Meets) -> str:
        words = self._word("one_meeting").format(day=self._day(meets), hours=self._hours(meets))
        return words[:1].upper() + words[1:] if self.language is DANISH else words

    def _elsewhere(self, meets: Meets) -> Where | None:
        return meets.where if meets.where != self.course.where else None

    def _how(self, meets: Meets) -> str:
        said = {MeetingForm.PHONE: "on_phone", MeetingForm.VIDEO: "on_video"}
        key = said.get(MeetingForm(meets.form))
        return self._word(key) if key else ""
