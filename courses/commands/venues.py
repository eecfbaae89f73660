"""Places and rooms: made, corrected, and no longer used."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from courses.models import Room, Venue
from courses.queries import venues as queries
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from roegfri.ui.spans import span_words
from roegfri.walls.constraints import broken

_NAMED_ONCE = {"venue_named_once", "room_named_once"}


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of a place; the postcode has four digits."""

    name: str
    street: str
    postcode: str
    town: str
    access: str = ""
    transport: str = ""


@transaction.atomic
def make_venue(
    place: Place, *, room: str = "", seats: int | None = None, by: Actor, at: dt.datetime
) -> Venue:
    """A new place of one's own municipality's, with its first room if that is named.

    Raises Refusal when one in use has the same name.
    """
    own = Municipality.objects.filter(pk__in=[by.organisation_id]).first()
    if own is None:
        raise Refusal(_("Et sted hører til en kommune. Skift til din rolle i kommunen."))
    with _named_once():
        made = Venue.objects.create(municipality=own, **asdict(place))
    if room:
        made.rooms.create(name=room, seats=seats)
    record("venue.made", made, by=by, at=at)
    return made


@transaction.atomic
def change_venue(venue: Venue, place: Place, *, by: Actor, at: dt.datetime) -> Venue:
    """Corrects what is said of a place. Raises Refusal when another in use has the same name."""
    venue = _own(venue, by)
    wanted = asdict(place)
    changed = [name for name, value in wanted.items() if getattr(venue, name) != value]
    for name in changed:
        setattr(venue, name, wanted[name])
    if changed:
        with _named_once():
            venue.save(update_fields=changed)
        record("venue.changed", venue, by=by, at=at, columns=changed)
    return venue


@transaction.atomic
def close_venue(venue: Venue, *, by: Actor, at: dt.datetime) -> Venue:
    """It can be chosen no longer; what has been there stays. Raises Refusal while a meeting is to
    come there, and says which."""
    venue = _own(venue, by)
    if venue.closed_at:
        return venue
    ahead = list(queries.coming_at(by, venue, at)[:1])
    if ahead:
        raise Refusal(
            _("«%(course)s» mødes her %(when)s. Flyt mødegangene til et andet sted først.")
            % {
                "course": ahead[0].course.name,
                "when": span_words(ahead[0].starts_at, ahead[0].ends_at),
            }
        )
    venue.closed_at = at
    venue.save(update_fields=["closed_at"])
    record("venue.closed", venue, by=by, at=at)
    return venue


@transaction.atomic
def reopen_venue(venue: Venue, *, by: Actor, at: dt.datetime) -> Venue:
    """It can be chosen again. Raises Refusal when another has been given its name meanwhile."""
    venue = _own(venue, by)
    if venue.closed_at:
        venue.closed_at = None
        with _named_once():
            venue.save(update_fields=["closed_at"])
        record("venue.reopened", venue, by=by, at=at)
    return venue


@transaction.atomic
def add_room(
    venue: Venue, *, name: str, seats: int | None = None, by: Actor, at: dt.datetime
) -> Room:
    """Another room at a place. Raises Refusal when the place has one of that name."""
    venue = _own(venue, by)
    with _named_once():
        made = Room.objects.create(venue=venue, name=name, seats=seats)
    record("room.added", made, by=by, at=at)
    return made


@transaction.atomic
def change_room(room: Room, *, name: str, seats: int | None, by: Actor, at: dt.datetime) -> Room:
    """Corrects a room's name and how many it seats."""
    room = _own_room(room, by)
    if (room.name, room.seats) != (name, seats):
        room.name, room.seats = name, seats
        with _named_once():
            room.save(update_fields=["name", "seats"])
        record("room.changed", room, by=by, at=at)
    return room


@transaction.atomic
def remove_room(room: Room, *, by: Actor, at: dt.datetime) -> None:
    """Takes away a room that nobody has met in. Raises Refusal for one that is used by a course."""
    room = _own_room(room, by)
    record("room.removed", room, by=by, at=at)
    try:
        room.delete()
    except ProtectedError as used:
        raise Refusal(
            _("Lokalet bruges af et forløb eller en mødegang og kan ikke fjernes. Ret navnet.")
        ) from used


def _own(venue: Venue, by: Actor) -> Venue:
    """The row as it is now, locked. Raises Refusal when it is another municipality's."""
    rows = queries.own_venues(by).select_for_update(of=("self",))
    found = rows.filter(pk=venue.pk).first()
    if found is None:
        raise Refusal(_("Stedet er en anden kommunes. Intet er ændret."))
    return found


def _own_room(room: Room, by: Actor) -> Room:
    """The row as it is now, and its place locked."""
    _own(room.venue, by)
    found = Room.objects.filter(pk=room.pk).select_related("venue").first()
    if found is None:
        raise Refusal(_("Lokalet er allerede fjernet. Genindlæs siden."))
    return found


@contextmanager
def _named_once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if broken(fault) not in _NAMED_ONCE:
            raise
        raise Refusal(_("Navnet er allerede brugt. Vælg et andet."), field="name") from None
