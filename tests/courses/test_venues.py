"""Steder: the places of a municipality and their rooms."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.commands.venues import (
    Place,
    add_room,
    change_room,
    change_venue,
    close_venue,
    make_venue,
    remove_room,
    reopen_venue,
)
from courses.models import Room, Venue
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
HOUSE = Place("Sundhedshuset", "Prøvevej 1", "2650", "Hvidovre", "Dør B", "Bus 22")


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor(make.grant(Role.COORDINATOR))


def do(command: Any, *given: Any, by: Actor, **more: Any) -> Any:
    with acting(by):
        return command(*given, by=by, at=NOW, **more)


def test_a_place_comes_with_its_first_room(by: Actor) -> None:
    venue = do(make_venue, HOUSE, room="Lokale 1", seats=14, by=by)
    room = venue.rooms.get()
    assert (venue.municipality_id, room.name, room.seats) == (by.organisation_id, "Lokale 1", 14)


def test_a_name_is_used_once_while_the_place_is(by: Actor) -> None:
    venue = do(make_venue, HOUSE, by=by)
    with pytest.raises(Refusal, match="allerede brugt"):
        do(make_venue, HOUSE, by=by)
    do(close_venue, venue, by=by)
    do(make_venue, HOUSE, by=by)
    with pytest.raises(Refusal, match="allerede brugt"):
        do(reopen_venue, venue, by=by)
    other = make.actor(make.grant(Role.COORDINATOR))
    assert do(make_venue, HOUSE, by=other).name == "Sundhedshuset"


def test_a_place_with_a_meeting_to_come_is_not_closed(by: Actor) -> None:
    venue = do(make_venue, HOUSE, room="Lokale 1", by=by)
    room = venue.rooms.get()
    course = make.course(by, name="Tirsdagsholdet")
    make.meeting(course, NOW - dt.timedelta(days=7), room=room)
    make.meeting(course, NOW + dt.timedelta(days=1), room=room)
    with pytest.raises(Refusal, match=r"«Tirsdagsholdet» mødes her tirsdag 3\. marts 2026"):
        do(close_venue, venue, by=by)
    with acting(by):
        course.all_meetings.filter(starts_at__gt=NOW).delete()
    assert do(close_venue, venue, by=by).closed_at == NOW
    assert do(reopen_venue, venue, by=by).closed_at is None


def test_a_room_that_is_used_stays(by: Actor) -> None:
    venue = do(make_venue, HOUSE, room="Lokale 1", by=by)
    make.meeting(make.course(by), NOW, room=venue.rooms.get())
    with pytest.raises(Refusal, match="bruges af et forløb"):
        do(remove_room, venue.rooms.get(), by=by)
    second = do(add_room, venue, name="Lokale 2", by=by)
    with pytest.raises(Refusal, match="allerede brugt"):
        do(change_room, second, name="Lokale 1", seats=3, by=by)
    do(change_room, second, name="Lokale 3", seats=3, by=by)
    second.refresh_from_db()
    assert (second.name, second.seats) == ("Lokale 3", 3)
    do(remove_room, second, by=by)
    assert [one.name for one in venue.rooms.all()] == ["Lokale 1"]


def test_another_municipality_changes_nothing(by: Actor) -> None:
    venue = do(make_venue, HOUSE, room="Lokale 1", by=by)
    other = make.actor(make.grant(Role.COORDINATOR))
    for command, given in (
        (change_venue, (venue, HOUSE)),
        (close_venue, (venue,)),
        (remove_room, (venue.rooms.get(),)),
    ):
        with pytest.raises(Refusal, match="en anden kommunes"):
            do(command, *given, by=other)


# ---- the screens ---------------------------------------------------------------------------------


@pytest.fixture
def client(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


def test_a_coordinator_keeps_her_places(client: Client, by: Actor) -> None:
    place = {"name": "Huset", "street": "Vej 1", "postcode": "2650", "town": "Hvidovre"}
    client.post(reverse("courses:venue_new"), {**place, "room": "Stuen", "seats": "8"})
    venue, room = Venue.objects.get(), Room.objects.get()
    page = reverse("courses:venue", args=[venue.pk])
    client.post(page, {**place, "name": "Det nye hus", "access": "Bagindgang"})
    client.post(reverse("courses:room", args=[room.pk]), {"name": "Salen", "seats": ""})
    client.post(reverse("courses:venue_room", args=[venue.pk]), {"name": "Loftet"})
    listed = client.get(reverse("courses:venues")).content.decode()
    for words in ("Det nye hus", "Salen", "Loftet"):
        assert words in listed
    client.post(reverse("courses:venue_close", args=[venue.pk]))
    assert "Bruges ikke længere" in client.get(page).content.decode()
    client.post(reverse("courses:venue_close", args=[venue.pk]))
    assert "Bruges ikke længere" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [({"postcode": "265"}, "fire cifre"), ({"postcode": "26٥٠"}, "fire cifre"),
     ({"name": ""}, "Dette felt"), ({"seats": "0"}, "1")],
)  # fmt: skip
def test_a_mistake_is_said(client: Client, given: dict[str, str], words: str) -> None:
    place = {"name": "Huset", "street": "Vej 1", "postcode": "2650", "town": "Hvidovre"}
    answer = client.post(reverse("courses:venue_new"), {**place, **given})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Venue.objects.exists()


def test_the_list_asks_once_for_each_thing(
    client: Client, by: Actor, django_assert_num_queries: Any
) -> None:
    counts = []
    for number in (1, 3):
        while Venue.objects.count() < number:
            make.venue(make.home(by))
        with django_assert_num_queries(6) as asked:
            client.get(reverse("courses:venues"))
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_a_refused_room_says_so_and_stays(client: Client, by: Actor) -> None:
    venue = make.venue(make.home(by))
    room = venue.rooms.get()
    answer = client.post(reverse("courses:room", args=[room.pk]), {"name": ""})
    assert answer.status_code == 422
    assert "Skriv lokalets navn" in answer.content.decode()
    room.refresh_from_db()
    assert room.name == "Lokale 1"
