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
from courses.states import CourseKind
from roegfri import clock
from roegfri.actor import Actor


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
    judge = _Judge(viewer, wishes, offers.coming(viewer, wishes), two_from)
    judged = (judge.candidate(row) for row in offers.rows(viewer, wishes, two_from))
    found = [one for one in judged if one]
    best = heapq.nlargest(limit, found, key=_Candidate.order)
    return Matches([judge.match(one) for one in best], len(found))


class _Candidate(NamedTuple):
    row: offers.Row
    coming: offers.Coming | None
    offer: matching.Offer
    estimated: bool
    points: float

    def order(self) -> tuple[float, float, str]:
        """Of equals the one that meets first is better; the same ones always come alike."""
        soon = -self.coming.next_at.timestamp() if self.coming else float("-inf")
        return round(self.points, 6), soon, str(self.row.id)


class _Judge:
    """What all courses are judged by, read once."""

    def __init__(
        self,
        viewer: Actor,
        wishes: Wishes,
        coming: Mapping[UUID, offers.Coming],
        two_from: offers.TwoFrom,
    ) -> None:
        self.viewer, self.wishes, self.coming, self.two_from = viewer, wishes, coming, two_from
        self.today = clock.danish_date(wishes.at)
        self.home = place(viewer, wishes.postcode)
        # Many courses meet in one postcode: the way to it is worked out once.
        self.ways: dict[str, tuple[float | None, bool]] = {}
        self.days: dict[dt.datetime, dt.date] = {}

    def candidate(self, row: offers.Row) -> _Candidate | None:
        """The course with its points; None where it is narrowed away, or nothing is to come."""
        coming = self.coming.get(row.id)
        if coming is None and row.kind == CourseKind.GROUP and row.meetings:
            return None
        km, estimated = self._way(row.postcode)
        if not (self._at_the_time(coming) and self._near(km)):
            return None
        offer = self._offer(row, coming, km)
        points = matching.score(offer, self.wishes.asked)
        return _Candidate(row, coming, offer, estimated, points)

    def match(self, one: _Candidate) -> Match:
        """As it is shown."""
        row, coming, offer = one.row, one.coming, one.offer
        free = max(row.capacity - row.taken, 0)
        number = row.meetings - coming.number + 1 if coming else 0
        said = Said(row, coming, offer, self.wishes, number, free, estimated=one.estimated)
        return Match(
            id=row.id,
            name=row.name,
            kind=row.kind,
            host=row.host,
            place=", ".join(dict.fromkeys(filter(None, (row.venue, row.town)))),
            next_at=coming.next_at if coming else None,
            number=number,
            meetings=row.meetings,
            km=offer.km,
            free=free,
            waiting=row.waiting,
            lacks=offer.lacks,
            points=one.points,
            reason=said.line(),
        )

    def _way(self, postcode: str) -> tuple[float | None, bool]:
        """How far it is, and whether one of the two postcodes is guessed."""
        if postcode not in self.ways:
            there = place(self.viewer, postcode)
            if self.home and there:
                guessed = self.home.estimated or there.estimated
                self.ways[postcode] = self.home.km_to(there), guessed
            else:
                self.ways[postcode] = None, False
        return self.ways[postcode]

    def _day(self, next_at: dt.datetime) -> dt.date:
        """The same for the day: many meet at one instant."""
        if next_at not in self.days:
            self.days[next_at] = clock.danish_date(next_at)
        return self.days[next_at]

    def _at_the_time(self, coming: offers.Coming | None) -> bool:
        narrow = self.wishes.narrow
        if coming is None or not (narrow.weekday or narrow.part):
            return True
        local = coming.next_at.astimezone(clock.COPENHAGEN)
        same_day = narrow.weekday in {None, local.isoweekday()}
        return same_day and narrow.part in {"", matching.part_of_day(local.hour)}

    def _near(self, km: float | None) -> bool:
        most = self.wishes.narrow.max_km
        return most is None or (km is not None and km <= most)

    def _offer(
        self, row: offers.Row, coming: offers.Coming | None, km: float | None
    ) -> matching.Offer:
        on = self._day(coming.next_at) if coming else None
        return matching.Offer(
            kind=row.kind,
            language=row.language,
            target=row.target,
            fits=coming.fits / coming.number if coming else 0.0,
            left=coming.number / max(row.meetings, 1) if coming else 1.0,
            days=(on - self.today).days if on else None,
            on=on,
            km=km,
            lacks=self._lacks(row, on),
        )

    def _lacks(self, row: offers.Row, on: dt.date | None) -> Lack | None:
        if row.taken < row.capacity and row.fewest is None and not row.waiting:
            return None
        two_from = next((n for since, n in self.two_from if on and since <= on), None)
        standing = Standing(row.kind, row.capacity, row.taken, row.waiting, row.fewest, two_from)
        if missing := lack(standing):
            return missing
        # Those who wait get the free seats first.
        return Lack.SEAT if row.waiting >= row.capacity - row.taken else None
