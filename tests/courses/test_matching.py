"""How well a course suits: each wish counts, and nothing that nobody said does."""

import datetime as dt
import math
from dataclasses import replace
from itertools import pairwise

import pytest

from courses.queries.places import _known, place
from courses.rules.matching import WEIGHTS, Asked, Offer, part_of_day, score, suits
from courses.rules.places import Place
from courses.rules.seats import Lack
from courses.states import CourseKind, Target
from roegfri.actor import NOBODY
from tests import make

ON = dt.date(2026, 3, 4)
PLAIN = Offer(
    kind=CourseKind.GROUP,
    language="Dansk",
    target=Target.ALL,
    fits=0.0,
    left=1.0,
    days=7,
    on=ON,
    km=5.0,
    lacks=None,
)
WISHES = Asked(times=frozenset({"3-ev"}), kinds=frozenset({CourseKind.GROUP}))


def better(one: Offer, other: Offer, asked: Asked = WISHES) -> bool:
    return score(one, asked) > score(other, asked)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"fits": 1.0}, {"fits": 0.5}),
        ({"fits": 0.5}, {"fits": 0.0}),
        ({"km": 2.0}, {"km": 12.0}),
        ({"km": 12.0}, {"km": 39.0}),
        ({"km": None}, {"km": 60.0}),
        ({"kind": CourseKind.GROUP}, {"kind": CourseKind.INDIVIDUAL}),
        ({"language": "Dansk"}, {"language": "Arabisk"}),
        ({"days": 3}, {"days": 40}),
        ({"left": 1.0}, {"left": 0.2}),
        ({"lacks": None}, {"lacks": Lack.COUNSELLOR}),
        ({"lacks": Lack.COUNSELLOR}, {"lacks": Lack.SEAT}),
        ({"target": Target.ALL}, {"target": Target.WORKPLACE}),
        # A workplace's own course, and the last meetings of a group, are for others.
        ({"fits": 0.0}, {"target": Target.WORKPLACE, "fits": 0.9}),
        ({"fits": 0.0, "days": 29}, {"fits": 1.0, "left": 0.4}),
        ({"kind": CourseKind.GROUP, "left": 0.5}, {"kind": CourseKind.GROUP, "left": 0.4}),
        # What she wished for outweighs a long way and a later start.
        ({"fits": 1.0, "km": 20.0, "days": 30}, {"fits": 0.0, "km": 1.0, "days": 2}),
    ],
)
def test_what_suits_better(good: dict[str, object], bad: dict[str, object]) -> None:
    assert better(PLAIN._replace(**good), PLAIN._replace(**bad))  # type: ignore[arg-type]
    assert not better(PLAIN._replace(**bad), PLAIN._replace(**good))  # type: ignore[arg-type]


def test_without_wishes_a_time_counts_for_nothing() -> None:
    assert score(PLAIN, Asked()) == score(PLAIN._replace(fits=1.0), Asked())


def test_her_own_language_counts_and_an_interpreter_helps() -> None:
    arabic = PLAIN._replace(language="arabisk")
    speaks = Asked(language="Arabisk")
    assert better(arabic, PLAIN, speaks)
    assert score(PLAIN, replace(speaks, interpreter=True)) > score(PLAIN, speaks)


@pytest.mark.parametrize(
    ("target", "asked", "how"),
    [
        (Target.PREGNANT, Asked(pregnant=True), 1.0),
        (Target.PREGNANT, Asked(pregnant=False), -1.0),
        (Target.PREGNANT, Asked(), 0.0),
        # Sixteen on the very day of the meeting, twenty-six the day after it.
        (Target.YOUNG, Asked(born=dt.date(2010, 3, 4)), 1.0),
        (Target.YOUNG, Asked(born=dt.date(2010, 3, 5)), -1.0),
        (Target.YOUNG, Asked(born=dt.date(2000, 3, 5)), 1.0),
        (Target.YOUNG, Asked(born=dt.date(2000, 3, 4)), -1.0),
        (Target.YOUNG, Asked(), 0.0),
        (Target.ETHNIC, Asked(language="Arabisk"), 0.8),
        (Target.ALL, Asked(pregnant=True), 0.7),
    ],
)
def test_whom_a_course_is_for(target: str, asked: Asked, how: float) -> None:
    assert suits(target, asked, ON) == how


def test_what_is_met_by_appointment_is_met_when_she_can() -> None:
    individual = PLAIN._replace(kind=CourseKind.INDIVIDUAL, days=None, on=None)
    assert better(individual, individual._replace(kind=CourseKind.OPEN), Asked(times=WISHES.times))


def test_the_weights_are_points_of_two_hundred() -> None:
    assert sum(WEIGHTS) == 200


@pytest.mark.parametrize(
    ("hour", "part"), [(0, "am"), (11, "am"), (12, "pm"), (16, "pm"), (17, "ev"), (23, "ev")]
)
def test_the_parts_of_a_day(hour: int, part: str) -> None:
    assert part_of_day(hour) == part


# ---- how far -------------------------------------------------------------------------------------


def km(one: str, other: str) -> float:
    here, there = place(make.SYSTEM, one), place(make.SYSTEM, other)
    assert here
    assert there
    return here.km_to(there)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("2650", "2605", 2, 6),  # Hvidovre, Brøndby
        ("2620", "2635", 4, 8),  # Albertslund, Ishøj
        ("2791", "2630", 20, 27),  # Dragør, Taastrup
        ("8000", "8700", 35, 45),  # Aarhus, Horsens
        ("7620", "8500", 150, 165),  # Lemvig, Grenaa
        ("1050", "1799", 0, 3),  # within Copenhagen
        ("8000", "8000", 0, 0),
    ],
)
def test_how_far_it_is(one: str, other: str, low: float, high: float) -> None:
    assert low <= km(one, other) <= high
    assert math.isclose(km(one, other), km(other, one))


def test_an_unknown_number_is_where_the_nearest_is_and_says_so() -> None:
    known = place(make.SYSTEM, "2650 Hvidovre")
    assert known
    assert not known.estimated
    assert place(make.SYSTEM, "2651") == replace(known, estimated=True)


@pytest.mark.parametrize("text", ["", "26", "abcd", "0800", "3900", "3999", "٢٦٥٠", "²650"])
def test_what_is_no_danish_postcode_is_nowhere(text: str) -> None:
    assert place(make.SYSTEM, text) is None


def test_a_stranger_is_told_nothing() -> None:
    assert place(NOBODY, "2650") is None


def test_every_place_is_in_denmark_and_has_its_own_numbers() -> None:
    known = _known()
    assert all(one.first <= one.last < after.first for one, after in pairwise(known))
    inside = Place(54.4, 7.9), Place(57.9, 15.3)
    for one in known:
        assert inside[0].latitude < one.place.latitude < inside[1].latitude, one
        assert inside[0].longitude < one.place.longitude < inside[1].longitude, one
    assert len(known) > 600
