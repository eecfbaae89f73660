"""Why a course suits, in one line: «Onsdag aften som ønsket · ca. 4 km · starter 3. dec. · 5
pladser»."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.queries.matches.offers import Coming, Row
from courses.queries.matches.wishes import Wishes
from courses.rules.matching import DANISH, MIDDLE, Offer, part_of_day
from courses.rules.seats import Lack
from courses.states import CourseKind, Target
from referrals.states import DAY_PARTS
from roegfri import clock
from roegfri.refusal import Words

_FOR: Mapping[str, Words] = {
    Target.PREGNANT: gettext_lazy("for gravide"),
    Target.YOUNG: gettext_lazy("for unge 16-25 år"),
    Target.WORKPLACE: gettext_lazy("på en arbejdsplads"),
    Target.VULNERABLE: gettext_lazy("for socialt udsatte"),
    Target.ETHNIC: gettext_lazy("for borgere med anden etnisk baggrund"),
    Target.OTHER: gettext_lazy("for en særlig målgruppe"),
}
_NEAR_KM = 1.5


@dataclass(frozen=True, slots=True)
class Said:
    """A course as it is put in words. `number` is which meeting the next one is, `here` the venue
    of that one; `estimated`: one of the two postcodes is not in the file."""

    row: Row
    coming: Coming | None
    offer: Offer
    wishes: Wishes
    number: int
    free: int
    here: str
    estimated: bool

    def line(self) -> str:
        """All of it."""
        words = " · ".join(filter(None, self._parts()))
        return words[:1].upper() + words[1:]

    def _parts(self) -> Iterator[str]:
        yield self._time()
        yield self._moved()
        yield self._distance()
        yield self._start()
        if self.row.language.casefold() != DANISH:
            yield _("på %s") % self.row.language.lower()
        yield str(_FOR.get(self.row.target, ""))
        yield self._seats()

    def _time(self) -> str:
        if self.coming is None:
            return _("tid efter aftale")
        local = self.coming.next_at.astimezone(clock.COPENHAGEN)
        part = part_of_day(local.hour)
        day = formats.date_format(local.date(), "l")
        words = f"{day} {str(DAY_PARTS[part]).lower()}"
        wished = f"{local.isoweekday()}-{part}" in self.wishes.asked.times
        return _("%s som ønsket") % words if wished else words

    def _moved(self) -> str:
        """A single meeting is somewhere else than the course."""
        if not self.row.venue or self.here == self.row.venue:
            return ""
        return _("denne gang %(here)s, ellers %(usual)s") % {
            "here": self.here,
            "usual": self.row.venue,
        }

    def _distance(self) -> str:
        if self.offer.km is None:
            return ""
        if self.offer.km < _NEAR_KM:
            words = _("under 2 km")
        else:
            words = _("ca. %d km") % round(self.offer.km)
        return _("%s (anslået)") % words if self.estimated else words

    def _start(self) -> str:
        if self.offer.on is None:
            return "" if self.row.kind == CourseKind.INDIVIDUAL else _("mødegange ikke planlagt")
        year = "" if self.offer.on.year == clock.danish_date(self.wishes.at).year else " Y"
        named = {
            "day": formats.date_format(self.offer.on, "j. N" + year),
            "number": self.number,
            "meetings": self.row.meetings,
        }
        if self.row.kind != CourseKind.GROUP:
            return _("næste gang %(day)s") % named
        if self.number == 1:
            return _("starter %(day)s") % named
        if self.offer.left < MIDDLE:
            return _("sent i forløbet: næste er %(day)s (nr. %(number)d af %(meetings)d)") % named
        return _("i gang, næste er %(day)s (nr. %(number)d af %(meetings)d)") % named

    def _seats(self) -> str:
        if self.offer.lacks is Lack.COUNSELLOR:
            return _("mangler en rådgiver mere")
        if self.offer.lacks is Lack.SEAT:
            waiting = self.row.waiting
            n = {"n": waiting}
            return (
                ngettext("venteliste (%(n)d venter)", "venteliste (%(n)d venter)", waiting) % n
                if waiting
                else _("fuldt, venteliste")
            )
        return ngettext("%(n)d plads", "%(n)d pladser", self.free) % {"n": self.free}
