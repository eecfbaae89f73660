"""The courses in order: judged by courses/rules/matching.py, the best are put in words."""

import datetime as dt
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from courses.queries.matches import offers
from courses.queries.matches.wishes import Wishes
from courses.queries.matches.words import Said
from courses.queries.places import place
from courses.rules import matching
from courses.rules.seats import Lack, Standing, lack
from courses.states import CourseKind, Target
from roegfri import clock
from roegfri.actor import Actor

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Match:
    """One course and how well it suits, in points. `next_at` is UTC, None where no meeting is
    planned; `number` is which of the course's `meetings` that is. `lacks` is why one more would
    have to wait, `reason` all of it in a line."""

    id: UUID
    name: str
    kind: str
    host: str
    place: str
    next_at: dt.datetime | None
    number: int
    meetings: int
    km: float | None
    free: int
    waiting: int
    lacks: Lack | None
    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The best ones, and how many there are in all."""

    best: Sequence[Match]
    number: int


def matches(viewer: Actor, wishes: Wishes, *, limit: int = 10) -> list[Match]:
    """The `limit` courses that suit best: published, and something of them is still to come.

    A course that is running shows its next meeting, never its first.
    """
    return list(ranked(viewer, wishes, limit=limit).best)


def ranked(viewer: Actor, wishes: Wishes, *, limit: int = 10) -> Matches:
    """The same, and how many there are."""
    two_from = offers.two_from(viewer, wishes.agreement_id)
    coming = offers.coming(viewer, wishes)
    away = [one for one, to in coming.items() if to.elsewhere_us == to.next_us]
    judge = _Judge(viewer, wishes, coming, offers.elsewhere(viewer, wishes, away), two_from)
    judged = map(judge.candidate, offers.rows(viewer, wishes, two_from))
    found = [one for one in judged if one]
    # S1: «Borgeren tilmeldes det tilbud, der ønskes»: what she chose herself comes before points.
    chosen = [one for one in found if one[2] == wishes.chosen]
    # The ids differ: nothing behind them is ever compared.
    best = [one for one in heapq.nlargest(limit, found) if one not in chosen]
    shown = [*chosen, *best][:limit]
    return Matches([judge.match(*one) for one in shown], len(found))


# Points, then how soon it meets (of equals that one is better), then its id: the same ones always
# come alike.
_Candidate = tuple[float, float, UUID, offers.Row, offers.Coming | None]


class _Way(NamedTuple):
    """How far it is, and whether one of the two postcodes is guessed."""

    km: float | None
    estimated: bool


class _Day(NamedTuple):
    """A day, how many days there are until then, and whether the list is narrowed to such ones."""

    on: dt.date
    days: int
    wanted: bool


class _Judge:
    """What all courses are judged by, read once; and what many have in common, worked out once."""

    def __init__(
        self,
        viewer: Actor,
        wishes: Wishes,
        coming: Mapping[UUID, offers.Coming],
        elsewhere: Mapping[UUID, offers.Where],
        two_from: offers.TwoFrom,
    ) -> None:
        self.viewer, self.wishes, self.coming, self.two_from = viewer, wishes, coming, two_from
        self.elsewhere = elsewhere
        self.today = clock.danish_date(wishes.at)
        self.home = place(viewer, wishes.postcode)
        self.ways: dict[str, _Way] = {}
        self.days: dict[int, _Day] = {}
        self.alike: dict[tuple[str, str, str, str, dt.date | None], float] = {}

    def candidate(self, row: offers.Row) -> _Candidate | None:
        """The course with its points; None where it is narrowed away, or nothing is to come."""
        coming = self.coming.get(row.id)
        if coming is None and row.kind == CourseKind.GROUP and row.meetings:
            return None
        day = self._day(coming.next_us, coming) if coming else None
        postcode = self._where(row).postcode if self.elsewhere else row.postcode
        if (day and not day.wanted) or not self._near(postcode):
            return None
        points = self._alike(row, postcode, day) + self._now(row, coming, day)
        soon = -coming.next_us if coming else _NEVER
        return round(points, 6), soon, row.id, row, coming

    def match(
        self,
        points: float,
        _soon: float,
        _id: UUID,
        row: offers.Row,
        coming: offers.Coming | None,
    ) -> Match:
        """As it is shown."""
        where = self._where(row)
        offer = self._offer(row, coming, where)
        free = max(row.capacity - row.taken, 0)
        number = row.meetings - coming.number + 1 if coming else 0
        estimated = self._way(where.postcode).estimated
        said = Said(row, coming, offer, self.wishes, number, free, where.venue, estimated)
        return Match(
            id=row.id,
            name=row.name,
            kind=row.kind,
            host=row.host,
            place=", ".join(dict.fromkeys(filter(None, (where.venue, where.town)))),
            next_at=coming.next_at if coming else None,
            number=number,
            meetings=row.meetings,
            km=offer.km,
            free=free,
            waiting=row.waiting,
            lacks=offer.lacks,
            points=points,
            reason=said.line(),
        )

    def _where(self, row: offers.Row) -> offers.Where:
        """Where the next meeting is: most are where the course is."""
        usual = offers.Where(row.venue, row.town, row.postcode)
        return self.elsewhere.get(row.id, usual)

    def _way(self, postcode: str) -> _Way:
        if postcode not in self.ways:
            there = place(self.viewer, postcode)
            self.ways[postcode] = (
                _Way(self.home.km_to(there), self.home.estimated or there.estimated)
                if self.home and there
                else _Way(None, estimated=False)
            )
        return self.ways[postcode]

    def _near(self, postcode: str) -> bool:
        most = self.wishes.narrow.max_km
        if most is None:
            return True
        km = self._way(postcode).km
        return km is not None and km <= most

    def _day(self, us: int, coming: offers.Coming) -> _Day:
        """Many meet at one instant."""
        if us not in self.days:
            narrow, local = self.wishes.narrow, coming.next_at.astimezone(clock.COPENHAGEN)
            same_day = narrow.weekday in {None, local.isoweekday()}
            wanted = same_day and narrow.part in {"", matching.part_of_day(local.hour)}
            self.days[us] = _Day(local.date(), (local.date() - self.today).days, wanted)
        return self.days[us]

    def _alike(self, row: offers.Row, postcode: str, day: _Day | None) -> float:
        on = day.on if day and row.target == Target.YOUNG else None
        key = (row.kind, row.language, row.target, postcode, on)
        if key not in self.alike:
            km = self._way(postcode).km
            self.alike[key] = matching.lasting(*key[:3], on, km, self.wishes.asked)
        return self.alike[key]

    def _now(self, row: offers.Row, coming: offers.Coming | None, day: _Day | None) -> float:
        lacks, asked = self._lacks(row, day), self.wishes.asked
        if coming is None or day is None:
            return matching.passing(row.kind, 0.0, 1.0, None, lacks, asked)
        fits, left = coming.fits / coming.number, coming.number / max(row.meetings, 1)
        return matching.passing(row.kind, fits, left, day.days, lacks, asked)

    def _offer(
        self, row: offers.Row, coming: offers.Coming | None, where: offers.Where
    ) -> matching.Offer:
        """All of it, for those that are shown."""
        day = self._day(coming.next_us, coming) if coming else None
        return matching.Offer(
            kind=row.kind,
            language=row.language,
            target=row.target,
            fits=coming.fits / coming.number if coming else 0.0,
            left=coming.number / max(row.meetings, 1) if coming else 1.0,
            days=day.days if day else None,
            on=day.on if day else None,
            km=self._way(where.postcode).km,
            lacks=self._lacks(row, day),
        )

    def _lacks(self, row: offers.Row, day: _Day | None) -> Lack | None:
        if row.taken < row.capacity and row.fewest is None and not row.waiting:
            return None
        two_from = next((n for since, n in self.two_from if day and since <= day.on), None)
        standing = Standing(row.kind, row.capacity, row.taken, row.waiting, row.fewest, two_from)
        if missing := lack(standing):
            return missing
        # Those who wait get the free seats first.
        return Lack.SEAT if row.waiting >= row.capacity - row.taken else None
