"""Ranking works out once what many courses have in common: the order is that of judging each by
itself, by the same rule."""

import datetime as dt
from collections.abc import Iterator
from random import Random

import pytest
from django.db import transaction

from courses.models import Course, Meeting, Room
from courses.queries.matches import Narrow, Wishes, ranked
from courses.queries.places import place
from courses.rules.matching import Asked, Offer, part_of_day, score
from courses.rules.seats import Lack, Standing, lack
from courses.states import CourseKind, CourseState, MeetingState, Target
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Agreement
from tests import make

pytestmark = pytest.mark.django_db
AT, HOME, TWO_FROM = make.MONDAY, "2650", 13
ASKED = [
    Asked(),
    Asked(times=frozenset({"3-ev", "1-am", "7-pm"}), kinds=frozenset({CourseKind.GROUP})),
    Asked(language="Arabisk", interpreter=True, born=dt.date(2010, 4, 1), pregnant=True),
]


def test_the_order_is_that_of_judging_each_course_by_itself() -> None:
    by = make.actor(make.grant(Role.COUNSELLOR, make.municipality(name="Hvidovre Kommune")))
    agreed = Agreement.objects.get(memberships__municipality=by.organisation_id)
    fill(by, agreed)
    for asked in ASKED:
        wishes = Wishes(agreement_id=agreed.pk, at=AT, asked=asked, postcode=HOME)
        with acting(by), transaction.atomic():
            found = ranked(by, wishes, limit=300)
            plain = list(judged(asked))
        assert len(plain) > 200
        assert [one.id for one in found.best] == [pk for *_order, pk in sorted(plain, reverse=True)]
        assert [one.points for one in found.best] == sorted((one[0] for one in plain), reverse=True)
        near = Narrow(max_km=10, part="ev")
        few = Wishes(agreement_id=agreed.pk, at=AT, asked=asked, postcode=HOME, narrow=near)
        with acting(by), transaction.atomic():
            assert 0 < ranked(by, few).number < found.number


def judged(asked: Asked) -> Iterator[tuple[float, float, object]]:
    for course in Course.objects.select_related("room__venue").prefetch_related(
        "all_meetings__room__venue"
    ):
        meetings = course.all_meetings.order_by("starts_at", "pk")
        coming = [
            one for one in meetings if one.state == MeetingState.PLANNED and one.starts_at > AT
        ]
        if coming or course.kind != CourseKind.GROUP or not course.meetings:
            soon = -coming[0].starts_at.timestamp() if coming else float("-inf")
            yield round(score(offer(course, coming, asked), asked), 6), soon, course.pk


def offer(course: Course, coming: list[Meeting], asked: Asked) -> Offer:
    on = clock.danish_date(coming[0].starts_at) if coming else None
    room = (coming[0].room if coming else None) or course.room
    here, there = (
        place(make.SYSTEM, HOME),
        place(make.SYSTEM, room.venue.postcode) if room else None,
    )
    fits = sum(slot(one.starts_at) in asked.times for one in coming)
    return Offer(
        kind=course.kind,
        language=course.language,
        target=course.target,
        fits=fits / len(coming) if coming else 0.0,
        left=len(coming) / course.meetings if coming else 1.0,
        days=(on - clock.danish_date(AT)).days if on else None,
        on=on,
        km=here.km_to(there) if here and there else None,
        lacks=lacking(course, bool(coming)),
    )


def lacking(course: Course, meets: bool) -> Lack | None:  # noqa: FBT001
    taken, size = course.seats_taken, course.capacity
    known = (0, TWO_FROM) if meets else (None, None)
    missing = lack(Standing(course.kind, size, taken, course.waiting, *known))
    return missing or (Lack.SEAT if course.waiting >= size - taken else None)


def slot(starts_at: dt.datetime) -> str:
    local = starts_at.astimezone(clock.COPENHAGEN)
    return f"{local.isoweekday()}-{part_of_day(local.hour)}"


def fill(by: Actor, agreed: Agreement) -> None:
    """300 courses at three places, some of their meetings elsewhere; nobody staffs any."""
    chance, home = Random(5), make.home(by)
    rooms = [make.venue(home, postcode=code).rooms.get() for code in ("2650", "2635", "8000")]
    stands = {"state": CourseState.PUBLISHED, "state_since": AT, "published_at": AT}
    made = [
        Course(
            **stands,
            host=home,
            provider=home,
            agreement=agreed,
            name=f"Forløb {n}",
            kind=chance.choice(CourseKind.values),
            language=chance.choice(("Dansk", "Dansk", "Arabisk")),
            target=chance.choice(Target.values),
            capacity=16,
            seats_taken=chance.randint(0, 16),
            waiting=chance.choice((0, 0, 0, 2)),
            room=chance.choice((*rooms, None)),
            created_at=AT,
            created_by_id=by.person,
        )
        for n in range(300)
    ]
    with acting(hosting(make.SYSTEM, home.pk)), transaction.atomic():
        Course.objects.bulk_create(made)
        Meeting.objects.bulk_create(
            one for course in made for one in meetings(course, rooms, chance)
        )


def meetings(course: Course, rooms: list[Room], chance: Random) -> Iterator[Meeting]:
    """A room is taken once a minute, as it were: they begin at odd seconds."""
    first = clock.danish_date(AT) + dt.timedelta(days=chance.randint(-50, 60))
    at = dt.time(chance.choice((9, 13, 17, 19)), chance.randint(0, 59), chance.randint(0, 59))
    for week in range(chance.choice((0, 3, 6))):
        starts_at = clock.danish_time(first + dt.timedelta(weeks=week), at)
        yield Meeting(
            course=course,
            room=chance.choice((course.room, course.room, None, *rooms)),
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(microseconds=1),
            planned_at=starts_at,
            state=MeetingState.PLANNED,
            state_since=AT,
            created_at=AT,
        )
