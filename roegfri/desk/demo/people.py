"""A made-up citizen: name, numbers, home. Whoever reads one of them has met nobody."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referrals.models import CivilNumber
from roegfri import clock, sealed
from roegfri.desk.demo import words
from roegfri.desk.demo.courses.houses import HOUSES
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import Row, World
from roegfri.organisations.models import Municipality

# Never twice the same, not even of the same seed.
SEALED = frozenset({"sealed_value", "body"})


@dataclass(frozen=True, slots=True)
class Person:
    """Her rows, as far as what happens next may change them."""

    citizen: Row
    phones: list[Row]

    @property
    def number(self) -> str:
        """The one to dial; empty when none works."""
        return next((row["number"] for row in self.phones if not row["wrong_since"]), "")


def somebody(world: World, place: Place, since: dt.datetime) -> Person:
    """Anybody, known to the municipality since then."""
    dice, woman = world.dice, world.chance(0.55)
    age = dice.randint(17 * 365, 80 * 365)
    born = clock.danish_date(since) - dt.timedelta(days=age)
    foreign = world.chance(0.07)
    facts = {
        "given_names": dice.choice(words.GIVEN_F if woman else words.GIVEN_M),
        "surname": dice.choice(words.SURNAMES),
        "birth_date": born if world.chance(0.95) else None,
        "address_protected": world.chance(0.02),
        "language": dice.choice(words.LANGUAGES) if foreign else "",
        "interpreter": foreign,
    }
    lives = dice.random()
    home = place.municipality if lives < 0.88 else None
    if lives >= 0.96:
        home = dice.choice(list(place.neighbours.values()))
    phones = dice.choices((0, 1, 2), (3, 82, 15))[0]
    return person(world, place, since, facts, woman=woman, home=home, phones=phones)


def person(
    world: World,
    place: Place,
    since: dt.datetime,
    facts: Mapping[str, Any],
    *,
    woman: bool,
    home: Municipality | None,
    phones: int = 1,
) -> Person:
    """A citizen with these facts, so many telephones, and perhaps a CPR number and a doctor."""
    dice = world.dice
    practices = place.senders.get("practice", ())
    practice = dice.choice(practices) if practices and world.chance(0.6) else None
    made = {
        "sex": "female" if woman else "male",
        "address": f"{dice.choice(words.STREETS)} {dice.randint(1, 140)}",
        **_where(home, since),
        "practice_id": practice.pk if practice else None,
        "practice_name": practice.name if practice else "",
        "created_at": since,
    }
    citizen = world.add("citizen", **made | dict(facts))
    numbers = [_phone(world, citizen, rank) for rank in range(phones)]
    if citizen["birth_date"] and world.chance(0.9):
        _civil_number(world, citizen, woman=woman)
    if home:
        world.add(
            "residence",
            citizen_id=citizen["id"],
            municipality_id=home.pk,
            from_on=clock.danish_date(since),
        )
    return Person(citizen, numbers)


def _where(home: Municipality | None, since: dt.datetime) -> dict[str, str]:
    """A postcode of the municipality, so that it can be said how far a course is."""
    houses = HOUSES.get(home.code, ()) if home else ()
    if not houses:
        return {}
    near = houses[since.minute % len(houses)]
    return {"postcode": near.postcode, "town": near.town}


def _phone(world: World, citizen: Row, rank: int) -> Row:
    """No Danish number begins with a nought: a call from the trial reaches nobody."""
    number = f"+4501{world.dice.randrange(1_000_000):06d}"
    note = "mobil" if rank == 0 else world.dice.choice(("fastnet", "arbejde", "ægtefælle"))
    return world.add("phone", citizen_id=citizen["id"], number=number, note=note, rank=rank)


def _civil_number(world: World, citizen: Row, *, woman: bool) -> None:
    """Day + 60: a test number that nobody can have."""
    born, pk = citizen["birth_date"], world.id()
    century = "4" if born.year >= 2000 else "0"
    last = world.dice.randrange(0 if woman else 1, 10, 2)
    value = f"{born.day + 60:02d}{born:%m%y}{century}{world.dice.randrange(100):02d}{last}"
    world.add(
        "civilnumber",
        id=pk,
        citizen_id=citizen["id"],
        sealed_value=sealed.seal(value, place=CivilNumber.PLACE, row=pk),
        fingerprint=sealed.fingerprint(value, of="cpr"),
        since=citizen["created_at"],
    )
