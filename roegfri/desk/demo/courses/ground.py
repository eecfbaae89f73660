"""What courses stand on before any is made up: rooms, educations, and who is busy when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from courses.models import Qualification, Room, Venue
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo.courses.houses import HOUSES
from roegfri.desk.demo.places import Place
from roegfri.organisations.models import Pharmacy

# The newest of the counsellors has not been on the course yet: the trial shows the warning.
_NOT_YET = ("167", 3)
_COURSE = "Grundkursus til rygestoprådgiver"
Span = tuple[dt.datetime, dt.datetime]


@dataclass(slots=True)
class Diary:
    """When a counsellor or a room is taken, by its id."""

    taken: dict[object, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def free(self, who: object, begins: dt.datetime, ends: dt.datetime) -> bool:
        """Whether nothing else goes on at any moment of it."""
        return all(end <= begins or ends <= begin for begin, end in self.taken[who])

    def first_free(self, of: Iterable[UUID], begins: dt.datetime, ends: dt.datetime) -> UUID | None:
        """The first that is free, taken from now on; None when none is."""
        for one in of:
            if self.free(one, begins, ends):
                self.taken[one].append((begins, ends))
                return one
        return None


@dataclass(frozen=True, slots=True)
class Ground:
    """`rooms` of each municipality's code in the order of HOUSES; `pharmacies` by that code."""

    rooms: Mapping[str, Sequence[UUID]]
    pharmacies: Mapping[str, UUID]


def ground(places: Sequence[Place], now: dt.datetime) -> Ground:
    """Furnishes the places and notes who has the basic course; repeatable."""
    for place in places:
        _educate(place, now)
    shops = Pharmacy.objects.order_by("name").values_list("municipality__code", "pk")
    return Ground(
        rooms={place.municipality.code: _furnish(place) for place in places},
        pharmacies=dict(shops),
    )


def _furnish(place: Place) -> list[UUID]:
    rooms = []
    for house in HOUSES[place.municipality.code]:
        venue, _ = Venue.objects.get_or_create(
            municipality=place.municipality, name=house.name, defaults=house.columns()
        )
        for name, seats in house.rooms:
            room, _ = Room.objects.get_or_create(venue=venue, name=name, defaults={"seats": seats})
            rooms.append(room.pk)
    return rooms


def _educate(place: Place, now: dt.datetime) -> None:
    first, today = place.counsellors[0], clock.danish_date(now)
    for number, user in enumerate(place.counsellors):
        if (place.municipality.code, number) != _NOT_YET:
            _educated(user, first, today - dt.timedelta(days=700 + 90 * number), now)


def _educated(user: User, by: User, on: dt.date, now: dt.datetime) -> None:
    noted = {"noted_at": now - dt.timedelta(days=360), "noted_by": by}
    Qualification.objects.get_or_create(
        user=user, defaults={"completed_on": on, "name": _COURSE, **noted}
    )
